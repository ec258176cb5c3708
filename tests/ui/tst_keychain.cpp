// SPDX-License-Identifier: Apache-2.0
#include "connections/credentialprompter.h"
#include "connections/logindialog.h"
#include "connections/secretstore.h"

#include "fakesecretservice.h"
#include "sessionkeyring.h"

#include <QApplication>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <cstdio>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QString origin = u"https://lake.example:443"_s;
const QString keyFile = u"/etc/keys/ann.key"_s;

CredentialRequest question(CredentialRequest::Kind kind)
{
    return { .kind = kind, .connectionName = u"lake"_s, .origin = origin, .user = u"ann"_s, .fileName = kind == CredentialRequest::Kind::CertificatePassphrase ? keyFile : QString() };
}

/// The program's part, in a process of its own: this program, started with a verb.
///
/// Shape      prints one JSON object and ends; `error` holds an Error's code.
class Probe : public QObject
{
    Q_OBJECT
public:
    Probe() : prompter(&secrets, nullptr, 500ms)
    {
        connect(&prompter, &CredentialPrompter::asked, this, [this](QDialog *dialog) {
            ++questions;
            for (const QLabel *label : dialog->findChildren<QLabel *>())
                shown += label->text() + u'\n';
            auto *login = qobject_cast<LoginDialog *>(dialog);
            login->secretField()->setText(u"typed by hand"_s);
            login->accept();
        });
        connect(&secrets, &SecretStore::failed, this, [this](const Error &error) { told = error; });
    }
    int run(const QStringList &arguments);

private:
    template<typename T>
    T valueOf(QFuture<T> future)
    {
        if (!QTest::qWaitFor([&] { return future.isFinished(); }, 30s))
            qFatal("no answer");
        return future.result();
    }
    static QJsonObject said(const Result<QString> &text)
    {
        return text ? QJsonObject { { u"secret"_s, *text } } : QJsonObject { { u"error"_s, int(text.error().code) }, { u"message"_s, text.error().message } };
    }
    QJsonObject ask(CredentialRequest::Kind kind);

    SecretStore secrets;
    CredentialPrompter prompter;
    int questions = 0;
    QString shown;
    std::optional<Error> told;
};

// What a window does for a connection and for a second one later.
QJsonObject Probe::ask(CredentialRequest::Kind kind)
{
    QElapsedTimer clock;
    clock.start();
    const Result<Credential> first = valueOf(prompter.request(question(kind)));
    const qint64 waited = clock.elapsed();
    if (first)
        prompter.confirm(question(kind), *first, true);
    QCoreApplication::sendPostedEvents();
    const Result<Credential> second = valueOf(prompter.request(question(kind)));
    if (first && first->remember)
        (void)QTest::qWaitFor([this] { return told.has_value(); }, 2s);
    return { { u"first"_s, first ? first->secret : first.error().message },
             { u"second"_s, second ? second->secret : second.error().message },
             { u"questions"_s, questions },
             { u"shown"_s, shown },
             { u"told"_s, told ? told->message + u' ' + told->hint : QString() },
             { u"waited"_s, waited } };
}

