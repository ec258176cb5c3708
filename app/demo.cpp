// SPDX-License-Identifier: Apache-2.0
#include "demo.h"

#include <arrow/api.h>

#include "connections/connectioneditor.h"
#include "export/exportdialog.h"
#include "connections/connectionmodel.h"
#include "editor/sqleditor.h"
#include "extension/resultstore.h"
#include "extension/resultwriter.h"
#include "mainwindow/mainwindow.h"
#include "schema/schemamodel.h"
#include "schema/schematree.h"
#include "schema/schemaview.h"

#include <QApplication>
#include <QLineEdit>
#include <QPainter>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 kPrintedRows = 10;

// A statement that computes long enough to be looked at and is stopped then.
QString longSql()
{
    return u"-- every event with every later one of its kind: this takes a while\n"
           "SELECT a.kind, count(*) AS pairs\n"
           "FROM events a JOIN events b ON a.kind = b.kind AND a.happened_at < b.happened_at\n"
           "GROUP BY ALL;\n"_s;
}

QString wrongSql()
{
    return u"-- revenue by country\n"
           "SELECT country, count(*) AS orders, sum(totl) AS revenue\n"
           "FROM orders NATURAL JOIN customers\n"
           "GROUP BY ALL;\n"_s;
}

} // namespace

Demo::Demo(MainWindow *window, ConnectionModel *connections, const QString &fileName, const QString &state)
    : m_window(window), m_connections(connections), m_fileName(fileName), m_state(state)
{
    m_deadline.setSingleShot(true);
    m_deadline.setInterval(std::chrono::minutes(1));
    connect(&m_deadline, &QTimer::timeout, this, [this] { fail(u"The sample did not come to an end within a minute."_s); });
}

QStringList Demo::states()
{
    return { u"rows"_s, u"running"_s, u"error"_s, u"home"_s, u"connect"_s, u"export"_s };
}

void Demo::start()
{
    m_deadline.start();
    if (MainWindow::sampleConnection(*m_connections).isEmpty()) {
        fail(u"This Grebe was built without the embedded engine, so there is no sample to show."_s);
        return;
    }
    connect(m_window->schemas()->model(), &SchemaModel::levelEnded, this, &Demo::expandTree);
    m_window->schemas()->expandConnection(MainWindow::sampleConnection(*m_connections));
}

// Opens the first row of each level until columns are on screen; a level that could not be read ends it with words.
void Demo::expandTree()
{
    if (m_tab || m_dialog || m_isSaved)
        return;
    SchemaTree *tree = m_window->schemas()->tree();
    QModelIndex at = tree->model()->index(0, 0);
    while (tree->isExpanded(at) && tree->model()->rowCount(at) > 0) {
        const QModelIndex first = tree->model()->index(0, 0, at);
        if (first.data(SchemaModel::MessageRole).toInt() == int(SchemaModel::MessageKind::Loading))
            return;
        if (first.data(SchemaModel::MessageRole).toInt() == int(SchemaModel::MessageKind::Failed)) {
            fail(u"The sample's schemas could not be read: %1"_s.arg(first.data().toString()));
            return;
        }
        QModelIndex next = first;
        for (int row = 0; row < tree->model()->rowCount(at); ++row) {
            const QModelIndex candidate = tree->model()->index(row, 0, at);
            if (candidate.data().toString() == "orders"_L1 || candidate.data().toString() == "main"_L1)
                next = candidate;
        }
        const int kind = next.data(SchemaModel::KindRole).toInt();
        if (kind == int(ObjectInfo::Kind::Column) || !tree->model()->hasChildren(next)) {
            showState();
            return;
        }
        at = next;
    }
    tree->setCurrentIndex(at);
    tree->expand(at);
}

void Demo::showState()
{
    if (m_state == "home"_L1)
        QMetaObject::invokeMethod(this, &Demo::savePicture, Qt::QueuedConnection);
    else if (m_state == "connect"_L1)
        showConnect();
    else if (m_state == "error"_L1)
        runStatement(wrongSql(), u"country"_s);
    else if (m_state == "running"_L1)
        runStatement(longSql(), u"SELECT"_s);
    else
        runStatement(MainWindow::sampleSql(), u"order_id"_s);
}

