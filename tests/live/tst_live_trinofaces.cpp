// SPDX-License-Identifier: Apache-2.0
#include "trinoauthserver.h"
#include "webbrowser.h"

#include "connections/connectioneditor.h"
#include "connections/connectionmodel.h"
#include "connections/connectionstore.h"
#include "connections/credentialprompter.h"
#include "connections/logindialog.h"
#include "connections/oauth2dialog.h"
#include "connections/optionfield.h"
#include "connections/optionform.h"
#include "connections/secretstore.h"
#include "editor/sqleditor.h"
#include "extension/driverextension.h"
#include "sessionkeyring.h"
#include "mainwindow/mainwindow.h"
#include "results/resultpane.h"
#include "settings/settings.h"
#include "widgets/button.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QFile>
#include <QLineEdit>
#include <QPromise>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace TrinoAuthServer;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// One way of signing in, as a person would say it.
struct Method
{
    Options options; ///< that are no secret
    Options secrets; ///< that are typed into fields, or come from the environment
    QString passphrase; ///< that is asked for
    QString user = u"ann"_s; ///< whom the server then takes us for
    bool isBrowser = false;
};

QString read(const QString &fileName)
{
    QFile file(fileName);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).trimmed() : QString();
}

/// Answers for a person who has no window: by heart, or with the browser.
class Person final : public CredentialProvider
{
public:
    Person(const QString &passphrase, std::function<void(const QUrl &)> visit) : m_passphrase(passphrase), m_visit(std::move(visit)) { }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        if (request.kind == CredentialRequest::Kind::CertificatePassphrase && !m_passphrase.isEmpty())
            return QtFuture::makeReadyValueFuture(Result<Credential>(Credential { .secret = m_passphrase }));
        if (request.kind == CredentialRequest::Kind::BrowserSignIn) {
            m_visit(request.url);
            return QtFuture::makeReadyValueFuture(Result<Credential>(Credential {}));
        }
        return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(Error { .code = Error::Code::NotFound, .message = u"none"_s })));
    }

private:
    const QString m_passphrase;
    const std::function<void(const QUrl &)> m_visit;
};

} // namespace

Q_DECLARE_METATYPE(Method)

/// Each way of signing in through each face of Grebe: the Qt SQL plugin, the command line, the window.
class tst_LiveTrinoFaces : public QObject
{
    Q_OBJECT

public Q_SLOTS:
    void openPage(const QUrl &page) { m_opened << page; }

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void plugin_data() { methods(); }
    void plugin();
    void commandLine_data() { methods(); }
    void commandLine();
    void window_data() { methods(); }
    void window();

private:
    struct Run
    {
        bool hasWorked = false;
        bool hasShownPage = false; ///< which was then visited
        QString out;
        QByteArray said;
    };
    void methods();
    /// Asks who we are with the program and the connections of m_home.
    Run query(const Options &environment = {});
    Options allOptions(const Method &method) const;
    void visit(const QUrl &page) { m_browser->signIn(page, u"ann"_s, password()); }

    DriverExtension *m_driver = nullptr;
    SessionKeyring m_session; // the keychain of the window
    std::unique_ptr<WebBrowser> m_browser;
    std::unique_ptr<QTemporaryDir> m_home;
    QList<QUrl> m_opened;
};

void tst_LiveTrinoFaces::initTestCase()
{
    QVERIFY(isThere());
    QVERIFY(m_session.startBus() && m_session.startDaemon());
    QProcessEnvironment environment;
    m_session.addTo(environment);
    for (const QString &name : environment.keys())
        qputenv(name.toLatin1().constData(), environment.value(name).toLocal8Bit());
    QStandardPaths::setTestModeEnabled(true);
    QString problem;
    m_driver = DriverExtension::load(&problem);
    QVERIFY2(m_driver, qPrintable(problem));
    if (!hasTokens()) {
        m_browser = std::make_unique<WebBrowser>();
        QVERIFY2(m_browser->start(), qPrintable(m_browser->problem()));
    }
    QDesktopServices::setUrlHandler(u"https"_s, this, "openPage");
}

