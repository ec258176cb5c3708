// SPDX-License-Identifier: Apache-2.0
#include "connections/credentialprompter.h"
#include "connections/oauth2dialog.h"
#include "connections/secretstore.h"
#include "widgets/button.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>
#include <QTimeZone>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// What would have been the browser.
class Browser : public QObject
{
    Q_OBJECT
public:
    Browser()
    {
        QDesktopServices::setUrlHandler(u"https"_s, this, "open");
        QDesktopServices::setUrlHandler(u"file"_s, this, "open");
    }
    ~Browser() override
    {
        QDesktopServices::unsetUrlHandler(u"https"_s);
        QDesktopServices::unsetUrlHandler(u"file"_s);
    }
    QList<QUrl> opened;

public Q_SLOTS:
    void open(const QUrl &url) { opened << url; }
};

class tst_OAuth2Dialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void openable_data();
    void openable();
    void timeLeft_data();
    void timeLeft();
    void opensOnlyWhenTold();
    void copiesTheLink();
    void doesNotOpenWhatIsNoPage();
    void cancelIsHeardByAllWhoWait();
    void goesWhenTheDriverIsDone();
    void keepsTheTokenOnlyWhenAsked_data();
    void keepsTheTokenOnlyWhenAsked();
    void keptTokenIsGivenWithoutAWord();
    void renewedTokenReplacesTheKeptOne();
};

static CredentialRequest signIn()
{
    return { .kind = CredentialRequest::Kind::BrowserSignIn, .connectionName = u"lake"_s, .origin = u"https://h:443"_s, .user = u"ann"_s,
             .url = QUrl(u"https://h/oauth2/token/initiate/ab"_s), .deadline = QDateTime::currentDateTimeUtc().addSecs(600) };
}

static CredentialRequest stored()
{
    CredentialRequest request = signIn();
    request.kind = CredentialRequest::Kind::StoredToken;
    return request;
}

void tst_OAuth2Dialog::openable_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("isOpenable");
    QTest::newRow("https") << u"https://h/r?a=b"_s << true;
    QTest::newRow("http") << u"http://127.0.0.1:8080/r"_s << true;
    QTest::newRow("a file") << u"file:///etc/passwd"_s << false;
    QTest::newRow("a script") << u"javascript:alert(1)"_s << false;
    QTest::newRow("a share") << u"smb://h/x"_s << false;
    QTest::newRow("user info") << u"https://h@evil/r"_s << false;
    QTest::newRow("empty user info") << u"https://@evil/r"_s << false;
    QTest::newRow("an option of a program") << u"-flag"_s << false;
    QTest::newRow("no host") << u"https:///r"_s << false;
    QTest::newRow("nothing") << QString() << false;
}

void tst_OAuth2Dialog::openable()
{
    QFETCH(QString, url);
    QTEST(OAuth2Dialog::isOpenable(QUrl(url)), "isOpenable");
}

void tst_OAuth2Dialog::timeLeft_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("ten minutes") << 600 << u"10:00"_s;
    QTest::newRow("a second less") << 599 << u"9:59"_s;
    QTest::newRow("a minute") << 60 << u"1:00"_s;
    QTest::newRow("nine seconds") << 9 << u"0:09"_s;
    QTest::newRow("over") << -5 << u"0:00"_s;
}

void tst_OAuth2Dialog::timeLeft()
{
    QFETCH(int, seconds);
    const QDateTime now(QDate(2026, 1, 1), QTime(12, 0), QTimeZone::UTC);
    QTEST(OAuth2Dialog::timeLeft(now.addSecs(seconds), now), "text");
}

void tst_OAuth2Dialog::opensOnlyWhenTold()
{
    Browser browser;
    OAuth2Dialog dialog(signIn(), true);
    dialog.show();
    QVERIFY(browser.opened.isEmpty());
    QVERIFY(!dialog.isModal());
    QVERIFY2(dialog.statusText().contains(u"left"_s), qPrintable(dialog.statusText()));
    dialog.openButton()->click();
    QCOMPARE(browser.opened, QList<QUrl> { signIn().url });
    QVERIFY(dialog.isVisible());
}

void tst_OAuth2Dialog::copiesTheLink()
{
    OAuth2Dialog dialog(signIn(), true);
    dialog.copyButton()->click();
    QCOMPARE(QGuiApplication::clipboard()->text(), signIn().url.toString());
}

void tst_OAuth2Dialog::doesNotOpenWhatIsNoPage()
{
    Browser browser;
    CredentialRequest request = signIn();
    request.url = QUrl(u"file:///etc/passwd"_s);
    OAuth2Dialog dialog(request, true);
    dialog.openButton()->click();
    QVERIFY(!dialog.openButton()->isEnabled());
    QVERIFY(browser.opened.isEmpty());
}

