// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionmodel.h"
#include "connections/secretstore.h"
#include "connections/signedindialog.h"
#include "widgets/button.h"

#include "fakeconnection.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// The page of sign-ins that last.
class tst_SignedIn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void listsWhatIsKnown();
    void keptOnesAreListedToo();
    void useIsFollowedAndTheRowStays();
    void keysAreEnough();
    void noTokenIsInAnyCell();
    void nobodyIsSaidInWords();

private:
    QString cell(int row, int column, int role = Qt::DisplayRole) const { return m_model->index(row, column).data(role).toString(); }
    static SignedIn entry(const QString &user, const QString &issuer = {}, const QDateTime &expiry = {})
    {
        return { .origin = u"https://lake.example:443"_s, .user = user, .issuer = issuer, .since = noon(), .expiry = expiry, .lastUse = noon() };
    }
    static QDateTime noon() { return QDateTime(QDate(2026, 8, 1), QTime(12, 0), QTimeZone::UTC); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<EngineInfo> m_engine;
    std::unique_ptr<ConnectionStore> m_store;
    std::unique_ptr<ConnectionModel> m_connections;
    std::unique_ptr<SecretStore> m_secrets;
    std::unique_ptr<SignedInModel> m_model;
    QList<SignedIn> m_here;
    QStringList m_signedOut;
};

void tst_SignedIn::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<FakeServer>();
    m_engine = std::make_unique<EngineInfo>(fakeEngineInfo());
    m_engine->options << OptionInfo { .name = u"externalAuthentication"_s, .type = OptionInfo::Type::Boolean, .defaultValue = u"false"_s };
    m_store = std::make_unique<ConnectionStore>(QList<const EngineInfo *> { m_engine.get() }, m_folder->filePath(u"connections.json"_s));
    m_connections = std::make_unique<ConnectionModel>(m_store.get(), [this](const ConnectionParameters &wanted) { return ConnectionPtr(new FakeConnection(m_server.get(), wanted)); });
    m_secrets = std::make_unique<SecretStore>(SecretStore::Backend::MemoryOnly);
    m_here.clear();
    m_signedOut.clear();
    m_model = std::make_unique<SignedInModel>(SignedInModel::Driver { .signedIn = [this] { return m_here; },
                                                                      .signOut = [this](const SignedIn &gone) {
                                                                          m_signedOut << gone.user;
                                                                          m_here.removeIf([&](const SignedIn &entry) { return entry.user == gone.user; });
                                                                      } },
                                              m_connections.get(), m_secrets.get());
    new QAbstractItemModelTester(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
}

void tst_SignedIn::cleanup()
{
    m_model.reset();
    m_connections.reset();
}

void tst_SignedIn::listsWhatIsKnown()
{
    m_here = { entry(u"bob"_s), entry(u"ann"_s, u"https://login.example/<b>"_s, noon().addSecs(3600)) };
    m_here[1].sessionUser = u"carol"_s;
    m_model->refresh(true);
    QCOMPARE(m_model->rowCount(), 2);
    QCOMPARE(cell(0, SignedInModel::Server), u"lake.example:443"_s);
    QCOMPARE(cell(0, SignedInModel::User), u"ann, acting as carol"_s);
    QCOMPARE(cell(0, SignedInModel::Issuer), u"https://login.example/<b>"_s);
    QVERIFY(cell(0, SignedInModel::Issuer, Qt::ToolTipRole).contains(u"&lt;b&gt;"_s));
    QVERIFY(cell(0, SignedInModel::Expiry).contains(QLocale().toString(noon().addSecs(3600).toLocalTime(), QLocale::ShortFormat)));
    QCOMPARE(cell(0, SignedInModel::Kept), u"until Grebe ends"_s);
    QCOMPARE(cell(1, SignedInModel::User), u"bob"_s);
    QCOMPARE(cell(1, SignedInModel::Issuer), u"not told"_s);
    QCOMPARE(cell(1, SignedInModel::Expiry), u"not told"_s);
}

