// SPDX-License-Identifier: Apache-2.0
#include "auth/negotiatedcall.h"
#include "engines/engineconnection.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "faultserver.h"
#include "statementrun.h"

#include <QElapsedTimer>
#include <QFile>
#include <QLibrary>
#include <QProcess>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <optional>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A service HTTP/localhost with the system's GSSAPI: takes the token of a request and proves who it is.
class Service
{
public:
    Service() : server([this](const RecordedRequest &request, int) { return answer(request); }) { }

    std::atomic<bool> isForging = false;
    std::atomic<OM_uint32> flags = 0; ///< of the last token
    std::atomic<bool> hasDelegated = false; ///< a ticket to act with came along

private:
    FaultReply answer(const RecordedRequest &request)
    {
        static QLibrary library(u"libgssapi_krb5.so.2"_s);
        static const auto accept = reinterpret_cast<decltype(&::gss_accept_sec_context)>(library.resolve("gss_accept_sec_context"));
        static const auto releaseCredential = reinterpret_cast<decltype(&::gss_release_cred)>(library.resolve("gss_release_cred"));
        static const auto releaseContext = reinterpret_cast<decltype(&::gss_delete_sec_context)>(library.resolve("gss_delete_sec_context"));
        static const auto releaseBuffer = reinterpret_cast<decltype(&::gss_release_buffer)>(library.resolve("gss_release_buffer"));
        if (!accept || !releaseCredential || !releaseContext || !releaseBuffer)
            return FaultReply::whole(500, library.errorString().toUtf8());
        QByteArray token = QByteArray::fromBase64(request.header("Authorization").sliced(10));
        gss_buffer_desc in { size_t(token.size()), token.data() };
        gss_buffer_desc out {};
        gss_ctx_id_t context = GSS_C_NO_CONTEXT;
        gss_cred_id_t delegated = GSS_C_NO_CREDENTIAL;
        OM_uint32 minor = 0;
        OM_uint32 given = 0;
        const OM_uint32 major = accept(&minor, &context, GSS_C_NO_CREDENTIAL, &in, GSS_C_NO_CHANNEL_BINDINGS, nullptr, nullptr, &out, &given, nullptr, &delegated);
        flags = given;
        hasDelegated = delegated != GSS_C_NO_CREDENTIAL;
        QByteArray proof(static_cast<const char *>(out.value), qsizetype(out.length));
        releaseBuffer(&minor, &out);
        releaseContext(&minor, &context, GSS_C_NO_BUFFER);
        if (delegated)
            releaseCredential(&minor, &delegated);
        if (major != GSS_S_COMPLETE)
            return FaultReply::whole(403, QByteArray::number(major, 16));
        if (isForging)
            proof.back() = char(proof.back() ^ 1);
        return FaultReply::whole(200, "served", { { "WWW-Authenticate", "Negotiate " + proof.toBase64() } });
    }

public:
    FaultServer server; // last: its thread ends first
};

template<typename T>
T valueOf(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 60s))
        qFatal("no answer in a minute");
    return future.result();
}

} // namespace

/// Sign-in with Kerberos at the real server that GREBE_LIVE_KERBEROS_URL names, with a Kerberos server of its own.
class tst_LiveTrinoKerberos : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void signIn_data();
    void signIn();
    void ticketCacheOfTheEnvironment();
    void refused_data();
    void refused();
    void ticketThatComesLater();
    void keytabOutlivesItsTickets();
    void tenStatementsAndTheCatalogs();
    void passwordWhereBothAreOffered();
    void nothingSaidIsExplained();
    void longQuery();
    void serviceThatProvesItself_data();
    void serviceThatProvesItself();
    void plugin();
    void commandLine_data();
    void commandLine();
    void kerberosServerThatIsSilent();

private:
    struct Run
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
    };
    Run grebe(const QString &options) const;
    using Options = QMap<QString, QString>;
    ConnectionPtr connectTo(const Options &options) const;
    QString file(const QString &name) const { return m_files + u'/' + name; }

    QString m_url;
    ConnectionParameters m_parameters;
    QString m_files;
    QString m_password;
};

void tst_LiveTrinoKerberos::initTestCase()
{
    m_url = qEnvironmentVariable("GREBE_LIVE_KERBEROS_URL");
    QVERIFY2(!m_url.isEmpty(), "GREBE_LIVE_KERBEROS_URL is not set: trino+https://localhost:8443");
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(m_url, engineInfos());
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    m_parameters = *parameters;
    m_files = qEnvironmentVariable("GREBE_LIVE_KERBEROS_FILES");
    m_password = qEnvironmentVariable("GREBE_LIVE_KERBEROS_PASSWORD");
    qputenv("KRB5_CONFIG", file(u"krb5.conf"_s).toLocal8Bit());
    qunsetenv("KRB5CCNAME");
    qunsetenv("KRB5_CLIENT_KTNAME");
}