void tst_LiveTrinoFaces::cleanupTestCase()
{
    QDesktopServices::unsetUrlHandler(u"https"_s);
    m_browser.reset();
}

void tst_LiveTrinoFaces::init()
{
    m_home = std::make_unique<QTemporaryDir>();
    m_opened.clear();
    const QList<SignedIn> all = m_driver->signedIn();
    for (const SignedIn &one : all)
        m_driver->signOut(one);
}

// What the server at hand takes: both kinds know passwords and certificates, one tokens, the other the browser.
void tst_LiveTrinoFaces::methods()
{
    QTest::addColumn<Method>("method");
    QTest::newRow("a password") << Method { .options = { { u"user"_s, u"ann"_s } }, .secrets = { { u"password"_s, password() } } };
    QTest::newRow("a certificate, PEM")
        << Method { .options = { { u"SSLKeyStorePath"_s, secretFile(u"ann.pem"_s) }, { u"clientKeyFile"_s, secretFile(u"ann.key"_s) } } };
    QTest::newRow("a certificate, its key encrypted as PKCS#8, the passphrase asked for")
        << Method { .options = { { u"SSLKeyStorePath"_s, secretFile(u"ann.pem"_s) }, { u"clientKeyFile"_s, secretFile(u"ann-encrypted.key"_s) } }, .passphrase = password() };
    QTest::newRow("a certificate, PKCS#12, the passphrase asked for") << Method { .options = { { u"SSLKeyStorePath"_s, secretFile(u"ann.p12"_s) } }, .passphrase = password() };
    if (hasTokens()) {
        QTest::newRow("a user's name alone") << Method { .options = { { u"SSL"_s, u"false"_s }, { u"port"_s, QString::number(httpPort()) }, { u"user"_s, u"dora"_s } }, .user = u"dora"_s };
        QTest::newRow("a token, as a text") << Method { .secrets = { { u"accessToken"_s, read(secretFile(u"token"_s)) } } };
        QTest::newRow("a token, from a file") << Method { .options = { { u"accessTokenFile"_s, secretFile(u"token"_s) } } };
        QTest::newRow("a token, from a command") << Method { .options = { { u"accessTokenCommand"_s, u"cat \"%1\""_s.arg(secretFile(u"token"_s)) } } };
    } else {
        QTest::newRow("the browser") << Method { .options = { { u"externalAuthentication"_s, u"true"_s } }, .isBrowser = true };
    }
}

Options tst_LiveTrinoFaces::allOptions(const Method &method) const
{
    Options options = method.options;
    if (options.value(u"SSL"_s) != "false"_L1)
        options.insert(u"caFile"_s, secretFile(u"ca.pem"_s));
    return options;
}

void tst_LiveTrinoFaces::plugin()
{
    QFETCH(Method, method);
    Options options = allOptions(method);
    options.insert(method.secrets);
    QStringList texts { u"URL="_s + url() };
    for (const auto &[name, value] : options.asKeyValueRange())
        texts << name + u"=\""_s + QString(value).replace(u'"', u"\"\""_s) + u'"';
    const int before = formCount();
    // The person's browser needs this thread's event loop; Qt SQL blocks the thread that it is used on.
    Person person(method.passphrase, [this](const QUrl &page) { QMetaObject::invokeMethod(this, [this, page] { visit(page); }, Qt::QueuedConnection); });
    QFuture<QString> user = QtFuture::makeReadyVoidFuture().then(QtFuture::Launch::Async, [&] {
        const QString name = u"faces"_s;
        QString answer;
        {
            QSqlDatabase database = QSqlDatabase::addDatabase(u"QTRINO"_s, name);
            database.setConnectOptions(texts.join(u';'));
            qobject_cast<DriverExtension *>(database.driver())->setCredentialProvider(&person);
            QSqlQuery query(database);
            if (!database.open())
                answer = database.lastError().text();
            else
                answer = query.exec(u"SELECT current_user"_s) && query.next() ? query.value(0).toString() : query.lastError().text();
        }
        QSqlDatabase::removeDatabase(name);
        return answer;
    });
    QCOMPARE(valueOf(user), method.user);
    QCOMPARE(formCount() - before, method.isBrowser ? 1 : 0);
}

