// SPDX-License-Identifier: Apache-2.0
#include "trinoauthserver.h"
#include "webbrowser.h"

#include "sessionkeyring.h"
#include "statementrun.h"

#include "connections/connectionstore.h"
#include "extension/driverextension.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QPromise>
#include <QRegularExpression>
#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Grebe;
using namespace TrinoAuthServer;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// A working day with a company's login: one visit to the browser, and a token that is found in the keychain alone.
class tst_LiveTrinoDay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_browser.reset(); }
    void oneVisitForADay();
    void tokenIsInTheKeychainAlone();

private:
    struct Run
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
    };
    /// The program, with a keychain; a page that it shows is visited.
    Run grebe(const QStringList &arguments, const SessionKeyring &session, const QTemporaryDir &home);
    void prepare(QProcess &process, const SessionKeyring &session, const QTemporaryDir &home) const;

    std::unique_ptr<WebBrowser> m_browser;
};

namespace {

/// Passes each page on to the browser.
class Visitor final : public CredentialProvider
{
public:
    explicit Visitor(std::function<void(const QUrl &)> visit) : m_visit(std::move(visit)) { }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        if (request.kind == CredentialRequest::Kind::BrowserSignIn)
            m_visit(request.url);
        return QtFuture::makeReadyValueFuture(request.kind == CredentialRequest::Kind::BrowserSignIn
                                                  ? Result<Credential>(Credential {})
                                                  : Result<Credential>(std::unexpected(Error { .code = Error::Code::NotFound, .message = u"none"_s })));
    }

private:
    const std::function<void(const QUrl &)> m_visit;
};

QByteArray contents(const QString &fileName)
{
    QFile file(fileName);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Files below the folder in which the text stands.
QStringList filesWith(const QString &folder, const QByteArray &text, int *count = nullptr)
{
    QStringList found;
    QDirIterator it(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        const QString name = it.next();
        if (count)
            ++*count;
        if (contents(name).contains(text))
            found << name;
    }
    return found;
}

} // namespace

void tst_LiveTrinoDay::initTestCase()
{
    QVERIFY(isThere() && !hasTokens());
    m_browser = std::make_unique<WebBrowser>();
    QVERIFY2(m_browser->start(), qPrintable(m_browser->problem()));
}

