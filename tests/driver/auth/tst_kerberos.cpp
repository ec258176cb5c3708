// SPDX-License-Identifier: Apache-2.0
#include "auth/kerberos.h"
#include "auth/kerberoserror.h"

#include "fakegssapi.h"

#include <QLibrary>
#include <QTemporaryDir>
#include <QTest>

#include <krb5.h>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

KerberosOptions lake()
{
    return { .service = u"trino"_s, .host = u"Lake.Example"_s };
}

QStringList texts(const std::vector<std::string> &all)
{
    QStringList list;
    for (const std::string &one : all)
        list << QString::fromStdString(one);
    return list;
}

} // namespace

class tst_Kerberos : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void configurationIsFixedByTheFirst();
    void libraryThatIsNotThere_data();
    void libraryThatIsNotThere();
    void errors_data();
    void errors();
    void timeoutNamesTheService();
    void names_data();
    void names();
    void store_data();
    void store();
    void delegation_data();
    void delegation();
    void onlyKerberosIsNegotiated();
    void exchange();
    void serverThatDoesNotProveItself();
    void abandonedBeforeItBegan();
    void keytabsTicketIsFetchedByOne();
    void keytabThatSomebodyWaitsForTooLong();

private:
    KerberosOptions withKeytab() const
    {
        KerberosOptions options = lake();
        options.keytabPath = m_keytab;
        options.principal = u"ann@EXAMPLE.COM"_s;
        return options;
    }

    QTemporaryDir m_dir;
    QString m_keytab;
    FakeGssapi *m_fake = nullptr;
};

void tst_Kerberos::initTestCase()
{
    qunsetenv("KRB5_CONFIG");
    m_keytab = m_dir.filePath(u"ann.keytab"_s);
    QVERIFY(QFile(m_keytab).open(QIODevice::WriteOnly));
    QLibrary library(QStringLiteral(GREBE_FAKE_GSSAPI));
    const auto function = reinterpret_cast<FakeGssapiFunction>(library.resolve("fakeGssapi"));
    QVERIFY2(function, qPrintable(library.errorString()));
    m_fake = function();
}

void tst_Kerberos::init()
{
    m_fake->reset();
    Gssapi::setLibrary(QStringLiteral(GREBE_FAKE_GSSAPI));
}

void tst_Kerberos::cleanup()
{
    QCOMPARE(m_fake->alive, 0);
}

void tst_Kerberos::configurationIsFixedByTheFirst()
{
    const QString first = m_dir.filePath(u"krb5.conf"_s);
    const QString second = m_dir.filePath(u"other.conf"_s);
    for (const QString &name : { first, second })
        QVERIFY(QFile(name).open(QIODevice::WriteOnly));
    const Result<void> absent = useKerberosConfiguration(u"/nonexistent/krb5.conf"_s);
    QVERIFY(!absent);
    QVERIFY2(absent.error().message.contains(u"/nonexistent/krb5.conf"_s), qPrintable(absent.error().message));
    QVERIFY(qEnvironmentVariableIsEmpty("KRB5_CONFIG"));
    QVERIFY(useKerberosConfiguration(first));
    QCOMPARE(qEnvironmentVariable("KRB5_CONFIG"), first);
    QVERIFY(useKerberosConfiguration({}));
    QVERIFY(useKerberosConfiguration(first));
    const Result<void> another = useKerberosConfiguration(second);
    QVERIFY(!another);
    QVERIFY2(another.error().message.contains(first) && another.error().message.contains(second), qPrintable(another.error().message));
    QCOMPARE(qEnvironmentVariable("KRB5_CONFIG"), first);
}

void tst_Kerberos::libraryThatIsNotThere_data()
{
    QTest::addColumn<QString>("library");
    QTest::addColumn<QString>("part");
    QTest::newRow("not installed") << u"/nonexistent/libgssapi_krb5.so.2"_s << u"libgssapi_krb5.so.2"_s;
    QTest::newRow("another library") << u"libz.so.1"_s << u"has no gss_"_s;
}

