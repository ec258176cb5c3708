// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionmodel.h"
#include "editor/sqleditor.h"
#include "fakeconnection.h"
#include "mainwindow/querytab.h"
#include "plan/planview.h"
#include "schema/metadatadialog.h"

#include <QClipboard>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// Plans and metadata as a person asks for them.
class tst_Explain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theStatementAtTheCursorIsExplained();
    void theSelectionIsExplained();
    void aQueryIsAnalyzedUnasked();
    void aWriteIsAnalyzedOnlyWhenToldSo_data();
    void aWriteIsAnalyzedOnlyWhenToldSo();
    void anErrorStandsAtItsPlace();
    void planAndResultsStandSideBySide();
    void aPlanOfNothing();
    void metadataIsSearchedAndCopied();
    void metadataThatIsNotThere();

private:
    QTabBar *resultTabs() const { return m_tab->results()->findChild<QTabBar *>(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<ConnectionStore> m_store;
    std::unique_ptr<ConnectionModel> m_connections;
    std::unique_ptr<QueryTab> m_tab;
};

void tst_Explain::init()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<FakeServer>();
    m_store = std::make_unique<ConnectionStore>(QList { &fakeEngineInfo() }, m_folder->filePath(u"connections.json"_s));
    ConnectionParameters parameters(fakeEngineInfo());
    QVERIFY(parameters.setValue(u"host"_s, u"lake"_s));
    QVERIFY(m_store->store({ .name = u"lake"_s, .parameters = parameters }));
    m_connections = std::make_unique<ConnectionModel>(m_store.get(), [this](const ConnectionParameters &wanted) {
        return ConnectionPtr(new FakeConnection(m_server.get(), wanted));
    });
    m_tab = std::make_unique<QueryTab>(m_connections.get());
    m_tab->setConnection(u"lake"_s);
    m_tab->resize(1000, 700);
    m_tab->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_tab.get()));
}

void tst_Explain::cleanup()
{
    m_tab.reset();
    m_connections.reset();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void tst_Explain::theStatementAtTheCursorIsExplained()
{
    m_tab->editor()->setText(u"SELECT 1;\nDELETE FROM t;\n"_s);
    m_tab->editor()->setCursorPosition(14);
    m_tab->explain(PlanKind::Distributed);
    QCOMPARE(m_server->explained, (QList<std::pair<QString, PlanKind>> { { u"DELETE FROM t"_s, PlanKind::Distributed } }));
    QVERIFY(m_server->sent.isEmpty()); // nothing was run
    QVERIFY(m_tab->planView());
    QTRY_VERIFY(!m_tab->planView()->isAsking());
    QCOMPARE(m_tab->planView()->plan().roots.first().name, u"TableScan"_s);
    QVERIFY(m_tab->planView()->tree()->isVisible());
}

void tst_Explain::theSelectionIsExplained()
{
    m_tab->editor()->setText(u"SELECT a FROM t WHERE b"_s);
    m_tab->editor()->select({ .begin = 0, .end = 15 });
    m_tab->explain(PlanKind::Io);
    QCOMPARE(m_server->explained, (QList<std::pair<QString, PlanKind>> { { u"SELECT a FROM t"_s, PlanKind::Io } }));
}

void tst_Explain::aQueryIsAnalyzedUnasked()
{
    m_tab->editor()->setText(u"WITH x AS (SELECT 1 a) SELECT * FROM x"_s);
    m_tab->explain(PlanKind::Analyze);
    QCOMPARE(m_server->explained.size(), 1);
    QVERIFY(m_tab->findChildren<QMessageBox *>().isEmpty());
}

void tst_Explain::aWriteIsAnalyzedOnlyWhenToldSo_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<bool>("isToldSo");
    for (const auto sql : { "DELETE FROM t", "INSERT INTO t SELECT 1", "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", "CREATE TABLE t AS SELECT 1", "CALL p()" }) {
        QTest::addRow("%s, and no", sql) << QString::fromLatin1(sql) << false;
        QTest::addRow("%s, and yes", sql) << QString::fromLatin1(sql) << true;
    }
}

void tst_Explain::aWriteIsAnalyzedOnlyWhenToldSo()
{
    QFETCH(QString, sql);
    QFETCH(bool, isToldSo);
    m_tab->editor()->setText(sql);
    m_tab->explain(PlanKind::Analyze);
    QVERIFY(m_server->explained.isEmpty());
    const auto questions = m_tab->findChildren<QMessageBox *>();
    QCOMPARE(questions.size(), 1);
    QVERIFY(questions.first()->informativeText().contains(sql));
    QVERIFY2(questions.first()->defaultButton() == questions.first()->button(QMessageBox::Cancel), "a mere Return must not run it");
    if (isToldSo) {
        for (QAbstractButton *button : questions.first()->buttons()) {
            if (questions.first()->buttonRole(button) == QMessageBox::AcceptRole)
                button->click();
        }
    } else {
        questions.first()->button(QMessageBox::Cancel)->click();
    }
    QCOMPARE(m_server->explained.size(), isToldSo ? 1 : 0);
}