void tst_SignedIn::keptOnesAreListedToo()
{
    ConnectionParameters parameters(*m_engine);
    QVERIFY(parameters.setValue(u"host"_s, u"lake.example"_s));
    QVERIFY(parameters.setValue(u"user"_s, u"ann"_s));
    QVERIFY(m_store->store({ .name = u"lake"_s, .parameters = parameters }));
    // {"iss":"https://login.example","exp":1785585600}
    const QString token = u"eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJleHAiOjE3ODU1ODU2MDB9.c2ln"_s;
    m_secrets->setToken(parameters.origin().toString(), u"ann"_s, token);
    m_model->refresh(true);
    QTRY_COMPARE(m_model->rowCount(), 1);
    QCOMPARE(cell(0, SignedInModel::User), u"ann"_s);
    QCOMPARE(cell(0, SignedInModel::Issuer), u"https://login.example"_s);
    QCOMPARE(cell(0, SignedInModel::LastUse), u"not in this run"_s);
    QCOMPARE(cell(0, SignedInModel::Kept), u"in the keychain"_s);
    m_model->refresh(false);
    QCOMPARE(m_model->rowCount(), 1);
    m_model->signOut(0);
    QCOMPARE(m_model->rowCount(), 0);
    QVERIFY(m_signedOut.isEmpty());
    QVERIFY(!m_secrets->token(parameters.origin().toString(), u"ann"_s).result());
}

void tst_SignedIn::useIsFollowedAndTheRowStays()
{
    m_here = { entry(u"ann"_s), entry(u"bob"_s) };
    SignedInDialog dialog(m_model.get());
    dialog.table()->selectRow(1);
    QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    const QString before = cell(1, SignedInModel::LastUse);
    m_here[1].lastUse = noon().addSecs(600);
    m_model->refresh(false);
    QVERIFY(cell(1, SignedInModel::LastUse) != before);
    QVERIFY(resets.isEmpty());
    QCOMPARE(dialog.table()->selectionModel()->selectedRows().first().row(), 1);
}

void tst_SignedIn::keysAreEnough()
{
    m_here = { entry(u"ann"_s), entry(u"bob"_s), entry(u"carol"_s) };
    m_secrets->setToken(u"https://lake.example:443"_s, u"bob"_s, u"token"_s);
    SignedInDialog dialog(m_model.get());
    dialog.show();
    dialog.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&dialog));
    QVERIFY(dialog.table()->hasFocus());
    QTRY_COMPARE(cell(1, SignedInModel::Kept), u"in the keychain"_s);
    QTest::keyClick(dialog.table(), Qt::Key_Down);
    QTest::keyClick(dialog.table(), Qt::Key_Delete);
    QCOMPARE(m_signedOut, QStringList { u"bob"_s });
    QVERIFY(!m_secrets->token(u"https://lake.example:443"_s, u"bob"_s).result());
    QTest::keyClick(dialog.table(), Qt::Key_Tab);
    QVERIFY(dialog.signOutButton()->hasFocus());
    QTest::keyClick(dialog.signOutButton(), Qt::Key_Space);
    QCOMPARE(m_signedOut.size(), 2);
    QCOMPARE(m_model->rowCount(), 1);
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QVERIFY(!dialog.isVisible());
}

void tst_SignedIn::noTokenIsInAnyCell()
{
    m_here = { entry(u"ann"_s) };
    m_secrets->setToken(u"https://lake.example:443"_s, u"ann"_s, u"canary"_s);
    m_model->refresh(true);
    QTRY_COMPARE(cell(0, SignedInModel::Kept), u"in the keychain"_s);
    for (int column = 0; column < m_model->columnCount(); ++column) {
        for (int role = 0; role < 40; ++role)
            QVERIFY(!cell(0, column, role).contains(u"canary"_s));
    }
}

void tst_SignedIn::nobodyIsSaidInWords()
{
    SignedInDialog dialog(m_model.get());
    dialog.show();
    QVERIFY(!dialog.table()->isVisible());
    QVERIFY(!dialog.signOutButton()->isEnabled());
}

QTEST_MAIN(tst_SignedIn)
#include "tst_signedin.moc"