void Demo::runStatement(const QString &sql, const QString &at)
{
    m_tab = m_window->newTab(MainWindow::sampleConnection(*m_connections), sql);
    m_tab->editor()->setCursorPosition(sql.indexOf(at));
    connect(m_tab, &QueryTab::ended, this, &Demo::endRows);
    if (m_state == "running"_L1) {
        // The third sign of life: there is something to see on the progress view by then.
        connect(m_tab->results(), &ResultPane::changed, this, [this, count = 0]() mutable {
            if (++count == 12 && m_tab->isRunning())
                savePicture();
        });
    }
    m_window->runAction()->trigger();
}

void Demo::endRows(const std::optional<Error> &error)
{
    if (m_state == "running"_L1) {
        if (!m_isSaved)
            fail(error ? error->message : u"The statement ended before there was a picture of it running."_s);
        else
            QApplication::exit(0);
        return;
    }
    if (m_state == "error"_L1 ? !error : error.has_value()) {
        fail(error ? u"The sample query failed: %1"_s.arg(error->message) : u"The wrong query did not fail."_s);
        return;
    }
    if (m_state == "export"_L1) {
        showExport();
        return;
    }
    // The flash over the statement has a time of its own; the picture is of what stays.
    QTimer::singleShot(std::chrono::milliseconds(500), this, &Demo::savePicture);
}

void Demo::showConnect()
{
    ConnectionEditor *editor = m_window->editConnection();
    m_dialog = editor;
    editor->urlField()->setText(u"trino://ann@trino.example.com:443/hive/sales"_s);
    QMetaObject::invokeMethod(this, &Demo::savePicture, Qt::QueuedConnection);
}

void Demo::showExport()
{
    const QList<QAction *> actions = m_window->actions();
    for (QAction *action : actions) {
        if (action->shortcut() == QKeySequence(u"Ctrl+E"_s))
            action->trigger();
    }
    auto *dialog = m_window->findChild<ExportDialog *>();
    if (!dialog) {
        fail(u"There is no dialog to export with."_s);
        return;
    }
    m_dialog = dialog;
    dialog->setFileName(u"/home/ann/orders.csv"_s);
    QTimer::singleShot(std::chrono::milliseconds(500), this, &Demo::savePicture);
}

void Demo::savePicture()
{
    if (m_isSaved)
        return;
    QPixmap picture = m_window->grab();
    if (m_dialog) {
        const QPixmap dialog = m_dialog->grab();
        const QSize size = m_dialog->size();
        QPainter painter(&picture);
        QColor veil = m_window->palette().color(QPalette::Shadow);
        veil.setAlphaF(0.35f);
        painter.fillRect(m_window->rect(), veil);
        painter.drawPixmap(QPoint((m_window->width() - size.width()) / 2, (m_window->height() - size.height()) / 3), dialog);
    }
    if (!picture.save(m_fileName, "PNG")) {
        fail(u"The picture could not be saved as %1."_s.arg(m_fileName));
        return;
    }
    m_isSaved = true;
    if (m_state == "running"_L1) {
        m_tab->stop();
        return;
    }
    if (m_state == "rows"_L1)
        printRows();
    else
        QApplication::exit(0);
}

void Demo::printRows()
{
    const std::shared_ptr<ResultStore> store = m_tab->results()->currentStore();
    if (!store || !store->schema() || store->rowCount() == 0) {
        fail(u"The sample query gave no rows."_s);
        return;
    }
    DescriptorSink sink(1, u"standard output"_s);
    const std::unique_ptr<ResultWriter> writer = makeResultWriter(u"table"_s, sink);
    Result<void> written = writer->begin(store->schema());
    for (qint64 row = 0; written && row < qMin(kPrintedRows, store->rowCount());) {
        const ResultStore::Place place = store->place(row);
        const qint64 count = qMin(place.batch->num_rows() - place.row, kPrintedRows - row);
        written = writer->write(*place.batch->Slice(place.row, count));
        row += count;
    }
    if (written)
        written = writer->end();
    if (!written) {
        fail(written.error().message);
        return;
    }
    QApplication::exit(0);
}

void Demo::fail(const QString &text)
{
    std::fprintf(stderr, "grebe: %s\n", qPrintable(text));
    QApplication::exit(1);
}

} // namespace Grebe