int Probe::run(const QStringList &arguments)
{
    const QString verb = arguments.value(0);
    QJsonObject answer;
    const auto done = [](const Result<void> &result) { return said(result ? Result<QString>(QString()) : std::unexpected(result.error())); };
    if (verb == "store"_L1) {
        answer = done(valueOf(secrets.setPassword(origin, u"ann"_s, u"pass word"_s)));
        (void)valueOf(secrets.setPassword(origin, u"bob"_s, u"bob's"_s));
        (void)valueOf(secrets.setPassphrase(keyFile, u"pass phrase ä"_s));
        (void)valueOf(secrets.setToken(origin, u"ann"_s, u"token of ann"_s));
    } else if (verb == "read"_L1) {
        answer = { { u"password"_s, said(valueOf(secrets.password(origin, u"ann"_s))) },
                   { u"other"_s, said(valueOf(secrets.password(origin, u"bob"_s))) },
                   { u"elsewhere"_s, said(valueOf(secrets.password(u"https://lake.example:8443"_s, u"ann"_s))) },
                   { u"passphrase"_s, said(valueOf(secrets.passphrase(keyFile))) },
                   { u"token"_s, said(valueOf(secrets.token(origin, u"ann"_s))) } };
    } else if (verb == "forget"_L1) {
        answer = done(valueOf(secrets.forgetToken(origin, u"ann"_s)));
        (void)valueOf(secrets.forgetPassword(origin, u"ann"_s));
        (void)valueOf(secrets.forgetPassphrase(keyFile));
    } else if (verb == "refused"_L1) {
        prompter.confirm(question(CredentialRequest::Kind::Password), { .secret = u"another secret"_s }, false);
        QCoreApplication::sendPostedEvents();
        CredentialRequest again = question(CredentialRequest::Kind::Password);
        again.reason = u"The server refused the password."_s;
        const Result<Credential> typed = valueOf(prompter.request(again));
        (void)valueOf(secrets.token(origin, u"nobody"_s)); // answered behind what came before
        answer = { { u"first"_s, typed ? typed->secret : QString() }, { u"questions"_s, questions } };
    } else if (verb == "orphan"_L1) {
        const bool wasThere = bool(valueOf(secrets.setPassword(u"https://other:443"_s, u"ann"_s, u"kept"_s)));
        ::kill(pid_t(arguments.value(1).toLongLong()), SIGKILL);
        answer = ask(CredentialRequest::Kind::Password);
        answer[u"wasThere"_s] = wasThere;
    } else if (verb == "key"_L1) {
        answer = ask(CredentialRequest::Kind::CertificatePassphrase);
    } else {
        answer = ask(CredentialRequest::Kind::Password);
    }
    std::fputs(QJsonDocument(answer).toJson(QJsonDocument::Compact).constData(), stdout);
    return 0;
}

} // namespace

/// The keychain with a real gnome-keyring, and with ones that do not do what they should.
class tst_Keychain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anotherProcessReadsWhatOneStored();
    void secretsAreNowhereElse();
    void lockedIsAskedOnce();
    void passphraseIsRememberedInTheKeychain();
    void absentIsAskedOnce_data();
    void absentIsAskedOnce();
    void misbehavingIsAskedOnce_data();
    void misbehavingIsAskedOnce();
    void wrongSecretIsReplaced();
    void busThatDiesTakesNobodyAlong();

private:
    // The probe's answer; empty when it did not end well. The event loop runs meanwhile: a fake service may live on it.
    QJsonObject probe(const SessionKeyring &session, const QString &verb, const QString &argument = {})
    {
        QProcess process;
        QProcessEnvironment environment = session.environment();
        environment.insert(u"HOME"_s, m_home.path());
        environment.insert(u"XDG_CONFIG_HOME"_s, m_home.filePath(u"config"_s));
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(), { u"--probe"_s, verb, argument });
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60s) || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
            return {};
        return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    }
    static QString secret(const QJsonObject &answer, const QString &name) { return answer.value(name).toObject().value("secret"_L1).toString(); }
    static int error(const QJsonObject &answer, const QString &name) { return answer.value(name).toObject().value("error"_L1).toInt(-1); }
    static QByteArray text(const QJsonObject &answer) { return QJsonDocument(answer).toJson(); }

    QTemporaryDir m_home;
};

