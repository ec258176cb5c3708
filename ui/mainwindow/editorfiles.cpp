// SPDX-License-Identifier: Apache-2.0
#include "editorfiles.h"

#include "mainwindow.h"

#include "connections/connectionmodel.h"
#include "editor/sqleditor.h"
#include "settings/settings.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QSaveFile>

using namespace Qt::StringLiterals;

namespace Grebe {

EditorFiles::EditorFiles(MainWindow *window, ConnectionModel *connections, Settings *settings)
    : QObject(window), m_window(window), m_connections(connections), m_settings(settings)
{
}

void EditorFiles::open()
{
    auto *dialog = new QFileDialog(m_window, tr("Open"), m_settings->value(Settings::LastFolder).toString(),
                                   tr("SQL scripts and data (*.sql *.parquet *.csv *.tsv *.json *.jsonl *.ndjson);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, qOverload<const QStringList &>(&EditorFiles::open));
    dialog->open();
}

void EditorFiles::open(const QStringList &fileNames)
{
    static const QStringList dataTypes { u"parquet"_s, u"csv"_s, u"tsv"_s, u"json"_s, u"jsonl"_s, u"ndjson"_s };
    for (const QString &fileName : fileNames) {
        const QFileInfo info(fileName);
        m_settings->setValue(Settings::LastFolder, info.absolutePath());
        if (dataTypes.contains(info.suffix().toLower())) {
            openData(info.absoluteFilePath());
            continue;
        }
        QFile file(fileName);
        if (!file.open(QIODevice::ReadOnly)) {
            m_window->showMessage(tr("%1 cannot be opened: %2").arg(fileName, file.errorString()));
            continue;
        }
        QueryTab *tab = m_window->newTab({}, QString::fromUtf8(file.readAll()));
        tab->setFileName(info.absoluteFilePath());
    }
}

void EditorFiles::openData(const QString &fileName)
{
    int row = 0;
    while (row < m_connections->rowCount()
           && !(m_connections->stored(row).parameters.isValid()
                && m_connections->stored(row).parameters.engine().features.testFlag(EngineInfo::OpensFiles)))
        ++row;
    Connection *connection = m_connections->connection(row);
    if (!connection) {
        m_window->showMessage(tr("No connection here can open %1: add one of DuckDB").arg(QFileInfo(fileName).fileName()));
        return;
    }
    m_window->newTab(m_connections->stored(row).name,
                     connection->previewSql(ObjectPath({ fileName }), MainWindow::kPreviewRows) + u'\n');
    m_window->runAction()->trigger();
}

void EditorFiles::save(QueryTab *tab, bool askName)
{
    if (!askName && !tab->fileName().isEmpty()) {
        saveTo(tab, tab->fileName());
        return;
    }
    auto *dialog = new QFileDialog(m_window, tr("Save"), m_settings->value(Settings::LastFolder).toString(),
                                   tr("SQL scripts (*.sql);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"sql"_s);
    connect(dialog, &QFileDialog::fileSelected, tab, [this, tab](const QString &fileName) { saveTo(tab, fileName); });
    dialog->open();
}

void EditorFiles::saveTo(QueryTab *tab, const QString &fileName)
{
    QSaveFile file(fileName);
    const QByteArray bytes = tab->editor()->text().toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        m_window->showMessage(tr("%1 cannot be saved: %2").arg(fileName, file.errorString()));
        return;
    }
    const QFileInfo info(fileName);
    m_settings->setValue(Settings::LastFolder, info.absolutePath());
    m_window->showMessage({});
    tab->editor()->setModified(false);
    tab->setFileName(info.absoluteFilePath());
    Q_EMIT saved();
}

} // namespace Grebe