void tst_LiveTrinoDay::oneVisitForADay()
{
    QString problem;
    DriverExtension *driver = DriverExtension::load(&problem);
    QVERIFY2(driver, qPrintable(problem));
    Visitor ann([this](const QUrl &page) {
        QMetaObject::invokeMethod(this, [this, page] { m_browser->signIn(page, u"ann"_s, password()); }, Qt::QueuedConnection);
    });
    const int forms = formCount();

    // Ten tabs, the tree beside them, and two users of Qt SQL: what a window and an application do with the plugin.
    const Options options { { u"externalAuthentication"_s, u"true"_s }, { u"catalog"_s, u"tpch"_s }, { u"schema"_s, u"tiny"_s } };
    const ConnectionPtr tree = driver->createConnection(parameters(options), &ann);
    std::vector<ConnectionPtr> tabs;
    for (int i = 0; i < 10; ++i)
        tabs.push_back(tree->newSession());
    const auto useQtSql = [&](const QString &name) {
        return QtFuture::makeReadyVoidFuture().then(QtFuture::Launch::Async, [&, name] {
            QString answer;
            {
                QSqlDatabase database = QSqlDatabase::addDatabase(u"QTRINO"_s, name);
                database.setConnectOptions(u"URL=%1;caFile=%2;externalAuthentication=true"_s.arg(url(), secretFile(u"ca.pem"_s)));
                qobject_cast<DriverExtension *>(database.driver())->setCredentialProvider(&ann);
                QSqlQuery query(database);
                if (!database.open() || !query.exec(u"SELECT current_user"_s) || !query.next())
                    answer = database.lastError().text() + query.lastError().text();
                else
                    answer = query.value(0).toString();
            }
            QSqlDatabase::removeDatabase(name);
            return answer;
        });
    };
    const auto work = [&] {
        const auto catalogs = tree->list({});
        QList<QFuture<QString>> sql { useQtSql(u"one"_s), useQtSql(u"two"_s) };
        std::vector<std::unique_ptr<StatementRun>> runs;
        for (const ConnectionPtr &tab : tabs)
            runs.push_back(std::make_unique<StatementRun>(tab->prepare(u"SELECT current_user, (SELECT count(*) FROM nation)"_s)));
        for (const auto &run : runs) {
            QVERIFY2(QTest::qWaitFor([&] { return run->endCount() > 0; }, 90s), run->log());
            QVERIFY2(run->hasFinished(), run->log());
            QCOMPARE(run->cell(0, 0), u"ann"_s);
            QCOMPARE(run->cell(0, 1), u"25"_s);
        }
        for (const QFuture<QString> &user : sql)
            QCOMPARE(valueOf(user), u"ann"_s);
        const auto levels = valueOf(catalogs);
        QVERIFY2(levels && levels->size() >= 2, qPrintable(levels ? QString() : levels.error().message));
    };
    // The provider's tokens live for eight seconds: what is an hour at work is eight seconds here. `since` tells that the
    // server gave us another token meanwhile.
    QSet<QDateTime> tokens;
    QElapsedTimer day;
    day.start();
    int rounds = 0;
    while (tokens.size() < 3 && day.durationElapsed() < 3min) {
        work();
        if (QTest::currentTestFailed())
            return;
        ++rounds;
        const QList<SignedIn> signedIn = driver->signedIn();
        QCOMPARE(signedIn.size(), 1);
        tokens.insert(signedIn.first().since);
        QCOMPARE(formCount() - forms, 1);
        QCOMPARE(m_browser->signInCount(), 1);
    }
    QVERIFY2(tokens.size() >= 3, qPrintable(u"%1 tokens in %2 rounds"_s.arg(tokens.size()).arg(rounds)));
    QTRY_VERIFY2_WITH_TIMEOUT(m_browser->hasEnded(), "the browser still waits", 30s);
    QVERIFY2(m_browser->problem().isEmpty(), qPrintable(m_browser->problem()));
    QVERIFY2(m_browser->text().contains(u"succe"_s, Qt::CaseInsensitive), qPrintable(m_browser->text()));
    qInfo("%d rounds of 13 in %lld s, %lld tokens, one visit", rounds, day.elapsed() / 1000, qint64(tokens.size()));

    // Signing out ends it for all.
    driver->signOut(driver->signedIn().constFirst());
    QVERIFY(driver->signedIn().isEmpty());
    const int visits = m_browser->signInCount();
    work();
    QCOMPARE(m_browser->signInCount(), visits + 1);
    driver->signOut(driver->signedIn().constFirst());
}

void tst_LiveTrinoDay::prepare(QProcess &process, const SessionKeyring &session, const QTemporaryDir &home) const
{
    QProcessEnvironment environment = session.environment();
    environment.insert(u"HOME"_s, home.path());
    for (const QString &name : { u"CONFIG"_s, u"CACHE"_s, u"STATE"_s })
        environment.insert(u"XDG_%1_HOME"_s.arg(name), home.filePath(name.toLower()));
    environment.insert(u"TMPDIR"_s, home.path());
    environment.insert(u"QT_LOGGING_RULES"_s, u"grebe.*=true"_s); // all that it ever logs
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(home.path());
}

tst_LiveTrinoDay::Run tst_LiveTrinoDay::grebe(const QStringList &arguments, const SessionKeyring &session, const QTemporaryDir &home)
{
    QProcess process;
    prepare(process, session, home);
    process.start(QStringLiteral(GREBE_PROGRAM), arguments);
    Run run;
    bool isVisited = false;
    const bool hasEnded = QTest::qWaitFor([&] {
        run.err += process.readAllStandardError();
        static const QRegularExpression page(u"^(https://\\S+/oauth2/token/initiate/\\S+)\n"_s, QRegularExpression::MultilineOption);
        const auto match = page.match(QString::fromUtf8(run.err));
        if (match.hasMatch() && !std::exchange(isVisited, true))
            m_browser->signIn(QUrl(match.captured(1)), u"ann"_s, password());
        return process.state() == QProcess::NotRunning;
    }, 90s);
    run.err += process.readAllStandardError();
    run.out = process.readAllStandardOutput();
    run.exitCode = hasEnded && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return run;
}