void tst_LiveTrinoFaces::commandLine()
{
    QFETCH(Method, method);
    ConnectionParameters parameters = TrinoAuthServer::parameters(allOptions(method));
    if (method.options.value(u"SSL"_s) == "false"_L1)
        QVERIFY(parameters.setValue(u"caFile"_s, {}));
    ConnectionStore store(m_driver->engines(), m_home->filePath(u"config/grebe/connections.json"_s));
    QVERIFY(store.store({ .name = u"lake"_s, .parameters = parameters }));

    const int before = formCount();
    const Run run = query({ { u"DBUS_SESSION_BUS_ADDRESS"_s, u"unix:path=/nonexistent"_s }, // nobody's keychain
                            { u"GREBE_PASSWORD"_s, method.secrets.value(u"password"_s) },
                            { u"GREBE_ACCESS_TOKEN"_s, method.secrets.value(u"accessToken"_s) },
                            { u"GREBE_KEY_PASSPHRASE"_s, method.passphrase } });
    QVERIFY2(run.hasWorked, run.said.constData());
    QCOMPARE(run.out, u"me\r\n%1\r\n"_s.arg(method.user));
    QCOMPARE(run.hasShownPage, method.isBrowser);
    QCOMPARE(formCount() - before, method.isBrowser ? 1 : 0);
}

tst_LiveTrinoFaces::Run tst_LiveTrinoFaces::query(const Options &environment)
{
    QProcess grebe;
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(u"HOME"_s, m_home->path());
    all.insert(u"XDG_CONFIG_HOME"_s, m_home->filePath(u"config"_s));
    for (const auto &[name, value] : environment.asKeyValueRange())
        all.insert(name, value);
    grebe.setProcessEnvironment(all);
    grebe.start(QStringLiteral(GREBE_PROGRAM), { u"query"_s, u"--connection=lake"_s, u"--format=csv"_s, u"SELECT current_user AS me"_s });
    Run run;
    const bool hasEnded = QTest::qWaitFor([&] {
        run.said += grebe.readAllStandardError();
        static const QRegularExpression page(u"^(https://\\S+/oauth2/token/initiate/\\S+)$"_s, QRegularExpression::MultilineOption);
        const auto match = page.match(QString::fromUtf8(run.said));
        if (match.hasMatch() && run.said.endsWith('\n') && !std::exchange(run.hasShownPage, true))
            visit(QUrl(match.captured(1)));
        return grebe.state() == QProcess::NotRunning;
    }, 90s);
    run.said += grebe.readAllStandardError();
    run.out = QString::fromUtf8(grebe.readAllStandardOutput());
    run.hasWorked = hasEnded && grebe.exitStatus() == QProcess::NormalExit && grebe.exitCode() == 0;
    return run;
}

