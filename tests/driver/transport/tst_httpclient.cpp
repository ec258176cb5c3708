// SPDX-License-Identifier: Apache-2.0
#include "transport/httpclient.h"

#include "scriptedserver.h"

#include <QSignalSpy>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_HttpClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void getBody();
};

static HttpResponse wait(HttpCall *call)
{
    HttpResponse response;
    bool done = false;
    QObject::connect(call, &HttpCall::finished, call, [&](const HttpResponse &got) {
        response = got;
        done = true;
    });
    if (!QTest::qWaitFor([&] { return done; }, 20'000))
        response.error = Error { .message = u"never finished"_s };
    return response;
}

void tst_HttpClient::getBody()
{
    ScriptedServer server;
    server.expect("GET /a?b=c").withHeader("Accept-Encoding", "identity").answer(200, "hello", { { "X-A", "1" }, { "x-a", "2" } });
    HttpClient client({});
    const HttpResponse response = wait(client.send({ .url = server.url(u"/a?b=c"_s) }));
    QVERIFY2(!response.error, qPrintable(response.error.value_or(Error()).message));
    QCOMPARE(response.status, 200);
    QCOMPARE(response.bytes(), QByteArrayView("hello"));
    QCOMPARE(response.header("X-a"), "1, 2"_ba);
    QVERIFY(response.mayHaveBeenSent);
}

QTEST_GUILESS_MAIN(tst_HttpClient)
#include "tst_httpclient.moc"
