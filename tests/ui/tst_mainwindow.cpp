// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionmodel.h"
#include "connections/secretstore.h"
#include "editor/sqleditor.h"
#include "export/exportdialog.h"
#include "extension/resultstore.h"
#include "fakeconnection.h"
#include "mainwindow/mainwindow.h"
#include "mainwindow/statusbar.h"
#include "results/resulttabs.h"
#include "schema/schemamodel.h"
#include "schema/schematree.h"
#include "schema/schemaview.h"
#include "settings/settings.h"
#include "widgets/chooser.h"

#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// The whole window with a server that does what the test says, worked by real keys.
class tst_MainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void controlEnterRunsTheStatementAtTheCursor();
    void theSelectionRunsAsItStands();
    void runAllStopsAtTheFirstError();
    void eachStatementHasItsResult();
    void rowsAppearWhileTheStatementRuns();
    void atTheRowLimitAFileGetsAllRows();
    void controlF2StopsItOnTheServer();
    void closingATabLetsGoOfItsStatement();
    void closingTheWindowStopsWhatRuns();
    void anErrorStandsAtItsPlace();
    void keysMoveBetweenEditorAndResults();
    void resultsTakeTheWholeTabAndRunAgain();
    void whatWaitsAtTheRowLimitMakesRoom();
    void aTabHasASessionOfItsOwn();
    void theTreeIsReadWhenItIsOpened();
    void aTablesPreviewIsPutIntoAnEditor();
    void aClosedEditorComesBack();
    void editorsSurviveTheProgram();
    void aFileIsOpenedAndSaved();
    void fromHereToTheEndRuns();
    void allCommandsAreInOneList();
    void whatRanComesBackFromTheHistory();
    void historyOutlivesTheProgram();
    void secretsStayOutOfTheHistoryFile_data();
    void secretsStayOutOfTheHistoryFile();
    void aNameLeadsToItsTable_data();
    void aNameLeadsToItsTable();
    void theKeysOfTheMenuHaveOneOwner();

private:
    QueryTab *type(const QString &sql);
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    static std::shared_ptr<arrow::Schema> schema();
    static std::shared_ptr<arrow::RecordBatch> batch(qint64 count);
    void grab(const QString &name);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<ConnectionStore> m_store;
    std::unique_ptr<ConnectionModel> m_connections;
    std::unique_ptr<SecretStore> m_secrets;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

static ObjectInfo object(const QStringList &path, ObjectInfo::Kind kind, const QString &type = {})
{
    return { .path = ObjectPath(path), .kind = kind, .type = type, .hasChildren = kind != ObjectInfo::Kind::Column };
}

void tst_MainWindow::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    const QString scheme = qEnvironmentVariable("GREBE_TEST_THEME");
    Theme::apply(Theme::schemeFromText(scheme.isEmpty() ? u"light"_s : scheme));
}

