// SPDX-License-Identifier: Apache-2.0
#include "editorsession.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

using namespace Qt::StringLiterals;

namespace Grebe {

Result<QList<SavedEditor>> readEditors(const QString &fileName)
{
    QFile file(fileName);
    if (!file.exists())
        return QList<SavedEditor> {};
    if (!file.open(QIODevice::ReadOnly))
        return std::unexpected(Error { .code = Error::Code::IO,
                                       .message = u"%1 cannot be read: %2."_s.arg(fileName, file.errorString()) });
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &problem);
    if (problem.error != QJsonParseError::NoError)
        return std::unexpected(Error { .code = Error::Code::InvalidData,
                                       .message = u"%1 is no JSON: %2."_s.arg(fileName, problem.errorString()) });
    QList<SavedEditor> editors;
    const QJsonArray list = document.object().value("editors"_L1).toArray();
    for (const QJsonValue &value : list) {
        const QJsonObject object = value.toObject();
        editors += { .text = object.value("text"_L1).toString(),
                     .fileName = object.value("file"_L1).toString(),
                     .connection = object.value("connection"_L1).toString(),
                     .result = object.value("result"_L1).toString(),
                     .cursor = object.value("cursor"_L1).toInteger(),
                     .isModified = object.value("modified"_L1).toBool(),
                     .isCurrent = object.value("current"_L1).toBool() };
    }
    return editors;
}

Result<void> writeEditors(const QString &fileName, const QList<SavedEditor> &editors)
{
    QJsonArray list;
    for (const SavedEditor &editor : editors) {
        list.append(QJsonObject { { "text"_L1, editor.text },
                                  { "file"_L1, editor.fileName },
                                  { "connection"_L1, editor.connection },
                                  { "result"_L1, editor.result },
                                  { "cursor"_L1, editor.cursor },
                                  { "modified"_L1, editor.isModified },
                                  { "current"_L1, editor.isCurrent } });
    }
    QDir().mkpath(QFileInfo(fileName).absolutePath());
    QSaveFile file(fileName);
    if (file.open(QIODevice::WriteOnly)) {
        file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
        file.write(QJsonDocument(QJsonObject { { "editors"_L1, list } }).toJson(QJsonDocument::Compact));
        if (file.commit())
            return {};
    }
    return std::unexpected(Error { .code = Error::Code::IO,
                                   .message = u"%1 cannot be written: %2."_s.arg(fileName, file.errorString()) });
}

} // namespace Grebe
