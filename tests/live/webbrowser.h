// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QJsonValue>
#include <QNetworkAccessManager>
#include <QObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>

#include <functional>

/// A real browser without a window, Chromium, driven by chromedriver: a person's hands for a test.
///
/// Shape      asynchronous, for the test's event loop has other things to do meanwhile; a profile of its own, without
///            cookies. It takes any certificate: whether ours is good is not the browser's business here.
/// Errors     in problem(); empty is well.
/// Source     W3C WebDriver.
class WebBrowser : public QObject
{
    Q_OBJECT
public:
    WebBrowser();
    ~WebBrowser() override;

    /// False when it does not start in time.
    bool start();
    /// Opens the page, fills in the fields `user` and `password`, presses the button, and reads what comes of it: ended().
    void signIn(const QUrl &page, const QString &user, const QString &password);
    /// Text of the last page.
    QString text() const { return m_text; }
    QString problem() const { return m_problem; }
    bool hasEnded() const { return m_hasEnded; }
    int signInCount() const { return m_signIns; }

Q_SIGNALS:
    void ended();

private:
    using Then = std::function<void(const QJsonValue &)>;
    void call(const QByteArray &method, const QString &path, const QJsonObject &body, const Then &then);
    void fill(const QString &selector, const QString &text, const std::function<void()> &then);
    void readPage(int attempts);
    void fail(const QString &problem);

    QTemporaryDir m_folder;
    QProcess m_driver;
    QNetworkAccessManager m_http;
    QUrl m_base;
    QString m_session;
    QString m_text;
    QString m_problem;
    bool m_hasEnded = false;
    int m_signIns = 0;
};