void tst_Keychain::anotherProcessReadsWhatOneStored()
{
    SessionKeyring session;
    QVERIFY(session.startBus() && session.startDaemon());
    const QJsonObject nothing = probe(session, u"read"_s);
    QCOMPARE(error(nothing, u"password"_s), int(Error::Code::NotFound));
    QCOMPARE(probe(session, u"store"_s).value("secret"_L1).toString(u"?"_s), QString());
    const QJsonObject read = probe(session, u"read"_s);
    QCOMPARE(secret(read, u"password"_s), u"pass word"_s);
    QCOMPARE(secret(read, u"other"_s), u"bob's"_s);
    QCOMPARE(secret(read, u"passphrase"_s), u"pass phrase ä"_s);
    QCOMPARE(secret(read, u"token"_s), u"token of ann"_s);
    QCOMPARE(error(read, u"elsewhere"_s), int(Error::Code::NotFound));
    QCOMPARE(session.lookup(u"ann@"_s + origin), "pass word");
    QCOMPARE(session.lookup(u"token:ann@"_s + origin), "token of ann");

    QCOMPARE(probe(session, u"forget"_s).value("secret"_L1).toString(u"?"_s), QString());
    const QJsonObject forgotten = probe(session, u"read"_s);
    QCOMPARE(error(forgotten, u"password"_s), int(Error::Code::NotFound));
    QCOMPARE(error(forgotten, u"passphrase"_s), int(Error::Code::NotFound));
    QCOMPARE(error(forgotten, u"token"_s), int(Error::Code::NotFound));
    QCOMPARE(secret(forgotten, u"other"_s), u"bob's"_s);
    QCOMPARE(session.lookup(u"token:ann@"_s + origin), "");
}

void tst_Keychain::secretsAreNowhereElse()
{
    SessionKeyring session;
    QVERIFY(session.startBus() && session.startDaemon());
    QVERIFY(!probe(session, u"store"_s).isEmpty());
    QVERIFY(!probe(session, u"ask"_s).isEmpty());
    session.stopDaemon();
    int fileCount = 0;
    for (const QString &folder : { m_home.path(), session.folder() }) {
        QDirIterator it(folder, QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            if (!file.open(QIODevice::ReadOnly))
                continue; // a socket
            const QByteArray bytes = file.readAll();
            ++fileCount;
            for (const char *one : { "pass word", "typed by hand", "token of ann", "pass phrase" })
                QVERIFY2(!bytes.contains(one), qPrintable(file.fileName())); // the keychain's own files are encrypted
        }
    }
    QVERIFY(fileCount > 0);
}

void tst_Keychain::lockedIsAskedOnce()
{
    SessionKeyring session;
    QVERIFY(session.startBus() && session.startDaemon());
    QVERIFY(!probe(session, u"store"_s).isEmpty());
    session.stopDaemon();
    QVERIFY(session.startDaemon(false)); // and nobody here to unlock it
    const QJsonObject asked = probe(session, u"ask"_s);
    QCOMPARE(asked.value("first"_L1).toString(), u"typed by hand"_s);
    QCOMPARE(asked.value("second"_L1).toString(), u"typed by hand"_s);
    QVERIFY2(asked.value("questions"_L1).toInt() == 1, text(asked));
    QVERIFY2(asked.value("told"_L1).toString().contains(u"until Grebe ends"_s), text(asked));
    session.stopDaemon();
    QVERIFY(session.startDaemon());
    QCOMPARE(session.lookup(u"ann@"_s + origin), "pass word"); // as it was
}

void tst_Keychain::passphraseIsRememberedInTheKeychain()
{
    SessionKeyring session;
    QVERIFY(session.startBus() && session.startDaemon());
    const QJsonObject first = probe(session, u"key"_s);
    QVERIFY2(first.value("questions"_L1).toInt() == 1 && first.value("told"_L1).toString().isEmpty(), text(first));
    QCOMPARE(session.lookup(u"passphrase:"_s + keyFile), "typed by hand");
    const QJsonObject second = probe(session, u"key"_s);
    QCOMPARE(second.value("questions"_L1).toInt(), 0);
    QCOMPARE(second.value("first"_L1).toString(), u"typed by hand"_s);
}

void tst_Keychain::absentIsAskedOnce_data()
{
    QTest::addColumn<bool>("hasBus");
    QTest::newRow("no keychain on the bus") << true;
    QTest::newRow("no bus at all") << false;
}