void tst_Kerberos::libraryThatIsNotThere()
{
    QFETCH(QString, library);
    QFETCH(QString, part);
    Gssapi::setLibrary(library);
    KerberosContext context(lake());
    const Result<QByteArray> token = context.step({});
    QVERIFY(!token);
    QCOMPARE(token.error().code, Error::Code::NotImplemented);
    QVERIFY2(token.error().message.contains(part), qPrintable(token.error().message));
    QVERIFY2(token.error().hint.contains(u"libgssapi-krb5-2"_s), qPrintable(token.error().hint));
}

void tst_Kerberos::errors_data()
{
    using Code = Error::Code;
    enum Where { Import, Acquire, Ticket, Token };
    QTest::addColumn<int>("where");
    QTest::addColumn<quint32>("major");
    QTest::addColumn<qint32>("minor");
    QTest::addColumn<bool>("hasKeytab");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("vendorCode");
    QTest::addColumn<QString>("part"); // of message and hint
    const auto row = [](const char *name, Where where, quint32 major, qint32 minor, bool hasKeytab, Code code, const QString &vendorCode, const QString &part) {
        QTest::newRow(name) << int(where) << major << minor << hasKeytab << code << vendorCode << part;
    };
    constexpr quint32 failure = GSS_S_FAILURE;
    row("no ticket", Acquire, GSS_S_NO_CRED, 0, false, Code::Unauthenticated, u"KERBEROS_NO_TICKET"_s, u"Run \"kinit\""_s);
    row("no file of tickets", Acquire, GSS_S_NO_CRED, KRB5_FCC_NOFILE, false, Code::Unauthenticated, u"KERBEROS_NO_TICKET"_s, u"kinit"_s);
    row("no ticket in the cache", Ticket, failure, KRB5_CC_NOTFOUND, false, Code::Unauthenticated, u"KERBEROS_NO_TICKET"_s, u"kinit"_s);
    row("expired, says GSSAPI", Ticket, GSS_S_CREDENTIALS_EXPIRED, 0, false, Code::Unauthenticated, u"KERBEROS_EXPIRED"_s, u"has expired"_s);
    row("expired, says Kerberos", Ticket, failure, KRB5KRB_AP_ERR_TKT_EXPIRED, false, Code::Unauthenticated, u"KERBEROS_EXPIRED"_s, u"kinit"_s);
    row("the clock", Ticket, failure, KRB5KRB_AP_ERR_SKEW, false, Code::Unauthenticated, u"KERBEROS_CLOCK"_s, u"Set the clock"_s);
    row("a ticket of tomorrow", Ticket, failure, KRB5KRB_AP_ERR_TKT_NYV, false, Code::Unauthenticated, u"KERBEROS_CLOCK"_s, u"Set the clock"_s);
    row("an unknown service", Ticket, failure, KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, false, Code::Unauthenticated, u"KERBEROS_UNKNOWN_SERVICE"_s, u"knows no service trino@lake.example"_s);
    row("a host without a realm", Ticket, failure, KRB5_ERR_HOST_REALM_UNKNOWN, false, Code::Unauthenticated, u"KERBEROS_UNKNOWN_SERVICE"_s, u"KerberosRemoteServiceName"_s);
    row("an unknown person", Ticket, failure, KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, true, Code::Unauthenticated, u"KERBEROS_UNKNOWN_PRINCIPAL"_s, u"ann@EXAMPLE.COM"_s);
    row("a Kerberos server out of reach", Ticket, failure, KRB5_KDC_UNREACH, false, Code::IO, u"KERBEROS_UNREACHABLE"_s, u"VPN"_s);
    row("a Kerberos server without an address", Ticket, failure, KRB5_REALM_CANT_RESOLVE, false, Code::IO, u"KERBEROS_UNREACHABLE"_s, u"VPN"_s);
    row("an unknown realm", Ticket, failure, KRB5_REALM_UNKNOWN, false, Code::InvalidArgument, u"KERBEROS_UNKNOWN_REALM"_s, u"KerberosConfigPath"_s);
    row("no realm", Acquire, failure, KRB5_CONFIG_NODEFREALM, false, Code::InvalidArgument, u"KERBEROS_UNKNOWN_REALM"_s, u"KerberosConfigPath"_s);
    row("a configuration that makes no sense", Import, failure, KRB5_CONFIG_BADFORMAT, false, Code::InvalidArgument, u"KERBEROS_CONFIGURATION"_s, u"KRB5_CONFIG"_s);
    row("a keytab without keys of this person", Acquire, GSS_S_NO_CRED, KRB5_KT_NOTFOUND, true, Code::Unauthenticated, u"KERBEROS_KEYTAB"_s, u"no key of ann@EXAMPLE.COM"_s);
    row("a keytab that is none", Acquire, GSS_S_NO_CRED, 0, true, Code::Unauthenticated, u"KERBEROS_KEYTAB"_s, u"klist -k"_s);
    row("a keytab of somebody else's", Acquire, GSS_S_NO_CRED, KRB5_FCC_NOFILE, true, Code::Unauthenticated, u"KERBEROS_KEYTAB"_s, u"no key of ann@EXAMPLE.COM"_s);
    row("an old key in the keytab", Ticket, failure, KRB5KDC_ERR_PREAUTH_FAILED, true, Code::Unauthenticated, u"KERBEROS_KEYTAB_OLD"_s, u"new keytab"_s);
    row("an old key, without preauthentication", Ticket, failure, KRB5KRB_AP_ERR_BAD_INTEGRITY, true, Code::Unauthenticated, u"KERBEROS_KEYTAB_OLD"_s, u"new keytab"_s);
    row("a locked account", Ticket, failure, KRB5KDC_ERR_CLIENT_REVOKED, true, Code::Unauthenticated, u"KERBEROS_ACCOUNT"_s, u"locked"_s);
    row("an expired password", Ticket, failure, KRB5KDC_ERR_KEY_EXP, true, Code::Unauthenticated, u"KERBEROS_ACCOUNT"_s, u"kpasswd"_s);
    row("a service that is not for everybody", Ticket, failure, KRB5KDC_ERR_POLICY, false, Code::Unauthorized, u"KERBEROS_POLICY"_s, u"trino@lake.example"_s);
    row("a name that is none", Import, GSS_S_BAD_NAME, 0, false, Code::InvalidArgument, u"KERBEROS_NAME"_s, u"trino@lake.example"_s);
    row("something else", Token, failure, 12345, false, Code::Unauthenticated, u"KERBEROS_FAILED"_s, u"words of the library"_s);
}