void tst_LiveTrinoFaces::window()
{
    QFETCH(Method, method);
    const QList<const EngineInfo *> engines = m_driver->engines();
    ConnectionStore store(engines, m_home->filePath(u"config/grebe/connections.json"_s));
    SecretStore secrets;
    CredentialPrompter prompter(&secrets);
    Settings settings(m_home->filePath(u"settings.ini"_s));
    ConnectionModel connections(&store, [&](const ConnectionParameters &wanted) {
        ConnectionParameters parameters = wanted;
        const QMap<QString, QString> values = secrets.sessionValues(wanted.connectionName());
        for (const auto &[option, value] : values.asKeyValueRange()) {
            if (!parameters.hasValue(option))
                (void)parameters.setValue(option, value);
        }
        return m_driver->createConnection(parameters, &prompter);
    });
    MainWindow window(&connections, &secrets, &settings, engines);
    window.show();

    // The person: types the passphrase, presses the button for the browser and looks at it.
    int dialogs = 0;
    connect(&prompter, &CredentialPrompter::asked, this, [&](QDialog *dialog) {
        ++dialogs;
        if (auto *login = qobject_cast<LoginDialog *>(dialog)) {
            QTest::keyClicks(login->secretField(), method.passphrase);
            QTest::keyClick(login->secretField(), Qt::Key_Return);
        } else if (auto *browser = qobject_cast<OAuth2Dialog *>(dialog)) {
            browser->findChild<QCheckBox *>()->setChecked(true);
            QTest::mouseClick(browser->copyButton(), Qt::LeftButton);
            QTest::mouseClick(browser->openButton(), Qt::LeftButton);
            if (m_opened.size() == 1 && QGuiApplication::clipboard()->text() == m_opened.first().toString(QUrl::FullyEncoded))
                visit(m_opened.first());
        }
    });
    const int before = formCount();
    ConnectionEditor *editor = window.editConnection();
    editor->urlField()->setText(url());
    Options options = allOptions(method);
    options.insert(method.secrets);
    for (const auto &[name, value] : options.asKeyValueRange()) {
        OptionField *field = editor->form()->field(name);
        QVERIFY2(field, qPrintable(name));
        field->setValue(value);
    }
    editor->nameField()->setText(u"lake"_s);
    QSignalSpy tested(editor, &ConnectionEditor::tested);
    editor->test();
    QTRY_COMPARE_WITH_TIMEOUT(tested.size(), 1, 90s);
    QVERIFY2(tested.first().first().toBool(), qPrintable(editor->message()));
    QVERIFY2(editor->message().startsWith(u"It works: Trino 476, signed in as %1"_s.arg(method.user)), qPrintable(editor->message()));
    editor->save();

    QueryTab *tab = window.currentTab();
    QVERIFY(tab);
    QCOMPARE(tab->connectionName(), u"lake"_s);
    QSignalSpy ended(tab, &QueryTab::ended);
    tab->editor()->setText(u"SELECT 1 WHERE current_user = '%1'"_s.arg(method.user));
    window.runAction()->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 90s);
    const auto error = ended.first().first().value<std::optional<Error>>();
    QVERIFY2(!error, qPrintable(error ? error->ticketText() : QString()));
    QCOMPARE(tab->results()->rowText(), u"1 row"_s);
    QCOMPARE(dialogs, method.isBrowser || !method.passphrase.isEmpty() ? 1 : 0);
    QCOMPARE(formCount() - before, method.isBrowser ? 1 : 0);
    // What is to be remembered is in the keychain, and another program asks for nothing.
    const QString key = method.options.value(u"clientKeyFile"_s, method.options.value(u"SSLKeyStorePath"_s));
    const auto kept = [this](const QString &name) { return QString::fromUtf8(m_session.lookup(name)); };
    if (method.secrets.contains(u"password"_s))
        QTRY_COMPARE(kept(u"ann@"_s + origin()), password());
    if (!method.passphrase.isEmpty())
        QTRY_COMPARE(kept(u"passphrase:"_s + key), method.passphrase);
    if (method.isBrowser)
        QTRY_VERIFY(kept(u"token:@"_s + origin()).size() > 40);
    if (method.secrets.contains(u"password"_s) || !method.passphrase.isEmpty() || method.isBrowser) {
        const Run run = query();
        QVERIFY2(run.hasWorked, run.said.constData());
        QCOMPARE(run.out, u"me\r\n%1\r\n"_s.arg(method.user));
        QVERIFY(!run.hasShownPage);
        QCOMPARE(formCount() - before, method.isBrowser ? 1 : 0);
    }
    if (method.isBrowser)
        QVERIFY(valueOf(secrets.forgetToken(origin(), {})));
    const QString stored = read(m_home->filePath(u"connections.json"_s));
    for (const QString &secret : method.secrets)
        QVERIFY(!stored.contains(secret));
}

QTEST_MAIN(tst_LiveTrinoFaces)
#include "tst_live_trinofaces.moc"