void tst_Keychain::absentIsAskedOnce()
{
    QFETCH(bool, hasBus);
    SessionKeyring session;
    QVERIFY(!hasBus || session.startBus());
    const QJsonObject asked = probe(session, u"ask"_s);
    QCOMPARE(asked.value("second"_L1).toString(), u"typed by hand"_s);
    QVERIFY2(asked.value("questions"_L1).toInt() == 1, text(asked));
    QVERIFY2(asked.value("shown"_L1).toString().contains(u"keychain"_s), text(asked));
    QVERIFY2(asked.value("told"_L1).toString().contains(u"until Grebe ends"_s), text(asked));
}

void tst_Keychain::misbehavingIsAskedOnce_data()
{
    QTest::addColumn<FakeSecretService::Manner>("manner");
    QTest::addColumn<bool>("saysSo"); // in the question
    QTest::addColumn<bool>("tells"); // that it was not kept
    QTest::newRow("one that never answers") << FakeSecretService::Manner::Silent << true << false;
    QTest::newRow("one that somebody does not unlock") << FakeSecretService::Manner::Dismissed << false << true;
    QTest::newRow("one that denies us") << FakeSecretService::Manner::Denies << true << true;
    QTest::newRow("one that dies") << FakeSecretService::Manner::Dies << true << true;
}

void tst_Keychain::misbehavingIsAskedOnce()
{
    QFETCH(FakeSecretService::Manner, manner);
    QFETCH(bool, saysSo);
    QFETCH(bool, tells);
    SessionKeyring session;
    QVERIFY(session.startBus());
    FakeSecretService service(manner, session.address());
    QVERIFY(service.isThere());
    const QJsonObject asked = probe(session, u"ask"_s);
    QCOMPARE(asked.value("first"_L1).toString(), u"typed by hand"_s);
    QCOMPARE(asked.value("second"_L1).toString(), u"typed by hand"_s);
    QVERIFY2(asked.value("questions"_L1).toInt() == 1, text(asked));
    QVERIFY2(asked.value("waited"_L1).toInt() < 10'000, text(asked));
    QVERIFY2(!service.calls().isEmpty(), text(asked));
    QVERIFY2(!saysSo || asked.value("shown"_L1).toString().contains(u"The keychain d"_s), text(asked));
    QVERIFY2(!tells || asked.value("told"_L1).toString().contains(u"until Grebe ends"_s), text(asked));
    QVERIFY(service.given().isEmpty());
}

void tst_Keychain::wrongSecretIsReplaced()
{
    SessionKeyring session;
    QVERIFY(session.startBus());
    FakeSecretService service(FakeSecretService::Manner::Wrong, session.address());
    QVERIFY(service.isThere());
    const QJsonObject used = probe(session, u"ask"_s);
    QCOMPARE(used.value("first"_L1).toString(), u"another secret"_s);
    QCOMPARE(used.value("questions"_L1).toInt(), 0);
    // The server refuses it, so the driver says.
    const QJsonObject refused = probe(session, u"refused"_s);
    QCOMPARE(refused.value("first"_L1).toString(), u"typed by hand"_s);
    QCOMPARE(refused.value("questions"_L1).toInt(), 1);
    QVERIFY(service.calls().contains(u"Delete"_s));
}

void tst_Keychain::busThatDiesTakesNobodyAlong()
{
    SessionKeyring session;
    QVERIFY(session.startBus() && session.startDaemon());
    const QJsonObject asked = probe(session, u"orphan"_s, QString::number(session.busProcessId()));
    QVERIFY2(asked.value("wasThere"_L1).toBool(), text(asked));
    QCOMPARE(asked.value("first"_L1).toString(), u"typed by hand"_s);
    QCOMPARE(asked.value("second"_L1).toString(), u"typed by hand"_s);
    QCOMPARE(asked.value("questions"_L1).toInt(), 1);
}

int main(int argc, char **argv)
{
    if (argc > 2 && qstrcmp(argv[1], "--probe") == 0) {
        QApplication application(argc, argv);
        Probe probe;
        return probe.run(QCoreApplication::arguments().sliced(2));
    }
    QCoreApplication application(argc, argv);
    tst_Keychain test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_keychain.moc"
