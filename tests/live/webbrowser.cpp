// SPDX-License-Identifier: Apache-2.0
#include "webbrowser.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QRegularExpression>
#include <QTest>
#include <QTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

static const QString elementKey = u"element-6066-11e4-a52e-4f735466cecf"_s; // the name the standard gives it

WebBrowser::WebBrowser()
{
    m_http.setProxy(QNetworkProxy::NoProxy);
}

WebBrowser::~WebBrowser()
{
    if (!m_session.isEmpty()) {
        bool isOver = false;
        call("DELETE", u"/session/"_s + m_session, {}, [&](const QJsonValue &) { isOver = true; });
        if (!QTest::qWaitFor([&] { return isOver || !m_problem.isEmpty(); }, 20s))
            qWarning("the browser does not end");
    }
    m_http.disconnect();
    m_driver.terminate();
    if (m_driver.state() != QProcess::NotRunning && !m_driver.waitForFinished(10'000)) {
        m_driver.kill();
        m_driver.waitForFinished(10'000);
    }
}

bool WebBrowser::start()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : { u"HOME"_s, u"XDG_CONFIG_HOME"_s, u"XDG_CACHE_HOME"_s })
        environment.insert(name, m_folder.path());
    environment.remove(u"DBUS_SESSION_BUS_ADDRESS"_s); // it shall keep nothing in a keychain
    m_driver.setProcessEnvironment(environment);
    m_driver.setProcessChannelMode(QProcess::MergedChannels);
    m_driver.start(u"chromedriver"_s, { u"--port=0"_s });
    QByteArray said;
    const bool isUp = QTest::qWaitFor([&] {
        said += m_driver.readAll();
        return m_driver.state() == QProcess::NotRunning || said.contains("successfully on port ");
    }, 60s);
    static const QRegularExpression port(u"successfully on port (\\d+)"_s);
    const auto match = port.match(QString::fromUtf8(said));
    if (!isUp || !match.hasMatch()) {
        m_problem = u"chromedriver does not start: "_s + m_driver.errorString() + QString::fromUtf8(said);
        return false;
    }
    m_base = QUrl(u"http://127.0.0.1:"_s + match.captured(1));
    // As root, and in a container, Chromium has no sandbox to offer.
    const QJsonObject options { { u"args"_s, QJsonArray { u"--headless=new"_s, u"--no-sandbox"_s, u"--disable-dev-shm-usage"_s, u"--disable-gpu"_s,
                                                          u"--no-proxy-server"_s, u"--user-data-dir="_s + m_folder.filePath(u"profile"_s) } } };
    const QJsonObject capabilities { { u"browserName"_s, u"chrome"_s }, { u"acceptInsecureCerts"_s, true }, { u"goog:chromeOptions"_s, options } };
    call("POST", u"/session"_s, { { u"capabilities"_s, QJsonObject { { u"alwaysMatch"_s, capabilities } } } },
         [this](const QJsonValue &value) { m_session = value.toObject().value("sessionId"_L1).toString(); });
    return QTest::qWaitFor([this] { return !m_session.isEmpty() || !m_problem.isEmpty(); }, 120s) && m_problem.isEmpty();
}

void WebBrowser::call(const QByteArray &method, const QString &path, const QJsonObject &body, const Then &then)
{
    QUrl url = m_base;
    url.setPath(path);
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json; charset=utf-8"_s);
    const bool hasBody = method == "POST";
    QNetworkReply *reply = m_http.sendCustomRequest(request, method, hasBody ? QJsonDocument(body).toJson() : QByteArray());
    connect(reply, &QNetworkReply::finished, this, [this, reply, then, path] {
        reply->deleteLater();
        const QJsonValue value = QJsonDocument::fromJson(reply->readAll()).object().value("value"_L1);
        if (reply->error() != QNetworkReply::NoError || value.toObject().contains("error"_L1))
            fail(path.section(u'/', 3) + u": "_s + value.toObject().value("message"_L1).toString(reply->errorString()));
        else
            then(value);
    });
}

void WebBrowser::fail(const QString &problem)
{
    m_problem = problem;
    m_hasEnded = true;
    Q_EMIT ended();
}

void WebBrowser::fill(const QString &selector, const QString &text, const std::function<void()> &then)
{
    const QString session = u"/session/"_s + m_session;
    call("POST", session + u"/element"_s, { { u"using"_s, u"css selector"_s }, { u"value"_s, selector } }, [this, session, text, then](const QJsonValue &found) {
        const QString element = session + u"/element/"_s + found.toObject().value(elementKey).toString();
        const QString action = text.isNull() ? u"/click"_s : u"/value"_s;
        call("POST", element + action, text.isNull() ? QJsonObject() : QJsonObject { { u"text"_s, text } }, [then](const QJsonValue &) { then(); });
    });
}

void WebBrowser::signIn(const QUrl &page, const QString &user, const QString &password)
{
    m_hasEnded = false;
    m_problem.clear();
    ++m_signIns;
    const QString session = u"/session/"_s + m_session;
    call("POST", session + u"/url"_s, { { u"url"_s, page.toString(QUrl::FullyEncoded) } }, [this, user, password](const QJsonValue &) {
        fill(u"input[name=user]"_s, user, [this, password] {
            fill(u"input[name=password]"_s, password, [this] {
                fill(u"button"_s, {}, [this] { readPage(100); });
            });
        });
    });
}

// A click does not wait for the pages it leads through.
void WebBrowser::readPage(int attempts)
{
    call("POST", u"/session/"_s + m_session + u"/execute/sync"_s,
         { { u"script"_s, u"return location.pathname + '\\n' + document.readyState + '\\n' + document.documentElement.innerText"_s }, { u"args"_s, QJsonArray() } },
         [this, attempts](const QJsonValue &value) {
             m_text = value.toString();
             if (m_text.startsWith(u"/oauth2/callback\ncomplete"_s)) {
                 // The next one to sign in is somebody new.
                 call("DELETE", u"/session/"_s + m_session + u"/cookie"_s, {}, [this](const QJsonValue &) {
                     m_hasEnded = true;
                     Q_EMIT ended();
                 });
             } else if (attempts == 0) {
                 fail(u"the browser stays at "_s + m_text.left(500));
             } else {
                 QTimer::singleShot(100ms, this, [this, attempts] { readPage(attempts - 1); });
             }
         });
}