void tst_Explain::anErrorStandsAtItsPlace()
{
    m_server->plan = std::unexpected(Error { .code = Error::Code::NotFound, .message = u"line 2:6: Table 'x' does not exist"_s, .line = 2, .column = 6 });
    m_tab->editor()->setText(u"SELECT 1;\nSELECT *\nFROM x"_s);
    m_tab->editor()->setCursorPosition(20);
    m_tab->explain(PlanKind::Validate);
    QTRY_VERIFY(m_tab->editor()->hasError());
    m_tab->editor()->goToError();
    QCOMPARE(m_tab->editor()->cursorLine(), 3);
}

void tst_Explain::planAndResultsStandSideBySide()
{
    m_tab->editor()->setText(u"SELECT 1"_s);
    m_tab->explain(PlanKind::Distributed);
    QCOMPARE(resultTabs()->count(), 2); // Messages, Plan
    m_tab->run();
    QCOMPARE(resultTabs()->count(), 3);
    QCOMPARE(resultTabs()->currentIndex(), 0);
    QVERIFY(!m_tab->planView()->isVisible());
    m_server->statements.first()->end();
    QTRY_VERIFY(!m_tab->isRunning());
    m_tab->explain(PlanKind::Distributed);
    QCOMPARE(resultTabs()->count(), 3);
    QCOMPARE(resultTabs()->tabText(resultTabs()->currentIndex()), u"Plan"_s);
    QVERIFY(m_tab->planView()->isVisible());
    m_tab->run();
    m_server->statements.last()->end();
    QTRY_VERIFY(!m_tab->isRunning());
    QCOMPARE(resultTabs()->count(), 3);
    // Closed, it is gone; asked for again, it is a new one.
    Q_EMIT resultTabs()->tabCloseRequested(2);
    QVERIFY(!m_tab->planView());
    QCOMPARE(resultTabs()->count(), 2);
    m_tab->explain(PlanKind::Distributed);
    QVERIFY(m_tab->planView());
    QCOMPARE(resultTabs()->count(), 3);
    Q_EMIT resultTabs()->tabCloseRequested(0); // a result goes, and the plan stays
    QCOMPARE(resultTabs()->count(), 2);
    QVERIFY(m_tab->planView());
}

void tst_Explain::aPlanOfNothing()
{
    m_tab->editor()->setText(u"-- nothing"_s);
    m_tab->explain(PlanKind::Distributed);
    QVERIFY(m_server->explained.isEmpty());
    QVERIFY(!m_tab->notice().isEmpty());
}

void tst_Explain::metadataIsSearchedAndCopied()
{
    m_server->told = MetadataTable { .columns = { u"name"_s, u"value"_s }, .rows = { { u"join_type"_s, u"AUTO"_s }, { u"<b>max</b>"_s, QString() } } };
    QPointer<MetadataDialog> dialog(new MetadataDialog(m_connections->connection(0), MetadataTopic::SessionProperties, {}, m_tab.get()));
    dialog->show();
    QTRY_COMPARE(dialog->statusText(), u"2 rows"_s);
    QCOMPARE(m_server->described, (QList<std::pair<MetadataTopic, QStringList>> { { MetadataTopic::SessionProperties, {} } }));
    QAbstractItemModel *rows = dialog->table()->model();
    QVERIFY(!rows->index(1, 1).data().isValid()); // null is not empty text
    dialog->filterField()->setText(u"auto"_s);
    QCOMPARE(rows->rowCount(), 1);
    dialog->table()->selectAll();
    QTest::keyClick(dialog.data(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"name\tvalue\njoin_type\tAUTO"_s);
    QTest::keyClick(dialog.data(), Qt::Key_F5);
    QCOMPARE(m_server->described.size(), 2);
    dialog->close();
    QTRY_VERIFY(!dialog);
}

void tst_Explain::metadataThatIsNotThere()
{
    m_server->told = MetadataTable { .columns = { u"role"_s }, .rows = {} };
    MetadataDialog dialog(m_connections->connection(0), MetadataTopic::Roles, ObjectPath({ u"hive"_s }));
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    QCOMPARE(dialog.windowTitle(), u"Roles of hive"_s);
    QTRY_COMPARE(dialog.statusText(), u"The server has none, or none you may see."_s);
    m_server->told = std::unexpected(Error { .code = Error::Code::Unauthorized, .message = u"Access Denied"_s });
    dialog.reload();
    QTRY_COMPARE(dialog.statusText(), u"Access Denied"_s);
}

QTEST_MAIN(tst_Explain)
#include "tst_explain.moc"