void tst_OAuth2Dialog::cancelIsHeardByAllWhoWait()
{
    SecretStore secrets(SecretStore::Backend::MemoryOnly);
    CredentialPrompter prompter(&secrets);
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    const auto one = prompter.request(signIn());
    const auto two = prompter.request(signIn());
    QTRY_COMPARE(asked.size(), 1);
    QTest::keyClick(asked.first().first().value<QDialog *>(), Qt::Key_Escape);
    QTRY_VERIFY(one.isFinished() && two.isFinished());
    QVERIFY(one.result().error().isCancelled());
    QVERIFY(two.result().error().isCancelled());
    QCOMPARE(asked.size(), 1);
}

void tst_OAuth2Dialog::goesWhenTheDriverIsDone()
{
    SecretStore secrets(SecretStore::Backend::MemoryOnly);
    CredentialPrompter prompter(&secrets);
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    auto answer = prompter.request(signIn());
    QTRY_COMPARE(asked.size(), 1);
    QPointer<QDialog> dialog = asked.first().first().value<QDialog *>();
    QVERIFY(!answer.isFinished());
    answer.cancel();
    QTRY_VERIFY(!dialog || !dialog->isVisible());
}

void tst_OAuth2Dialog::keepsTheTokenOnlyWhenAsked_data()
{
    QTest::addColumn<bool>("keeps");
    QTest::addColumn<bool>("dialogGoesFirst");
    QTest::newRow("kept") << true << true;
    QTest::newRow("kept, told while the question is still there") << true << false;
    QTest::newRow("not kept") << false << true;
}

void tst_OAuth2Dialog::keepsTheTokenOnlyWhenAsked()
{
    QFETCH(bool, keeps);
    QFETCH(bool, dialogGoesFirst);
    SecretStore secrets(SecretStore::Backend::MemoryOnly);
    CredentialPrompter prompter(&secrets);
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    auto answer = prompter.request(signIn());
    QTRY_COMPARE(asked.size(), 1);
    QPointer<QDialog> dialog = asked.first().first().value<QDialog *>();
    QVERIFY(!dialog->findChild<QCheckBox *>()->isChecked());
    dialog->findChild<QCheckBox *>()->setChecked(keeps);
    if (dialogGoesFirst) {
        answer.cancel();
        QTRY_VERIFY(!dialog);
    }
    prompter.confirm(signIn(), { .secret = u"abc"_s }, true);
    if (keeps)
        QTRY_COMPARE(secrets.token(u"https://h:443"_s, u"ann"_s).result().value_or(QString()), u"abc"_s);
    // Two questions behind the confirmation: what it began has come to its end with them.
    for (int i = 0; i < 2; ++i) {
        const auto token = prompter.request(stored());
        QTRY_VERIFY(token.isFinished());
        QCOMPARE(token.result().has_value(), keeps);
    }
    QVERIFY(!secrets.password(u"https://h:443"_s, u"ann"_s).result());
    answer.cancel();
}

void tst_OAuth2Dialog::keptTokenIsGivenWithoutAWord()
{
    SecretStore secrets(SecretStore::Backend::MemoryOnly);
    CredentialPrompter prompter(&secrets);
    QSignalSpy asked(&prompter, &CredentialPrompter::asked);
    const auto none = prompter.request(stored());
    QTRY_VERIFY(none.isFinished());
    QCOMPARE(none.result().error().code, Error::Code::NotFound);
    secrets.setToken(u"https://h:443"_s, u"ann"_s, u"abc"_s);
    const auto token = prompter.request(stored());
    QTRY_VERIFY(token.isFinished());
    QCOMPARE(token.result()->secret, u"abc"_s);
    QVERIFY(asked.isEmpty());
}

void tst_OAuth2Dialog::renewedTokenReplacesTheKeptOne()
{
    SecretStore secrets(SecretStore::Backend::MemoryOnly);
    CredentialPrompter prompter(&secrets);
    secrets.setToken(u"https://h:443"_s, u"ann"_s, u"old"_s);
    prompter.confirm(signIn(), { .secret = u"new"_s }, true);
    QTRY_COMPARE(secrets.token(u"https://h:443"_s, u"ann"_s).result().value(), u"new"_s);
    secrets.forgetToken(u"https://h:443"_s, u"ann"_s);
    QVERIFY(!secrets.token(u"https://h:443"_s, u"ann"_s).result());
}

QTEST_MAIN(tst_OAuth2Dialog)
#include "tst_oauth2dialog.moc"