void tst_Kerberos::errors()
{
    QFETCH(int, where);
    QFETCH(quint32, major);
    QFETCH(qint32, minor);
    QFETCH(bool, hasKeytab);
    QFETCH(QString, part);
    FakeGssapi::Status *const places[] { &m_fake->import, &m_fake->acquire, &m_fake->ticket, &m_fake->token };
    *places[where] = { major, OM_uint32(minor) };
    KerberosContext context(hasKeytab ? withKeytab() : lake());
    const Result<QByteArray> token = context.step({});
    QVERIFY(!token);
    QTEST(token.error().code, "code");
    QTEST(token.error().vendorCode, "vendorCode");
    const QString text = token.error().message + u'\n' + token.error().hint;
    QVERIFY2(text.contains(part), qPrintable(text));
    QVERIFY2(token.error().detail.startsWith(minor ? u"general: words of the library"_s : u"general"_s), qPrintable(token.error().detail));
}

void tst_Kerberos::timeoutNamesTheService()
{
    KerberosOptions options = lake();
    options.deadline = 1500ms;
    const Error error = kerberosTimeout(options);
    QCOMPARE(error.code, Error::Code::Timeout);
    QCOMPARE(error.message, u"Kerberos gave no ticket for trino@lake.example within 2 s."_s);
}

