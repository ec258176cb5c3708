// SPDX-License-Identifier: Apache-2.0
#include "queryhistory.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSaveFile>

#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// As other clients do: what creates a user, a secret or a connection to elsewhere is not for a file.
bool mayHoldSecret(const QString &sql)
{
    static const QRegularExpression reads(u"^\\s*(SELECT|WITH|FROM|VALUES|TABLE|SHOW|DESCRIBE|EXPLAIN)\\b"_s, QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression word(u"identified|passw(or)?d|passphrase|secret|token|credential|access_?key"_s,
                                         QRegularExpression::CaseInsensitiveOption);
    return !reads.match(sql).hasMatch() && word.match(sql).hasMatch();
}

QByteArray lineOf(const PastStatement &statement)
{
    return QJsonDocument(QJsonObject { { "sql"_L1, statement.sql },
                                       { "connection"_L1, statement.connection },
                                       { "started"_L1, statement.startedAt.toUTC().toString(Qt::ISODateWithMs) },
                                       { "took"_L1, qint64(statement.took.count()) },
                                       { "rows"_L1, statement.rowCount },
                                       { "error"_L1, statement.error } })
               .toJson(QJsonDocument::Compact)
        + '\n';
}

} // namespace

void QueryHistory::open(const QString &fileName)
{
    m_fileName = fileName;
    m_isRead = false;
}

const QList<PastStatement> &QueryHistory::statements()
{
    if (!std::exchange(m_isRead, true)) {
        const QList<PastStatement> own = std::exchange(m_statements, {});
        read();
        for (const PastStatement &statement : own)
            take(statement);
    }
    return m_statements;
}

void QueryHistory::read()
{
    QFile file(m_fileName);
    if (!file.open(QIODevice::ReadOnly))
        return;
    qsizetype lines = 0;
    while (!file.atEnd()) {
        ++lines;
        const QJsonObject object = QJsonDocument::fromJson(file.readLine()).object();
        if (object.value("sql"_L1).toString().isEmpty())
            continue;
        take({ .sql = object.value("sql"_L1).toString(),
               .connection = object.value("connection"_L1).toString(),
               .startedAt = QDateTime::fromString(object.value("started"_L1).toString(), Qt::ISODateWithMs),
               .took = std::chrono::milliseconds(object.value("took"_L1).toInteger()),
               .rowCount = object.value("rows"_L1).toInteger(),
               .error = object.value("error"_L1).toString() });
    }
    if (lines <= 2 * kMost)
        return;
    QSaveFile shorter(m_fileName);
    if (!shorter.open(QIODevice::WriteOnly))
        return;
    shorter.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    for (const PastStatement &statement : std::as_const(m_statements))
        shorter.write(lineOf(statement));
    shorter.commit();
}

Result<void> QueryHistory::add(const PastStatement &statement)
{
    if (statement.sql.size() > kMostChars)
        return {};
    take(statement);
    if (m_fileName.isEmpty() || mayHoldSecret(statement.sql))
        return {};
    QDir().mkpath(QFileInfo(m_fileName).absolutePath());
    QFile file(m_fileName);
    const QByteArray line = lineOf(statement);
    if (file.open(QIODevice::WriteOnly | QIODevice::Append, QFileDevice::ReadOwner | QFileDevice::WriteOwner) && file.write(line) == line.size())
        return {};
    return std::unexpected(Error { .code = Error::Code::IO, .message = u"%1 cannot be written: %2."_s.arg(m_fileName, file.errorString()) });
}

void QueryHistory::take(const PastStatement &statement)
{
    m_statements.removeIf([&](const PastStatement &other) { return other.sql == statement.sql && other.connection == statement.connection; });
    m_statements += statement;
    if (m_statements.size() > kMost)
        m_statements.removeFirst();
}

} // namespace Grebe
