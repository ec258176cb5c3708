// SPDX-License-Identifier: Apache-2.0
#include "connections/connectioneditor.h"
#include "connections/connectionmodel.h"
#include "connections/credentialprompter.h"
#include "connections/logindialog.h"
#include "connections/optionfield.h"
#include "connections/optionform.h"
#include "connections/secretstore.h"
#include "fakeconnection.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ConnectionEditor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(Theme::Light); }
    void init();
    void cleanup();
    void everyOptionHasAField();
    void theWheelScrollsAndChoosesNothing();
    void aPastedUrlFillsTheFields();
    void whatWasChangedBelowTheUrlStays();
    void aWrongUrlIsNamedWhenItIsComplete();
    void aMissingHostIsNamedAtItsField();
    void aWrongNumberIsNamedAtItsField();
    void theTestShowsEachStep();
    void theTestNamesTheStepThatFailed();
    void theTestCanBeStopped();
    void savingStoresEverythingButSecrets();
    void aStoredConnectionIsChangedInPlace();
    void typingWorksLikeAPerson();
    void aStoredPasswordIsNotAskedFor();
    void oneQuestionForAllWhoAsk();
    void aRefusedPasswordIsAskedAgain();
    void aQuestionNobodyWaitsForGoesAway();

private:
    QLineEdit *line(const QString &option) const;
    QString error(const QString &option) const;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<ConnectionStore> m_store;
    std::unique_ptr<ConnectionModel> m_connections;
    std::unique_ptr<SecretStore> m_secrets;
    std::unique_ptr<ConnectionEditor> m_editor;
    ConnectionParameters m_made;
};

void tst_ConnectionEditor::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<FakeServer>();
    m_server->onStart = [](FakeStatement *statement) { statement->end(); };
    m_store = std::make_unique<ConnectionStore>(QList { &fakeEngineInfo() }, m_folder->filePath(u"connections.json"_s));
    m_connections = std::make_unique<ConnectionModel>(m_store.get(), [this](const ConnectionParameters &wanted) {
        m_made = wanted;
        return ConnectionPtr(new FakeConnection(m_server.get(), wanted));
    });
    m_secrets = std::make_unique<SecretStore>(SecretStore::Backend::MemoryOnly);
    m_editor = std::make_unique<ConnectionEditor>(m_connections.get(), m_secrets.get(), QList { &fakeEngineInfo() });
    m_editor->show();
    m_editor->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_editor.get()));
}