void tst_Kerberos::names_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<bool>("usesCanonicalHost");
    QTest::addColumn<QString>("principal");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("the library completes the host") << u"${SERVICE}@${HOST}"_s << true << QString() << QStringList { u"service:trino@lake.example"_s };
    QTest::newRow("the host as it is written") << u"${SERVICE}@${HOST}"_s << false << QString() << QStringList { u"principal:trino/lake.example@"_s };
    QTest::newRow("the whole principal") << u"${SERVICE}/${HOST}@EXAMPLE.COM"_s << true << QString() << QStringList { u"principal:trino/lake.example@EXAMPLE.COM"_s };
    QTest::newRow("another host") << u"${SERVICE}@gateway.example"_s << true << QString() << QStringList { u"service:trino@gateway.example"_s };
    QTest::newRow("the person too") << u"${SERVICE}@${HOST}"_s << true << u"ann@EXAMPLE.COM"_s
                                    << QStringList { u"service:trino@lake.example"_s, u"principal:ann@EXAMPLE.COM"_s };
}

void tst_Kerberos::names()
{
    KerberosOptions options = lake();
    QFETCH(QString, pattern);
    QFETCH(bool, usesCanonicalHost);
    QFETCH(QString, principal);
    options.pattern = pattern;
    options.usesCanonicalHost = usesCanonicalHost;
    options.principal = principal;
    KerberosContext context(options);
    QVERIFY(context.step({}));
    QTEST(texts(m_fake->names), "names");
}

void tst_Kerberos::store_data()
{
    QTest::addColumn<QString>("keytab");
    QTest::addColumn<QString>("cache");
    QTest::addColumn<QStringList>("start"); // of what the library was told
    QTest::newRow("nothing said: the library's own") << QString() << QString() << QStringList();
    QTest::newRow("a cache") << QString() << u"KCM:ann"_s << QStringList { u"ccache=KCM:ann"_s };
    QTest::newRow("a keytab: its tickets stay in memory") << m_keytab << QString() << QStringList { u"client_keytab="_s + m_keytab, u"ccache=MEMORY:grebe-"_s };
    QTest::newRow("a keytab and a cache") << m_keytab << u"/tmp/x"_s << QStringList { u"client_keytab="_s + m_keytab, u"ccache=/tmp/x"_s };
}

void tst_Kerberos::store()
{
    QFETCH(QString, keytab);
    QFETCH(QString, cache);
    QFETCH(QStringList, start);
    KerberosOptions options = lake();
    options.keytabPath = keytab;
    options.cachePath = cache;
    KerberosContext context(options);
    QVERIFY(context.step({}));
    const QStringList store = texts(m_fake->store);
    QCOMPARE(store.size(), start.size());
    for (qsizetype i = 0; i < start.size(); ++i)
        QVERIFY2(store[i].startsWith(start[i]), qPrintable(store[i]));
    QVERIFY(qEnvironmentVariableIsEmpty("KRB5_CLIENT_KTNAME") && qEnvironmentVariableIsEmpty("KRB5CCNAME"));
    if (keytab.isEmpty() || !cache.isEmpty())
        return;
    // Two people with one keytab share no tickets.
    options.principal = u"bob"_s;
    KerberosContext other(options);
    QVERIFY(other.step({}));
    QVERIFY(texts(m_fake->store).constLast() != store.constLast());
}

void tst_Kerberos::delegation_data()
{
    QTest::addColumn<int>("delegation");
    QTest::addColumn<quint32>("granted");
    QTest::addColumn<quint32>("flags");
    QTest::addColumn<QString>("vendorCode");
    using Delegation = KerberosOptions::Delegation;
    QTest::newRow("not wanted") << int(Delegation::No) << quint32(GSS_C_MUTUAL_FLAG) << quint32(GSS_C_MUTUAL_FLAG) << QString();
    QTest::newRow("wanted and given") << int(Delegation::Yes) << quint32(GSS_C_MUTUAL_FLAG | GSS_C_DELEG_FLAG) << quint32(GSS_C_MUTUAL_FLAG | GSS_C_DELEG_FLAG) << QString();
    QTest::newRow("wanted and not given") << int(Delegation::Yes) << quint32(GSS_C_MUTUAL_FLAG) << quint32(GSS_C_MUTUAL_FLAG | GSS_C_DELEG_FLAG) << u"KERBEROS_DELEGATION"_s;
    QTest::newRow("where permitted, and it is not") << int(Delegation::WherePermitted) << quint32(GSS_C_MUTUAL_FLAG) << quint32(GSS_C_MUTUAL_FLAG | GSS_C_DELEG_POLICY_FLAG) << QString();
}