ConnectionPtr tst_LiveTrinoKerberos::connectTo(const Options &options) const
{
    ConnectionParameters parameters = m_parameters;
    Options all { { u"caFile"_s, file(u"ca.pem"_s) }, { u"timezone"_s, u"UTC"_s }, { u"KerberosRemoteServiceName"_s, u"trino"_s } };
    all.insert(options);
    for (auto it = all.begin(); it != all.end(); ++it) {
        const Result<void> set = parameters.setValue(it.key(), it.value());
        if (!set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(u"trino"_s)->create(parameters, nullptr), parameters.engine(), parameters);
}

void tst_LiveTrinoKerberos::signIn_data()
{
    const Options cache { { u"KerberosCredentialCachePath"_s, file(u"ann.ccache"_s) } };
    const auto with = [&](const Options &more) {
        Options all = cache;
        all.insert(more);
        return all;
    };
    QTest::addColumn<Options>("options");
    QTest::addColumn<QString>("user");
    QTest::newRow("a ticket") << cache << u"ann"_s;
    QTest::newRow("a ticket, the file said as such") << Options { { u"KerberosCredentialCachePath"_s, u"FILE:"_s + file(u"ann.ccache"_s) } } << u"ann"_s;
    QTest::newRow("a ticket, and whose it is") << with({ { u"KerberosPrincipal"_s, u"ann@GREBE.TEST"_s } }) << u"ann"_s;
    QTest::newRow("a ticket, and the user it maps to") << with({ { u"user"_s, u"ann"_s } }) << u"ann"_s;
    QTest::newRow("a keytab and its principal") << Options { { u"KerberosKeytabPath"_s, file(u"ann.keytab"_s) }, { u"KerberosPrincipal"_s, u"ann"_s } } << u"ann"_s;
    QTest::newRow("a keytab alone") << Options { { u"KerberosKeytabPath"_s, file(u"bob.keytab"_s) } } << u"bob"_s;
    QTest::newRow("the service's principal in full") << with({ { u"KerberosServicePrincipalPattern"_s, u"${SERVICE}/${HOST}@GREBE.TEST"_s } }) << u"ann"_s;
    QTest::newRow("the host as it is written") << with({ { u"KerberosUseCanonicalHostname"_s, u"false"_s } }) << u"ann"_s;
    QTest::newRow("a ticket that is passed on") << with({ { u"KerberosDelegation"_s, u"true"_s } }) << u"ann"_s;
    QTest::newRow("a ticket that is passed on where that is permitted") << with({ { u"KerberosDelegation"_s, u"permitted"_s } }) << u"ann"_s;
}

void tst_LiveTrinoKerberos::signIn()
{
    QFETCH(Options, options);
    const ConnectionPtr connection = connectTo(options);
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText() + info.error().detail));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QTEST(run.cell(0, 0), "user");
}