void tst_MainWindow::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
    m_server = std::make_unique<FakeServer>();
    m_server->levels[{}] = QList { object({ u"hive"_s }, ObjectInfo::Kind::Catalog), object({ u"tpch"_s }, ObjectInfo::Kind::Catalog) };
    m_server->levels[{ u"hive"_s }] = QList { object({ u"hive"_s, u"sales"_s }, ObjectInfo::Kind::Schema) };
    m_server->levels[{ u"hive"_s, u"sales"_s }] = QList { object({ u"hive"_s, u"sales"_s, u"customers"_s }, ObjectInfo::Kind::Table),
                                                          object({ u"hive"_s, u"sales"_s, u"orders"_s }, ObjectInfo::Kind::Table),
                                                          object({ u"hive"_s, u"sales"_s, u"orders_daily"_s }, ObjectInfo::Kind::View) };
    m_server->levels[{ u"hive"_s, u"sales"_s, u"orders"_s }] = QList {
        object({ u"hive"_s, u"sales"_s, u"orders"_s, u"orderkey"_s }, ObjectInfo::Kind::Column, u"bigint"_s),
        object({ u"hive"_s, u"sales"_s, u"orders"_s, u"created"_s }, ObjectInfo::Kind::Column, u"timestamp(6) with time zone"_s)
    };
    const QList<const EngineInfo *> engines { &fakeEngineInfo() };
    m_store = std::make_unique<ConnectionStore>(engines, m_folder->filePath(u"connections.json"_s));
    ConnectionParameters parameters(fakeEngineInfo());
    QVERIFY(parameters.setValue(u"host"_s, u"lake.example"_s));
    for (const auto &[name, kind] : { std::pair(u"lake-prod"_s, Environment::Production), std::pair(u"lake-test"_s, Environment::Test) })
        QVERIFY(m_store->store({ .name = name, .environment = kind, .parameters = parameters }));
    m_connections = std::make_unique<ConnectionModel>(m_store.get(), [this](const ConnectionParameters &wanted) {
        return ConnectionPtr(new FakeConnection(m_server.get(), wanted));
    });
    m_secrets = std::make_unique<SecretStore>(SecretStore::Backend::MemoryOnly);
    m_settings = std::make_unique<Settings>(m_folder->filePath(u"settings.ini"_s));
    m_window = std::make_unique<MainWindow>(m_connections.get(), m_secrets.get(), m_settings.get(), engines);
    m_window->resize(1440, 900);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void tst_MainWindow::cleanup()
{
    m_window.reset();
    m_connections.reset();
    m_store.reset();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    m_settings.reset(); // it writes once more, and would make the folder anew
    m_folder.reset();
}

QueryTab *tst_MainWindow::type(const QString &sql)
{
    key(Qt::Key_T, Qt::ControlModifier);
    QueryTab *tab = m_window->currentTab();
    if (!tab || !tab->editor()->focusWidget())
        return nullptr;
    QTest::keyClicks(QApplication::focusWidget(), sql);
    return tab;
}

void tst_MainWindow::key(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QWidget *target = QApplication::focusWidget();
    QTest::keyClick(target ? target : m_window.get(), key, modifiers);
}

std::shared_ptr<arrow::Schema> tst_MainWindow::schema()
{
    static const auto made = arrow::schema(
        { arrow::field("n", arrow::int64(), true, arrow::key_value_metadata({ { "grebe.type", "bigint" } })) });
    return made;
}

std::shared_ptr<arrow::RecordBatch> tst_MainWindow::batch(qint64 count)
{
    arrow::Int64Builder builder;
    for (qint64 i = 0; i < count; ++i)
        (void)builder.Append(i);
    return arrow::RecordBatch::Make(schema(), count, { *builder.Finish() });
}

// For a person who wants to look: GREBE_GRAB_DIR names a folder for pictures.
void tst_MainWindow::grab(const QString &name)
{
    const QString folder = qEnvironmentVariable("GREBE_GRAB_DIR");
    if (!folder.isEmpty())
        QVERIFY(m_window->grab().save(u"%1/%2.png"_s.arg(folder, name)));
}