void tst_Kerberos::delegation()
{
    QFETCH(int, delegation);
    QFETCH(quint32, granted);
    QFETCH(QString, vendorCode);
    m_fake->granted = granted;
    KerberosOptions options = lake();
    options.delegation = KerberosOptions::Delegation(delegation);
    KerberosContext context(options);
    const Result<QByteArray> token = context.step({});
    QCOMPARE(token ? QString() : token.error().vendorCode, vendorCode);
    QTEST(quint32(m_fake->flags), "flags");
}

void tst_Kerberos::onlyKerberosIsNegotiated()
{
    KerberosContext context(lake());
    QVERIFY(context.step({}));
    QCOMPARE(texts(m_fake->negotiable), QStringList { u"krb5"_s });
}

void tst_Kerberos::exchange()
{
    KerberosContext context(lake());
    QCOMPARE(context.step({}).value_or("none"), "first");
    QVERIFY(!context.isComplete());
    QCOMPARE(context.step("go on").value_or("none"), "more");
    QVERIFY(!context.isComplete());
    QCOMPARE(context.step("proof").value_or("none"), "");
    QVERIFY(context.isComplete());
    QCOMPARE(m_fake->ticketCount, 1);
    KerberosContext other(lake());
    QVERIFY(other.step({}));
    const Result<QByteArray> refused = other.step("nonsense");
    QVERIFY(!refused);
    QCOMPARE(refused.error().vendorCode, u"KERBEROS_FAILED"_s);
}

void tst_Kerberos::serverThatDoesNotProveItself()
{
    m_fake->granted = 0;
    KerberosContext context(lake());
    QVERIFY(context.step({}));
    QVERIFY(context.step("proof"));
    QVERIFY(!context.isComplete());
}

void tst_Kerberos::abandonedBeforeItBegan()
{
    KerberosContext context(lake());
    context.abandon();
    const Result<QByteArray> token = context.step({});
    QVERIFY(!token && token.error().isCancelled());
    QCOMPARE(m_fake->ticketCount, 0);
}

void tst_Kerberos::keytabsTicketIsFetchedByOne()
{
    m_fake->isHeld = true;
    std::vector<std::jthread> threads;
    std::atomic<int> tokens = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            KerberosContext context(withKeytab());
            tokens += context.step({}).has_value();
        });
    }
    {
        std::unique_lock lock(m_fake->mutex);
        m_fake->changed.wait(lock, [this] { return m_fake->waitingCount > 0; });
        QCOMPARE(m_fake->waitingCount, 1);
    }
    m_fake->release();
    threads.clear();
    QCOMPARE(tokens.load(), 4);
}

void tst_Kerberos::keytabThatSomebodyWaitsForTooLong()
{
    m_fake->isHeld = true;
    std::jthread first([this] {
        KerberosContext context(withKeytab());
        (void)context.step({});
    });
    {
        std::unique_lock lock(m_fake->mutex);
        m_fake->changed.wait(lock, [this] { return m_fake->waitingCount > 0; });
    }
    KerberosOptions options = withKeytab();
    options.deadline = 1ms;
    KerberosContext second(options);
    const Result<QByteArray> token = second.step({});
    m_fake->release();
    QVERIFY(!token);
    QCOMPARE(token.error().code, Error::Code::Timeout);
}

QTEST_GUILESS_MAIN(tst_Kerberos)
#include "tst_kerberos.moc"