void tst_ConnectionEditor::cleanup()
{
    m_editor.reset();
    m_connections.reset();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

QLineEdit *tst_ConnectionEditor::line(const QString &option) const
{
    return qobject_cast<QLineEdit *>(m_editor->form()->field(option)->input());
}

QString tst_ConnectionEditor::error(const QString &option) const
{
    const auto *label = m_editor->form()->findChild<QLabel *>(u"error:"_s + option);
    return label && !label->isHidden() ? label->text() : QString();
}

void tst_ConnectionEditor::theWheelScrollsAndChoosesNothing()
{
    OptionInfo option { .name = u"check"_s, .type = OptionInfo::Type::Choice, .defaultValue = u"FULL"_s, .label = u"Check"_s };
    option.choices = QStringList { u"FULL"_s, u"CA"_s, u"NONE"_s };
    OptionField field(option);
    field.show();
    QVERIFY(QTest::qWaitForWindowExposed(&field));
    QWidget *input = field.input();
    QWheelEvent down(input->rect().center(), input->mapToGlobal(input->rect().center()), QPoint(), QPoint(0, -120), Qt::NoButton,
                     Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(input, &down);
    QVERIFY(!down.isAccepted());
    QVERIFY(field.value().isEmpty());
    QTest::keyClick(input, Qt::Key_Down);
    QCOMPARE(field.value(), u"CA"_s);
}

void tst_ConnectionEditor::everyOptionHasAField()
{
    for (const OptionInfo &option : fakeEngineInfo().options) {
        const OptionField *field = m_editor->form()->field(option.name);
        QVERIFY2(field, qPrintable(option.name));
        QCOMPARE(field->input()->accessibleName(), option.label);
    }
    QCOMPARE(line(u"password"_s)->echoMode(), QLineEdit::Password);
    QVERIFY(line(u"host"_s)->isVisible());
    QVERIFY(!m_editor->form()->isUnfolded());
    QVERIFY(!line(u"timeout"_s)->isVisible());
    m_editor->form()->setUnfolded(true);
    QVERIFY(line(u"timeout"_s)->isVisible());
}

void tst_ConnectionEditor::aPastedUrlFillsTheFields()
{
    m_editor->urlField()->setText(u"fake://ann@lake.example:8443/hive/sales?SSL=true&timeout=5s"_s);
    QCOMPARE(line(u"host"_s)->text(), u"lake.example"_s);
    QCOMPARE(line(u"port"_s)->text(), u"8443"_s);
    QCOMPARE(line(u"user"_s)->text(), u"ann"_s);
    QCOMPARE(line(u"catalog"_s)->text(), u"hive"_s);
    QCOMPARE(line(u"schema"_s)->text(), u"sales"_s);
    QCOMPARE(line(u"timeout"_s)->text(), u"5s"_s);
    QVERIFY(qobject_cast<QCheckBox *>(m_editor->form()->field(u"SSL"_s)->input())->isChecked());
    QVERIFY(!m_editor->nameField()->text().isEmpty());
}

void tst_ConnectionEditor::whatWasChangedBelowTheUrlStays()
{
    m_editor->urlField()->setFocus();
    QTest::keyClicks(m_editor->urlField(), u"fake://ann@lake.example:8443/hive"_s);
    m_editor->form()->field(u"timeout"_s)->setValue(u"7s"_s);
    m_editor->form()->field(u"user"_s)->setValue(u"bob"_s);
    // The focus leaves late: for a dialog that asks for a passphrase, or with the Tab key.
    QSignalSpy finished(m_editor->urlField(), &QLineEdit::editingFinished);
    QTest::keyClick(m_editor->urlField(), Qt::Key_Tab);
    QCOMPARE(finished.size(), 1);
    m_editor->save();
    QCOMPARE(m_store->connections().size(), 1);
    QCOMPARE(m_store->connections().first().parameters.value(u"timeout"_s), u"7s"_s);
    QCOMPARE(m_store->connections().first().parameters.value(u"user"_s), u"bob"_s);
}

void tst_ConnectionEditor::aWrongUrlIsNamedWhenItIsComplete()
{
    m_editor->urlField()->setFocus();
    QTest::keyClicks(m_editor->urlField(), u"fake://h/c/s?timeot=1s"_s);
    const auto shows = [this](const QString &text) {
        const QList<QLabel *> labels = m_editor->findChildren<QLabel *>();
        return std::ranges::any_of(labels, [&](const QLabel *label) { return label->isVisible() && label->text().contains(text); });
    };
    QVERIFY(!shows(u"timeot"_s));
    QTest::keyClick(m_editor->urlField(), Qt::Key_Tab);
    QVERIFY(shows(u"timeot"_s));
    QVERIFY(shows(u"timeout"_s)); // the nearest one
}

void tst_ConnectionEditor::aMissingHostIsNamedAtItsField()
{
    m_editor->nameField()->setText(u"x"_s);
    m_editor->save();
    QVERIFY(error(u"host"_s).contains(u"Host"_s));
    QVERIFY(m_editor->isVisible());
    QVERIFY(m_store->connections().isEmpty());
    QTest::keyClicks(line(u"host"_s), u"h"_s);
    QVERIFY(error(u"host"_s).isEmpty());
}

void tst_ConnectionEditor::aWrongNumberIsNamedAtItsField()
{
    line(u"host"_s)->setText(u"h"_s);
    line(u"port"_s)->setText(u"70000"_s);
    line(u"timeout"_s)->setText(u"soon"_s);
    m_editor->test();
    QVERIFY2(error(u"port"_s).contains(u"port"_s, Qt::CaseInsensitive), qPrintable(error(u"port"_s)));
    QVERIFY(!error(u"timeout"_s).isEmpty());
    QVERIFY(!m_made.isValid());
}

void tst_ConnectionEditor::theTestShowsEachStep()
{
    using Step = ConnectionStep;
    m_server->steps = { { Step::Kind::Resolve, Step::State::Done, u"127.0.0.1"_s },
                        { Step::Kind::Connect, Step::State::Done, {}, std::chrono::milliseconds(4) },
                        { Step::Kind::SignIn, Step::State::Done, u"ann"_s } };
    line(u"host"_s)->setText(u"h"_s);
    line(u"password"_s)->setText(u"secret"_s);
    QSignalSpy tested(m_editor.get(), &ConnectionEditor::tested);
    m_editor->test();
    QTRY_COMPARE(tested.size(), 1);
    QVERIFY(tested.first().first().toBool());
    QCOMPARE(m_made.password(), u"secret"_s);
    QVERIFY2(m_editor->stepsText().contains(u"Resolve: done, 127.0.0.1"_s), qPrintable(m_editor->stepsText()));
    QVERIFY(m_editor->stepsText().contains(u"First query: done"_s));
    QVERIFY2(m_editor->message().contains(u"Fake 1"_s), qPrintable(m_editor->message()));
    QCOMPARE(m_server->sent, QStringList { u"SELECT 1"_s });
    QVERIFY(m_store->connections().isEmpty());
}

void tst_ConnectionEditor::theTestNamesTheStepThatFailed()
{
    using Step = ConnectionStep;
    m_server->steps = { { Step::Kind::Resolve, Step::State::Done }, { Step::Kind::Connect, Step::State::Failed, u"refused"_s } };
    m_server->opening = std::unexpected(Error { .code = Error::Code::IO,
                                                .message = u"Nothing listens on h:8080."_s, .hint = u"Is the port right?"_s });
    line(u"host"_s)->setText(u"h"_s);
    QSignalSpy tested(m_editor.get(), &ConnectionEditor::tested);
    m_editor->test();
    QTRY_COMPARE(tested.size(), 1);
    QVERIFY(!tested.first().first().toBool());
    QVERIFY(m_editor->stepsText().contains(u"Connect: failed, refused"_s));
    QVERIFY(m_editor->stepsText().contains(u"Sign in: not begun"_s));
    QCOMPARE(m_editor->message(), u"Nothing listens on h:8080.\nIs the port right?"_s);
}

void tst_ConnectionEditor::theTestCanBeStopped()
{
    m_server->onStart = nullptr; // the query never ends
    line(u"host"_s)->setText(u"h"_s);
    m_editor->test();
    QTRY_COMPARE(m_server->statements.size(), 1);
    QTRY_COMPARE(m_server->statements.first()->startCount, 1);
    m_editor->test();
    QTRY_VERIFY(m_server->statements.first().isNull());
    QCOMPARE(m_editor->message(), u"The test was stopped."_s);
}

void tst_ConnectionEditor::savingStoresEverythingButSecrets()
{
    m_editor->urlField()->setText(u"fake://ann@lake.example:8443/hive"_s);
    line(u"password"_s)->setText(u"s3cret!"_s);
    m_editor->nameField()->setText(u"lake-prod"_s);
    m_editor->findChild<Segmented *>()->setCurrentIndex(2);
    QSignalSpy saved(m_editor.get(), &ConnectionEditor::saved);
    m_editor->save();
    QCOMPARE(saved.size(), 1);
    const auto stored = m_store->connection(u"lake-prod"_s);
    QVERIFY(stored);
    QCOMPARE(stored->environment, Environment::Production);
    QCOMPARE(stored->parameters.host(), u"lake.example"_s);
    QFile file(m_store->fileName());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(!file.readAll().contains("s3cret!"));
    const auto password = m_secrets->password(stored->parameters.origin().toString(), u"ann"_s).result();
    QVERIFY(password);
    QCOMPARE(*password, u"s3cret!"_s);
}

void tst_ConnectionEditor::aStoredConnectionIsChangedInPlace()
{
    ConnectionParameters parameters(fakeEngineInfo());
    QVERIFY(parameters.setValue(u"host"_s, u"old"_s));
    QVERIFY(m_store->store({ .name = u"a"_s, .environment = Environment::Test, .parameters = parameters }));
    m_editor->setConnection(*m_store->connection(u"a"_s));
    QCOMPARE(line(u"host"_s)->text(), u"old"_s);
    QCOMPARE(m_editor->findChild<Segmented *>()->currentIndex(), 1);
    line(u"host"_s)->setText(u"new"_s);
    m_editor->nameField()->setText(u"b"_s);
    m_editor->save();
    QVERIFY(!m_store->connection(u"a"_s));
    QCOMPARE(m_store->connection(u"b"_s)->parameters.host(), u"new"_s);
    QCOMPARE(m_store->connection(u"b"_s)->environment, Environment::Test);
}

void tst_ConnectionEditor::typingWorksLikeAPerson()
{
    line(u"host"_s)->setFocus();
    QTest::keyClicks(line(u"host"_s), u"lake.example"_s);
    QVERIFY(m_editor->nameField()->text().contains(u"lake.example"_s));
    QTest::keyClick(line(u"host"_s), Qt::Key_Return); // no button is pressed by accident
    QVERIFY(m_editor->isVisible());
    QTest::keyClick(line(u"host"_s), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(!m_editor->isVisible());
    QCOMPARE(m_store->connections().size(), 1);
}

static CredentialRequest passwordRequest(const QString &reason = {})
{
    return { .kind = CredentialRequest::Kind::Password, .connectionName = u"lake"_s, .origin = u"https://h:443"_s,
             .user = u"ann"_s, .reason = reason };
}

void tst_ConnectionEditor::aStoredPasswordIsNotAskedFor()
{
    CredentialPrompter prompter(m_secrets.get());
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    m_secrets->setPassword(u"https://h:443"_s, u"ann"_s, u"pw"_s);
    QFuture<Result<Credential>> answer = prompter.request(passwordRequest());
    QTRY_VERIFY(answer.isFinished());
    QCOMPARE(answer.result()->secret, u"pw"_s);
    QVERIFY(asked.isEmpty());
}

void tst_ConnectionEditor::oneQuestionForAllWhoAsk()
{
    CredentialPrompter prompter(m_secrets.get());
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    QFuture<Result<Credential>> one = prompter.request(passwordRequest());
    QFuture<Result<Credential>> two = prompter.request(passwordRequest());
    QTRY_COMPARE(asked.size(), 1);
    auto *dialog = qobject_cast<LoginDialog *>(asked.first().first().value<QDialog *>());
    QVERIFY(dialog);
    QTest::keyClicks(dialog->secretField(), u"pw"_s);
    QTest::keyClick(dialog->secretField(), Qt::Key_Return);
    QTRY_VERIFY(one.isFinished() && two.isFinished());
    QCOMPARE(one.result()->secret, u"pw"_s);
    QCOMPARE(two.result()->secret, u"pw"_s);
    QVERIFY(one.result()->remember);
    QCOMPARE(asked.size(), 1);
    prompter.confirm(passwordRequest(), *one.result(), true);
    QFuture<Result<Credential>> three = prompter.request(passwordRequest());
    QTRY_VERIFY(three.isFinished());
    QCOMPARE(asked.size(), 1);
}

void tst_ConnectionEditor::aRefusedPasswordIsAskedAgain()
{
    CredentialPrompter prompter(m_secrets.get());
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    m_secrets->setPassword(u"https://h:443"_s, u"ann"_s, u"old"_s);
    prompter.confirm(passwordRequest(), { .secret = u"old"_s }, false);
    QFuture<Result<Credential>> answer = prompter.request(passwordRequest(u"The server refused the password."_s));
    QTRY_COMPARE(asked.size(), 1);
    QVERIFY(!m_secrets->password(u"https://h:443"_s, u"ann"_s).result());
    QTest::keyClick(asked.first().first().value<QDialog *>(), Qt::Key_Escape);
    QTRY_VERIFY(answer.isFinished());
    QVERIFY(!answer.result());
    QCOMPARE(answer.result().error().code, Error::Code::Cancelled);
}

void tst_ConnectionEditor::aQuestionNobodyWaitsForGoesAway()
{
    CredentialPrompter prompter(m_secrets.get());
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    QFuture<Result<Credential>> answer = prompter.request(passwordRequest());
    QTRY_COMPARE(asked.size(), 1);
    QPointer<QDialog> dialog = asked.first().first().value<QDialog *>();
    answer.cancel();
    QTRY_VERIFY(!dialog || !dialog->isVisible());
}

QTEST_MAIN(tst_ConnectionEditor)
#include "tst_connectioneditor.moc"