void tst_MainWindow::controlEnterRunsTheStatementAtTheCursor()
{
    QueryTab *tab = type(u"SELECT 1; SELECT 2"_s);
    QVERIFY(tab);
    QCOMPARE(tab->editor()->text(), u"SELECT 1; SELECT 2"_s);
    key(Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(m_server->sent, QStringList { u"SELECT 2"_s });
    QTRY_COMPARE(m_server->statements.first()->startCount, 1);

    m_server->statements.first()->end();
    QTRY_VERIFY(!tab->isRunning());
    tab->editor()->setCursorPosition(3);
    key(Qt::Key_F9);
    QCOMPARE(m_server->sent, (QStringList { u"SELECT 2"_s, u"SELECT 1"_s }));
}

void tst_MainWindow::theSelectionRunsAsItStands()
{
    QueryTab *tab = type(u"SELECT a FROM t WHERE b"_s);
    QVERIFY(tab);
    tab->editor()->select({ .begin = 0, .end = 15 });
    key(Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(m_server->sent, QStringList { u"SELECT a FROM t"_s });
}

void tst_MainWindow::runAllStopsAtTheFirstError()
{
    m_server->onStart = [this](FakeStatement *statement) {
        if (m_server->sent.size() == 2)
            statement->end(Error { .code = Error::Code::InvalidArgument, .message = u"no"_s });
        else
            statement->end();
    };
    QueryTab *tab = type(u"SELECT 1; SELEC 2; SELECT 3"_s);
    QVERIFY(tab);
    QSignalSpy ended(tab, &QueryTab::ended);
    key(Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(m_server->sent, (QStringList { u"SELECT 1"_s, u"SELEC 2"_s }));
    QVERIFY(tab->editor()->hasError());
}

void tst_MainWindow::eachStatementHasItsResult()
{
    m_server->onStart = [this](FakeStatement *statement) {
        statement->give(schema());
        statement->give(batch(m_server->sent.size()));
        statement->end();
    };
    QueryTab *tab = type(u"SELECT n FROM a; SELECT n FROM b"_s);
    QVERIFY(tab);
    auto *tabs = tab->results()->findChild<ResultTabs *>();
    QSignalSpy ended(tab, &QueryTab::ended);
    const auto names = [tabs] {
        QStringList names;
        for (int i = 0; i < tabs->count(); ++i)
            names += tabs->tabText(i).section(u" · "_s, 0, 1);
        return names.join(u'|');
    };
    key(Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(names(), u"a · 1 row|b · 2 rows|Messages"_s);
    // The second one is kept; running it again (the cursor stands in it) leaves it alone.
    key(Qt::Key_K, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(!tabs->tabIcon(1).isNull());
    key(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(ended.size(), 2);
    QCOMPARE(names(), u"a · 1 row|b · 2 rows|b · 3 rows|Messages"_s);
    key(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(ended.size(), 3);
    QCOMPARE(names(), u"a · 1 row|b · 2 rows|b · 4 rows|Messages"_s);
    key(Qt::Key_Backslash, Qt::ControlModifier);
    QTRY_COMPARE(ended.size(), 4);
    QCOMPARE(names(), u"a · 1 row|b · 2 rows|b · 4 rows|b · 5 rows|Messages"_s);
    key(Qt::Key_Q, Qt::ControlModifier | Qt::AltModifier);
    const auto *sql = tab->results()->findChild<QPlainTextEdit *>(u"sql"_s);
    QVERIFY(sql);
    QCOMPARE(tab->results()->currentSql(), u"SELECT n FROM b"_s);
}

void tst_MainWindow::rowsAppearWhileTheStatementRuns()
{
    QueryTab *tab = type(u"SELECT n FROM orders"_s);
    QVERIFY(tab);
    key(Qt::Key_Return, Qt::ControlModifier);
    FakeStatement *statement = m_server->statements.first();
    statement->give(schema());
    statement->give(batch(1234));
    QTRY_COMPARE(tab->results()->currentStore()->rowCount(), 1234);
    QVERIFY(tab->isRunning());
    QTRY_VERIFY(tab->results()->rowText().startsWith(QLocale().toString(1234)));
    QVERIFY(m_window->status()->stateText() != tr("Ready"));
    grab(u"rows"_s);
    statement->end({ .rowCount = 1234 });
    QTRY_VERIFY(!tab->isRunning());
    QTRY_VERIFY(m_window->status()->stateText().startsWith(u"Finished"_s));
}

void tst_MainWindow::atTheRowLimitAFileGetsAllRows()
{
    QueryTab *tab = type(u"SELECT n FROM orders"_s);
    QVERIFY(tab);
    tab->results()->setRowLimit(1000);
    key(Qt::Key_Return, Qt::ControlModifier);
    FakeStatement *held = m_server->statements.first();
    held->give(schema());
    held->give(batch(1234));
    QTRY_VERIFY(tab->results()->exportRequest() && tab->results()->exportRequest()->isAtLimit);
    QCOMPARE(held->pauseCount, 1);
    ExportDialog *dialog = tab->exportResult(m_settings.get());
    QVERIFY(dialog);
    const QString fileName = m_folder->filePath(u"all.csv"_s);
    dialog->setFormat(u"csv"_s);
    dialog->setFileName(fileName);
    QVERIFY2(dialog->note().contains(u"runs anew"_s), qPrintable(dialog->note()));
    QSignalSpy ended(dialog, &ExportDialog::ended);
    dialog->start();
    // The one that waited is stopped on the server and keeps its rows; the other one's never come to the grid.
    QCOMPARE(m_server->sent, QStringList({ u"SELECT n FROM orders"_s, u"SELECT n FROM orders"_s }));
    QTRY_COMPARE(m_server->cancelCount, 1);
    QTRY_VERIFY(!tab->isRunning());
    FakeStatement *all = m_server->statements.last();
    QTRY_COMPARE(all->startCount, 1);
    all->give(schema());
    for (int i = 0; i < 5; ++i)
        all->give(batch(1000));
    all->end({ .rowCount = 5000 });
    QVERIFY(ended.wait());
    QFile file(fileName);
    QVERIFY(file.open(QFile::ReadOnly));
    QCOMPARE(file.readAll().count('\n'), 5001);
    QCOMPARE(tab->results()->currentStore()->rowCount(), 1234);
    QVERIFY(tab->results()->exportRequest()->incomplete.contains(QLocale().toString(1234)));
    dialog->close();
}

void tst_MainWindow::controlF2StopsItOnTheServer()
{
    QueryTab *tab = type(u"SELECT n FROM orders"_s);
    QVERIFY(tab);
    key(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(m_server->statements.first()->startCount, 1);
    QVERIFY(tab->isRunning());
    key(Qt::Key_F2, Qt::ControlModifier);
    QTRY_COMPARE(m_server->cancelCount, 1);
    QTRY_VERIFY(!tab->isRunning());
    QVERIFY(!tab->editor()->hasError());
    // The session is as good as before.
    key(Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(m_server->sent.size(), 2);
}

void tst_MainWindow::closingATabLetsGoOfItsStatement()
{
    QVERIFY(type(u"SELECT 1"_s));
    key(Qt::Key_Return, Qt::ControlModifier);
    QPointer<FakeStatement> statement = m_server->statements.first();
    QTRY_COMPARE(statement->startCount, 1);
    key(Qt::Key_W, Qt::ControlModifier);
    QCOMPARE(m_window->tabCount(), 0);
    QTRY_VERIFY(!statement);
}

void tst_MainWindow::closingTheWindowStopsWhatRuns()
{
    QVERIFY(type(u"SELECT 1"_s));
    key(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(m_server->statements.first()->startCount, 1);
    m_window->close();
    QTRY_COMPARE(m_server->cancelCount, 1);
}

void tst_MainWindow::anErrorStandsAtItsPlace()
{
    m_server->onStart = [](FakeStatement *statement) {
        statement->end(Error { .code = Error::Code::InvalidArgument, .message = u"Column 'comit' cannot be resolved"_s,
                               .vendorCode = u"COLUMN_NOT_FOUND"_s, .line = 1, .column = 8 });
    };
    QueryTab *tab = type(u"SELECT 1; SELECT comit FROM orders"_s);
    QVERIFY(tab);
    key(Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY(tab->editor()->hasError());
    grab(u"error"_s);
    tab->editor()->setCursorPosition(0);
    key(Qt::Key_F2);
    QCOMPARE(tab->editor()->cursorPosition(), 17);
}

void tst_MainWindow::keysMoveBetweenEditorAndResults()
{
    QueryTab *tab = type(u"SELECT n FROM orders"_s);
    QVERIFY(tab);
    key(Qt::Key_Return, Qt::ControlModifier);
    m_server->statements.first()->give(schema());
    m_server->statements.first()->give(batch(3));
    QTRY_COMPARE(tab->results()->currentStore()->rowCount(), 3);
    m_server->statements.first()->end();
    QTRY_VERIFY(!tab->isRunning());
    key(Qt::Key_PageDown, Qt::ControlModifier);
    QTRY_VERIFY(tab->results()->isAncestorOf(QApplication::focusWidget()));
    key(Qt::Key_PageUp, Qt::ControlModifier);
    QTRY_VERIFY(tab->editor()->isAncestorOf(QApplication::focusWidget()));
    key(Qt::Key_F8);
    QTRY_VERIFY(tab->results()->isAncestorOf(QApplication::focusWidget()));
    key(Qt::Key_F8);
    QTRY_VERIFY(tab->editor()->isAncestorOf(QApplication::focusWidget()));
    key(Qt::Key_J, Qt::ControlModifier);
    QVERIFY(!tab->areResultsVisible());
    key(Qt::Key_J, Qt::ControlModifier);
    QVERIFY(tab->areResultsVisible());
}

void tst_MainWindow::resultsTakeTheWholeTabAndRunAgain()
{
    QueryTab *tab = type(u"SELECT n FROM orders; DELETE FROM orders"_s);
    QVERIFY(tab);
    tab->editor()->setCursorPosition(3);
    key(Qt::Key_Return, Qt::ControlModifier);
    m_server->statements.first()->give(schema());
    m_server->statements.first()->give(batch(3));
    m_server->statements.first()->end();
    QTRY_VERIFY(!tab->isRunning());
    key(Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(!tab->editor()->isVisible());
    QTRY_VERIFY(tab->results()->isAncestorOf(QApplication::focusWidget()));
    key(Qt::Key_F5);
    QCOMPARE(m_server->sent, (QStringList { u"SELECT n FROM orders"_s, u"SELECT n FROM orders"_s }));
    m_server->statements.last()->give(schema());
    m_server->statements.last()->give(batch(4));
    m_server->statements.last()->end();
    QTRY_VERIFY(!tab->isRunning());
    QCOMPARE(tab->results()->currentStore()->rowCount(), 4);
    key(Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(tab->editor()->isVisible());

    // What changes data is not repeated by a key that means "again".
    tab->editor()->setFocus();
    tab->editor()->setCursorPosition(30);
    key(Qt::Key_Return, Qt::ControlModifier);
    m_server->statements.last()->end();
    QTRY_VERIFY(!tab->isRunning());
    QCOMPARE(m_server->sent.size(), 3);
    tab->runAgain();
    QCOMPARE(m_server->sent.size(), 3);
}

void tst_MainWindow::whatWaitsAtTheRowLimitMakesRoom()
{
    QueryTab *tab = type(u"SELECT n FROM orders; SELECT 2"_s);
    QVERIFY(tab);
    tab->results()->setRowLimit(10);
    tab->editor()->setCursorPosition(3);
    key(Qt::Key_Return, Qt::ControlModifier);
    FakeStatement *first = m_server->statements.first();
    first->give(schema());
    first->give(batch(20));
    QTRY_VERIFY(tab->results()->isHeld());
    tab->editor()->setFocus();
    tab->editor()->setCursorPosition(28);
    key(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(m_server->cancelCount, 1);
    QTRY_COMPARE(m_server->sent, (QStringList { u"SELECT n FROM orders"_s, u"SELECT 2"_s }));
    m_server->statements.last()->end();
    QTRY_VERIFY(!tab->isRunning());
}

void tst_MainWindow::aTabHasASessionOfItsOwn()
{
    QVERIFY(type(u"SELECT 1"_s));
    QVERIFY(type(u"SELECT 2"_s));
    QCOMPARE(m_server->sessionCount, 2);
    m_window->currentTab()->setConnection(u"lake-test"_s);
    QCOMPARE(m_server->sessionCount, 3);
    QCOMPARE(m_window->currentTab()->connectionName(), u"lake-test"_s);
}

void tst_MainWindow::theTreeIsReadWhenItIsOpened()
{
    SchemaTree *tree = m_window->schemas()->tree();
    QVERIFY(m_server->asked.isEmpty());
    tree->setFocus();
    tree->setCurrentIndex(tree->model()->index(0, 0));
    key(Qt::Key_Right);
    QTRY_COMPARE(tree->model()->rowCount(tree->model()->index(0, 0)), 2);
    QCOMPARE(m_server->asked, QList<QStringList> { {} });
    key(Qt::Key_Down);
    key(Qt::Key_Right);
    QTRY_COMPARE(m_server->asked, (QList<QStringList> { {}, { u"hive"_s } }));
    key(Qt::Key_F5);
    QTRY_COMPARE(m_server->asked.size(), 3);
    grab(u"home"_s);
}

void tst_MainWindow::aTablesPreviewIsPutIntoAnEditor()
{
    Q_EMIT m_window->schemas()->previewRequested(u"lake-prod"_s, ObjectPath({ u"hive"_s, u"sales"_s, u"a.b"_s }));
    QCOMPARE(m_window->tabCount(), 1);
    QVERIFY2(m_window->currentTab()->editor()->text().contains(u"hive.sales.\"a.b\""_s),
             qPrintable(m_window->currentTab()->editor()->text()));
    QVERIFY(m_server->sent.isEmpty());
}

void tst_MainWindow::aClosedEditorComesBack()
{
    QVERIFY(type(u"SELECT 42"_s));
    key(Qt::Key_W, Qt::ControlModifier);
    QCOMPARE(m_window->tabCount(), 0);
    key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(m_window->tabCount(), 1);
    QCOMPARE(m_window->currentTab()->editor()->text(), u"SELECT 42"_s);
}

void tst_MainWindow::editorsSurviveTheProgram()
{
    const QString file = m_folder->filePath(u"editors.json"_s);
    m_window->restoreEditors(file);
    QVERIFY(type(u"SELECT 42"_s));
    m_window->close();
    const QList<const EngineInfo *> engines { &fakeEngineInfo() };
    m_window = std::make_unique<MainWindow>(m_connections.get(), m_secrets.get(), m_settings.get(), engines);
    m_window->restoreEditors(file);
    QCOMPARE(m_window->tabCount(), 1);
    QCOMPARE(m_window->currentTab()->editor()->text(), u"SELECT 42"_s);
    QCOMPARE(m_window->currentTab()->editor()->cursorPosition(), 9);
}

void tst_MainWindow::aFileIsOpenedAndSaved()
{
    const QString name = m_folder->filePath(u"a b.sql"_s);
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("SELECT 'ä'");
    file.close();
    m_window->openFiles({ name });
    QueryTab *tab = m_window->currentTab();
    QVERIFY(tab);
    QCOMPARE(tab->title(), u"a b.sql"_s);
    QVERIFY(!tab->editor()->isModified());
    QTest::keyClicks(QApplication::focusWidget(), u"-- "_s);
    QVERIFY(tab->editor()->isModified());
    key(Qt::Key_S, Qt::ControlModifier);
    QVERIFY(!tab->editor()->isModified());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), u"-- SELECT 'ä'"_s);
}

void tst_MainWindow::fromHereToTheEndRuns()
{
    m_server->onStart = [](FakeStatement *statement) { statement->end(); };
    QueryTab *tab = type(u"SELECT 1; SELECT 2; SELECT 3"_s);
    QVERIFY(tab);
    tab->editor()->setCursorPosition(12);
    key(Qt::Key_Return, Qt::ControlModifier | Qt::AltModifier);
    QTRY_COMPARE(m_server->sent, (QStringList { u"SELECT 2"_s, u"SELECT 3"_s }));
}

void tst_MainWindow::allCommandsAreInOneList()
{
    QueryTab *tab = type(u"SELECT 1; SELECT 2"_s);
    QVERIFY(tab);
    key(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    auto *commands = m_window->findChild<Chooser *>();
    QVERIFY(commands);
    const QStringList all = commands->shownTexts();
    for (const QString &text : { u"Query: Run All"_s, u"View: Theme: Dark"_s, u"Results: Row in Detail"_s, u"Query: History…"_s })
        QVERIFY2(all.contains(text), qPrintable(all.join(u'\n')));
    QTest::keyClicks(QApplication::focusWidget(), u"all run"_s);
    QCOMPARE(commands->shownTexts().first(), u"Query: Run All"_s);
    grab(u"commands"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_server->sent.size(), 1);
    QCOMPARE(m_server->sent.first(), u"SELECT 1"_s);
}

void tst_MainWindow::whatRanComesBackFromTheHistory()
{
    m_server->onStart = [this](FakeStatement *statement) {
        if (m_server->sent.last().contains(u"bad"_s))
            statement->end(Error { .code = Error::Code::InvalidArgument, .message = u"no such thing"_s });
        else
            statement->end();
    };
    QueryTab *tab = type(u"SELECT good; SELECT bad"_s);
    QVERIFY(tab);
    tab->runAll();
    QTRY_VERIFY(!tab->isRunning() && m_server->sent.size() == 2);
    key(Qt::Key_H, Qt::ControlModifier | Qt::AltModifier);
    auto *history = m_window->findChild<Chooser *>();
    QVERIFY(history);
    QCOMPARE(history->shownTexts(), (QStringList { u"SELECT bad"_s, u"SELECT good"_s }));
    grab(u"history"_s);
    QTest::keyClicks(QApplication::focusWidget(), u"failed"_s);
    QCOMPARE(history->shownTexts(), QStringList(u"SELECT bad"_s));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QCOMPARE(m_window->tabCount(), 2);
    QCOMPARE(m_window->currentTab()->editor()->text(), u"SELECT bad"_s);
    QCOMPARE(m_server->sent.size(), 2); // put there, not run
}

void tst_MainWindow::historyOutlivesTheProgram()
{
    const QString name = m_folder->filePath(u"history.jsonl"_s);
    const PastStatement one { .sql = u"SELECT 'ä\n'"_s, .connection = u"lake"_s, .startedAt = QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, QTimeZone::UTC),
                              .took = std::chrono::milliseconds(12), .rowCount = 7 };
    PastStatement again = one;
    again.error = u"gone"_s;
    const PastStatement other { .sql = one.sql, .connection = u"other"_s, .startedAt = one.startedAt };
    QueryHistory history;
    history.open(name);
    for (const PastStatement &statement : { one, other, again })
        QVERIFY(history.add(statement));
    QFile file(name);
    QVERIFY(file.open(QIODevice::Append));
    file.write("{\"sql\": \"SELECT cut of");
    file.close();
    QCOMPARE(QFile::permissions(name) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    QueryHistory next;
    next.open(name);
    QCOMPARE(next.statements(), (QList { other, again }));
}

void tst_MainWindow::secretsStayOutOfTheHistoryFile_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<bool>("isInFile");
    QTest::newRow("a secret") << u"CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 'canary')"_s << false;
    QTest::newRow("a user") << u"alter user ann identified by 'canary'"_s << false;
    QTest::newRow("a connection to elsewhere") << u"\nATTACH 'host=h password=canary' AS pg"_s << false;
    QTest::newRow("a table with such a column") << u"SELECT token, 'canary' FROM sign_ins"_s << true;
    QTest::newRow("a table like any other") << u"CREATE TABLE canary (id bigint)"_s << true;
}

void tst_MainWindow::secretsStayOutOfTheHistoryFile()
{
    QFETCH(QString, sql);
    QFETCH(bool, isInFile);
    const QString name = m_folder->filePath(u"history.jsonl"_s);
    QueryHistory history;
    history.open(name);
    QVERIFY(history.add({ .sql = sql, .connection = u"lake"_s, .startedAt = QDateTime::currentDateTimeUtc() }));
    QCOMPARE(history.statements().size(), 1); // for as long as the program runs
    QFile file(name);
    QCOMPARE(file.open(QIODevice::ReadOnly) && file.readAll().contains("canary"), isInFile);
}

void tst_MainWindow::aNameLeadsToItsTable_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("at");
    QTest::addColumn<QStringList>("path");
    QTest::newRow("a name alone has the session's catalog and schema") << u"SELECT * FROM orders"_s << u"ders"_s << QStringList { u"hive"_s, u"sales"_s, u"orders"_s };
    QTest::newRow("a schema has the session's catalog") << u"SELECT * FROM web.hits h"_s << u"hits"_s << QStringList { u"hive"_s, u"web"_s, u"hits"_s };
    QTest::newRow("all parts are there") << u"SELECT * FROM tpch.tiny.nation"_s << u"tiny"_s << QStringList { u"tpch"_s, u"tiny"_s, u"nation"_s };
    QTest::newRow("quotes keep dots and quotes") << u"TABLE \"a.b\".\"x\"\"y\""_s << u"x"_s << QStringList { u"hive"_s, u"a.b"_s, u"x\"y"_s };
    QTest::newRow("between names there is none") << u"SELECT  1"_s << u" 1"_s << QStringList {};
}

void tst_MainWindow::aNameLeadsToItsTable()
{
    QFETCH(QString, sql);
    QFETCH(QString, at);
    QueryTab *tab = m_window->newTab({}, sql);
    tab->session()->setCurrent(ObjectPath({ u"hive"_s, u"sales"_s }));
    tab->editor()->setCursorPosition(sql.indexOf(at));
    QTEST(tab->nameAtCursor().parts(), "path");
    key(Qt::Key_F4);
    QCOMPARE(m_window->tabCount(), tab->nameAtCursor().isEmpty() ? 1 : 2);
    if (m_window->tabCount() == 2)
        QCOMPARE(m_window->currentTab()->editor()->text().trimmed(), m_server->definition);
}

void tst_MainWindow::theKeysOfTheMenuHaveOneOwner()
{
    QVERIFY(type(u"SELECT 1"_s));
    QMultiHash<QString, QString> owners;
    QSet<const QAction *> actions;
    QList<QWidget *> widgets = m_window->findChildren<QWidget *>();
    widgets += m_window.get();
    for (const QWidget *widget : std::as_const(widgets)) {
        for (const QAction *action : widget->actions())
            actions += action;
    }
    for (const QAction *action : std::as_const(actions)) {
        for (const QKeySequence &key : action->shortcuts())
            owners.insert(key.toString(), action->text());
    }
    for (const QString &key : { u"Ctrl+Return"_s, u"F9"_s, u"Ctrl+F2"_s, u"Ctrl+T"_s, u"Ctrl+J"_s, u"Ctrl+S"_s, u"Ctrl+PgDown"_s, u"F8"_s, u"Ctrl+W"_s,
                                u"Ctrl+Alt+Return"_s, u"Ctrl+Shift+P"_s, u"Ctrl+Alt+H"_s, u"F1"_s, u"F4"_s })
        QVERIFY2(owners.count(key) == 1, qPrintable(key + u": "_s + QStringList(owners.values(key)).join(u", "_s)));
    QVERIFY2(owners.count(u"Ctrl+/"_s) == 1, qPrintable(QStringList(owners.values(u"Ctrl+/"_s)).join(u", "_s)));
}

QTEST_MAIN(tst_MainWindow)
#include "tst_mainwindow.moc"