void tst_LiveTrinoDay::tokenIsInTheKeychainAlone()
{
    SessionKeyring session;
    QVERIFY(session.startBus() && session.startDaemon());
    QTemporaryDir home;
    const ConnectionParameters parameters = TrinoAuthServer::parameters({ { u"externalAuthentication"_s, u"true"_s }, { u"catalog"_s, u"tpch"_s } });
    QString problem;
    ConnectionStore store(DriverExtension::load(&problem)->engines(), home.filePath(u"config/grebe/connections.json"_s));
    QVERIFY(store.store({ .name = u"lake"_s, .parameters = parameters }));
    const QString entry = u"token:@"_s + origin();
    const int forms = formCount();

    const Run login = grebe({ u"login"_s, u"--connection=lake"_s }, session, home);
    QVERIFY2(login.exitCode == 0 && login.err.contains("the keychain keeps the token"), login.err.constData());
    QCOMPARE(formCount() - forms, 1);
    const QByteArray token = session.lookup(entry);
    QVERIFY2(token.size() > 40, login.err.constData());

    // Another process has it from there, and needs no browser; while it runs, its memory is looked at.
    QProcess query;
    prepare(query, session, home);
    query.start(QStringLiteral(GREBE_PROGRAM), { u"query"_s, u"--connection=lake"_s, u"--format=csv"_s, u"SELECT count(*) FROM tpch.sf1000.lineitem"_s });
    QByteArray said;
    const bool isRunning = QTest::qWaitFor([&] {
        said += query.readAllStandardError();
        return query.state() == QProcess::NotRunning || said.contains("nextUri") || said.contains("/v1/statement/queued") || said.contains("/v1/statement/executing");
    }, 60s);
    QVERIFY2(isRunning && query.state() == QProcess::Running, said.constData());
    const QString process = u"/proc/%1/"_s.arg(query.processId());
    const QByteArray environment = contents(process + u"environ"_s);
    QVERIFY(environment.contains("DBUS_SESSION_BUS_ADDRESS"));
    QVERIFY(!environment.contains(token));
    QVERIFY(!contents(process + u"cmdline"_s).contains(token));
    // No core is ever written by itself...
    const QByteArray limits = contents(process + u"limits"_s);
    QVERIFY2(QRegularExpression(u"Max core file size +0 "_s).match(QString::fromUtf8(limits)).hasMatch(), limits.constData());
    // ... for it has the token, which this process has to send: whoever may debug it may read it. The search is able to
    // find what is there, then.
    QProcess gcore;
    gcore.setWorkingDirectory(home.path());
    gcore.setProcessChannelMode(QProcess::MergedChannels);
    gcore.start(u"gcore"_s, { u"-o"_s, home.filePath(u"core"_s), QString::number(query.processId()) });
    QVERIFY(QTest::qWaitFor([&] { return gcore.state() == QProcess::NotRunning; }, 180s));
    const QString core = home.filePath(u"core.%1"_s.arg(query.processId()));
    QVERIFY2(QFile::exists(core), gcore.readAll().constData());
    QVERIFY(contents(core).contains(token));
    QVERIFY(QFile::remove(core));

    ::kill(pid_t(query.processId()), SIGABRT);
    QVERIFY(QTest::qWaitFor([&] { return query.state() == QProcess::NotRunning; }, 60s));
    said += query.readAllStandardError();
    QVERIFY(!said.contains(token));
    const QByteArray log = login.err + login.out;
    QVERIFY(!log.contains(token));
    QVERIFY2(log.contains("grebe.driver.transport"), log.constData()); // it did log
    QCOMPARE(formCount() - forms, 1);

    const Run tokens = grebe({ u"tokens"_s, u"--format=csv"_s }, session, home);
    QVERIFY2(tokens.exitCode == 0 && tokens.out.contains(origin().toUtf8()), tokens.out.constData());
    QVERIFY(!tokens.out.contains(token) && !tokens.err.contains(token));

    int fileCount = 0;
    QCOMPARE(filesWith(home.path(), token, &fileCount), QStringList());
    QVERIFY(fileCount > 0);
    session.stopDaemon();
    QCOMPARE(filesWith(session.folder(), token), QStringList()); // encrypted there
    QVERIFY(session.startDaemon());

    const Run logout = grebe({ u"logout"_s, u"--connection=lake"_s }, session, home);
    QVERIFY2(logout.exitCode == 0 && logout.err.contains("Signed out"), logout.err.constData());
    QCOMPARE(session.lookup(entry), "");
    const Run again = grebe({ u"logout"_s, u"--connection=lake"_s }, session, home);
    QVERIFY2(again.exitCode == 0 && again.err.contains("No sign-in"), again.err.constData());
}

QTEST_GUILESS_MAIN(tst_LiveTrinoDay)
#include "tst_live_trinoday.moc"