void tst_LiveTrinoKerberos::ticketCacheOfTheEnvironment()
{
    qputenv("KRB5CCNAME", "FILE:" + file(u"ann.ccache"_s).toLocal8Bit());
    const auto unset = qScopeGuard([] { qunsetenv("KRB5CCNAME"); });
    const ConnectionPtr connection = connectTo({});
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoKerberos::refused_data()
{
    const auto cache = [this](const QString &name, const Options &more = {}) {
        Options all { { u"KerberosCredentialCachePath"_s, file(name) } };
        all.insert(more);
        return all;
    };
    const auto keytab = [this](const QString &name, const QString &principal) {
        return Options { { u"KerberosKeytabPath"_s, file(name) }, { u"KerberosPrincipal"_s, principal } };
    };
    QTest::addColumn<Options>("options");
    QTest::addColumn<QString>("vendorCode");
    QTest::addColumn<QString>("part"); // of message and hint
    QTest::newRow("no ticket") << Options() << u"KERBEROS_NO_TICKET"_s << u"kinit"_s;
    QTest::newRow("no ticket where the option says") << cache(u"none.ccache"_s) << u"KERBEROS_NO_TICKET"_s << u"none.ccache"_s;
    QTest::newRow("a ticket of somebody else's") << cache(u"ann.ccache"_s, { { u"KerberosPrincipal"_s, u"bob"_s } }) << u"KERBEROS_NO_TICKET"_s << u"for bob"_s;
    QTest::newRow("an expired ticket") << cache(u"expired.ccache"_s) << u"KERBEROS_EXPIRED"_s << u"kinit"_s;
    QTest::newRow("a service that the Kerberos server does not know")
        << cache(u"ann.ccache"_s, { { u"KerberosRemoteServiceName"_s, u"hive"_s } }) << u"KERBEROS_UNKNOWN_SERVICE"_s << u"hive@localhost"_s;
    QTest::newRow("a host that the Kerberos server does not know")
        << cache(u"ann.ccache"_s, { { u"KerberosServicePrincipalPattern"_s, u"${SERVICE}@lake.example"_s } }) << u"KERBEROS_UNKNOWN_SERVICE"_s << u"trino@lake.example"_s;
    QTest::newRow("a service whose key the server does not have")
        << cache(u"ann.ccache"_s, { { u"KerberosRemoteServiceName"_s, u"other"_s } }) << QString() << u"did not take the Kerberos ticket for other@localhost"_s;
    QTest::newRow("a keytab of somebody else's") << keytab(u"bob.keytab"_s, u"ann"_s) << u"KERBEROS_KEYTAB"_s << u"no key of ann"_s;
    QTest::newRow("a keytab that is out of date") << keytab(u"stale.keytab"_s, u"changed"_s) << u"KERBEROS_KEYTAB_OLD"_s << u"new keytab"_s;
    QTest::newRow("a keytab that is not there") << keytab(u"none.keytab"_s, u"ann"_s) << u"KERBEROS_KEYTAB"_s << u"cannot be read"_s;
    QTest::newRow("a keytab that is none") << keytab(u"ca.pem"_s, u"ann"_s) << u"KERBEROS_KEYTAB"_s << u"klist -k"_s;
    QTest::newRow("somebody whom the Kerberos server does not know") << keytab(u"strangers.keytab"_s, u"nobody"_s) << u"KERBEROS_UNKNOWN_PRINCIPAL"_s << u"does not know nobody"_s;
    QTest::newRow("a Kerberos server that is down") << keytab(u"strangers.keytab"_s, u"ann@DOWN.TEST"_s) << u"KERBEROS_UNREACHABLE"_s << u"VPN"_s;
    QTest::newRow("a realm on no list") << keytab(u"strangers.keytab"_s, u"ann@ELSEWHERE.TEST"_s) << u"KERBEROS_UNKNOWN_REALM"_s << u"krb5.conf"_s;
    QTest::newRow("a ticket that may not be passed on") << cache(u"unforwardable.ccache"_s, { { u"KerberosDelegation"_s, u"true"_s } }) << u"KERBEROS_DELEGATION"_s << u"kinit -f"_s;
    QTest::newRow("another configuration than the one in use") << cache(u"ann.ccache"_s, { { u"KerberosConfigPath"_s, file(u"kdc.conf"_s) } }) << u"KERBEROS_CONFIGURATION"_s << u"in use already"_s;
}

void tst_LiveTrinoKerberos::refused()
{
    QFETCH(Options, options);
    QFETCH(QString, part);
    const ConnectionPtr connection = connectTo(options);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    const QString text = run.error().ticketText() + u'\n' + run.error().detail;
    QVERIFY2(text.contains(part), qPrintable(text));
    QTEST(run.error().vendorCode, "vendorCode");
    QVERIFY2(!text.contains(u"YII"_s), qPrintable(text)); // how each token begins
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY(!info);
    QCOMPARE(info.error().hint, run.error().hint); // an answer to HEAD has no words of the server's
}

void tst_LiveTrinoKerberos::ticketThatComesLater()
{
    const QTemporaryDir dir;
    const QString cache = dir.filePath(u"tickets"_s);
    const ConnectionPtr connection = connectTo({ { u"KerberosCredentialCachePath"_s, cache } });
    StatementRun early(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(early.waitForEnd() && early.hasFailed(), early.log());
    QVERIFY(QFile::copy(file(u"ann.ccache"_s), cache)); // what kinit does
    StatementRun late(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(late.waitForEnd() && late.hasFinished(), late.log());
    QCOMPARE(late.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoKerberos::keytabOutlivesItsTickets()
{
    const ConnectionPtr connection = connectTo({ { u"KerberosKeytabPath"_s, file(u"brief.keytab"_s) }, { u"KerberosPrincipal"_s, u"brief"_s } });
    QElapsedTimer time;
    time.start();
    int count = 0;
    for (; time.elapsed() < 10'000; ++count) { // their tickets live for four seconds
        StatementRun run(connection->prepare(u"SELECT current_user"_s));
        QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log() + QByteArray::number(time.elapsed()));
        QCOMPARE(run.cell(0, 0), u"brief"_s);
    }
    QVERIFY(count > 3);
}

void tst_LiveTrinoKerberos::tenStatementsAndTheCatalogs()
{
    // A keytab nobody has used: ten who want its first ticket at once.
    const QTemporaryDir dir;
    QVERIFY(QFile::copy(file(u"ann.keytab"_s), dir.filePath(u"ann.keytab"_s)));
    const Options options { { u"KerberosKeytabPath"_s, dir.filePath(u"ann.keytab"_s) }, { u"KerberosPrincipal"_s, u"ann"_s } };
    const ConnectionPtr first = connectTo(options);
    const ConnectionPtr second = connectTo(options);
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 10; ++i)
        runs.push_back(std::make_unique<StatementRun>((i % 2 ? first : second)->prepare(u"SELECT current_user"_s)));
    for (const auto &run : runs) {
        QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
        QCOMPARE(run->cell(0, 0), u"ann"_s);
    }
    const auto catalogs = valueOf(first->list({}));
    QVERIFY2(catalogs, qPrintable(catalogs ? QString() : catalogs.error().message));
    QVERIFY(!catalogs->isEmpty());
}

void tst_LiveTrinoKerberos::passwordWhereBothAreOffered()
{
    const ConnectionPtr connection = connectTo({ { u"KerberosRemoteServiceName"_s, QString() }, { u"user"_s, u"ann"_s }, { u"password"_s, m_password } });
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoKerberos::nothingSaidIsExplained()
{
    const ConnectionPtr connection = connectTo({ { u"KerberosRemoteServiceName"_s, QString() } });
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().hint.contains(u"KerberosRemoteServiceName"_s), run.log());
}

void tst_LiveTrinoKerberos::longQuery()
{
    const ConnectionPtr connection = connectTo({ { u"KerberosCredentialCachePath"_s, file(u"ann.ccache"_s) } });
    StatementRun run(connection->prepare(u"SELECT orderkey, comment FROM tpch.tiny.lineitem"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 60175);
    StatementRun cancelled(connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY(cancelled.waitForStarted());
    cancelled->cancel();
    QVERIFY2(cancelled.waitForEnd() && cancelled.hasFailed(), cancelled.log());
    QVERIFY2(cancelled.error().isCancelled(), cancelled.log());
}

void tst_LiveTrinoKerberos::serviceThatProvesItself_data()
{
    using Delegation = KerberosOptions::Delegation;
    QTest::addColumn<int>("delegation");
    QTest::addColumn<bool>("isForging");
    QTest::addColumn<bool>("hasDelegated");
    QTest::newRow("it does") << int(Delegation::No) << false << false;
    QTest::newRow("it does, and gets a ticket to act with") << int(Delegation::Yes) << false << true;
    QTest::newRow("it does, and the Kerberos server does not call it fit to act for others") << int(Delegation::WherePermitted) << false << false;
    QTest::newRow("its proof is changed on the way") << int(Delegation::No) << true << false;
}

// As HiveServer2 and others over HTTP do; Trino proves nothing.
void tst_LiveTrinoKerberos::serviceThatProvesItself()
{
    QFETCH(int, delegation);
    QFETCH(bool, isForging);
    qputenv("KRB5_KTNAME", file(u"HTTP.keytab"_s).toLocal8Bit());
    const auto unset = qScopeGuard([] { qunsetenv("KRB5_KTNAME"); });
    Service service;
    service.isForging = isForging;
    HttpClient client { HttpOptions {} };
    const KerberosOptions options { .service = u"HTTP"_s, .host = u"localhost"_s, .cachePath = file(u"ann.ccache"_s), .delegation = KerberosOptions::Delegation(delegation) };
    std::optional<HttpResponse> response;
    auto *call = new NegotiatedCall(options, { .url = service.server.url(u"/"_s) }, NegotiatedCall::When::AtOnce,
                                    [&](const HttpRequest &request) { return client.send(request); }, &client);
    connect(call, &HttpCall::finished, this, [&](const HttpResponse &r) { response = r; });
    QVERIFY(QTest::qWaitFor([&] { return response.has_value(); }, 60s));
    QCOMPARE(response->error ? response->error->vendorCode : QString(), isForging ? u"KERBEROS_MUTUAL"_s : QString());
    QCOMPARE(response->bytes().toByteArray(), isForging ? "" : "served");
    QVERIFY(service.flags & GSS_C_MUTUAL_FLAG);
    QTEST(service.hasDelegated.load(), "hasDelegated");
}

void tst_LiveTrinoKerberos::plugin()
{
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QTRINO"_s, u"kerberos"_s);
        database.setDatabaseName(m_url);
        database.setConnectOptions(u"caFile=%1;KerberosRemoteServiceName=trino;kerberosKeytab=%2;KerberosPrincipal=ann"_s.arg(file(u"ca.pem"_s), file(u"ann.keytab"_s)));
        QVERIFY2(database.open(), qPrintable(database.lastError().text()));
        QSqlQuery query(database);
        QVERIFY2(query.exec(u"SELECT current_user"_s) && query.next(), qPrintable(query.lastError().text()));
        QCOMPARE(query.value(0).toString(), u"ann"_s);
        database.close();
        database.setConnectOptions(u"caFile=%1;KerberosRemoteServiceName=trino"_s.arg(file(u"ca.pem"_s)));
        QVERIFY(!database.open());
        QVERIFY2(database.lastError().text().contains(u"no Kerberos ticket"_s), qPrintable(database.lastError().text()));
    }
    QSqlDatabase::removeDatabase(u"kerberos"_s);
}

void tst_LiveTrinoKerberos::commandLine_data()
{
    QTest::addColumn<QString>("cache");
    QTest::addColumn<bool>("works");
    QTest::addColumn<QByteArray>("part");
    QTest::newRow("with a ticket") << u"ann.ccache"_s << true << QByteArray("ann");
    QTest::newRow("without") << u"none.ccache"_s << false << QByteArray("Run \"kinit -c ");
}

tst_LiveTrinoKerberos::Run tst_LiveTrinoKerberos::grebe(const QString &options) const
{
    const QTemporaryDir home;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(u"KRB5_CONFIG"_s); // the option says it
    environment.insert(u"HOME"_s, home.path());
    environment.insert(u"QT_LOGGING_RULES"_s, u"grebe.*.debug=true"_s);
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(GREBE_PROGRAM),
                  { u"query"_s, u"--url"_s, m_url + u"?caFile=%1&KerberosRemoteServiceName=trino&"_s.arg(file(u"ca.pem"_s)) + options, u"--format"_s, u"csv"_s, u"SELECT current_user"_s });
    if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit)
        return {};
    return { process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError() };
}

void tst_LiveTrinoKerberos::commandLine()
{
    QFETCH(QString, cache);
    QFETCH(bool, works);
    QFETCH(QByteArray, part);
    const Run run = grebe(u"KerberosConfigPath=%1&KerberosCredentialCachePath=%2"_s.arg(file(u"krb5.conf"_s), file(cache)));
    QCOMPARE(run.exitCode == 0, works);
    QVERIFY2((works ? run.out : run.err).contains(part), run.out + run.err);
    QVERIFY2(!run.err.contains("YII"), run.err);
    QVERIFY2(run.err.contains("/v1/"), run.err); // it was logged at all
}

void tst_LiveTrinoKerberos::kerberosServerThatIsSilent()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    const QTemporaryDir dir;
    QFile configuration(dir.filePath(u"krb5.conf"_s));
    QVERIFY(configuration.open(QIODevice::WriteOnly));
    configuration.write("[libdefaults]\ndns_lookup_kdc = false\nudp_preference_limit = 1\n[realms]\nDOWN.TEST = {\nkdc = 127.0.0.1:"
                        + QByteArray::number(silent.serverPort()) + "\n}\n");
    configuration.close();
    QElapsedTimer time;
    time.start();
    const Run run = grebe(u"KerberosConfigPath=%1&KerberosKeytabPath=%2&KerberosPrincipal=ann@DOWN.TEST&KerberosTimeout=500ms"_s.arg(configuration.fileName(), file(u"strangers.keytab"_s)));
    // The library itself would wait for ten seconds, and the end of the program waits for nobody.
    QVERIFY2(time.elapsed() < 8'000, qPrintable(QString::number(time.elapsed())));
    QVERIFY2(run.exitCode > 0, run.err);
    QVERIFY2(run.err.contains("Kerberos gave no ticket for trino@localhost within 1 s"), run.err);
}

QTEST_GUILESS_MAIN(tst_LiveTrinoKerberos)
#include "tst_live_trinokerberos.moc"
