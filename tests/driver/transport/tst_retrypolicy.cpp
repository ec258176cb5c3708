// SPDX-License-Identifier: Apache-2.0
#include "transport/retrypolicy.h"

#include <QDateTime>
#include <QTest>
#include <QTimeZone>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

class tst_RetryPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsTransient_data();
    void whatIsTransient();
    void waitsGrow();
    void endsInTime();
    void retryAfter_data();
    void retryAfter();
    void finalErrorSaysWhy();
};

static RetryOptions fixed(double jitter = 1.0)
{
    RetryOptions options;
    options.jitter = [jitter] { return jitter; };
    options.now = [] { return QDateTime(QDate(2026, 8, 1), QTime(12, 0), QTimeZone::UTC); };
    return options;
}

static HttpResponse status(int code, const QByteArray &retryAfter = {})
{
    HttpResponse response;
    response.status = code;
    response.url = QUrl(u"http://coordinator.test:8080/v1"_s);
    if (!retryAfter.isNull())
        response.headers = { { "Retry-After", retryAfter } };
    return response;
}

static HttpResponse failure(Error::Code code, const QString &vendorCode = {})
{
    HttpResponse response;
    response.error = Error { .code = code, .message = u"What happened."_s, .vendorCode = vendorCode };
    return response;
}

void tst_RetryPolicy::whatIsTransient_data()
{
    QTest::addColumn<HttpResponse>("response");
    QTest::addColumn<bool>("isCut");
    QTest::addColumn<bool>("again");
    for (int code : { 429, 502, 503, 504 })
        QTest::addRow("%d passes", code) << status(code) << false << true;
    for (int code : { 200, 204, 301, 400, 401, 403, 404, 405, 406, 410, 431, 500, 501 })
        QTest::addRow("%d is final", code) << status(code) << false << false;
    QTest::newRow("a cut page is asked for again") << status(200) << true << true;
    QTest::newRow("a cut error page changes nothing") << status(500) << true << false;
    QTest::newRow("a lost connection") << failure(Error::Code::IO) << false << true;
    QTest::newRow("a timeout") << failure(Error::Code::Timeout) << false << true;
    QTest::newRow("a cut body") << failure(Error::Code::Incomplete) << false << true;
    QTest::newRow("a refused redirect stays refused") << failure(Error::Code::InvalidData) << false << false;
    QTest::newRow("so does a certificate") << failure(Error::Code::IO, u"TLS_CERTIFICATE"_s) << false << false;
    QTest::newRow("so does a CA file") << failure(Error::Code::InvalidArgument) << false << false;
    QTest::newRow("so does a proxy's password") << failure(Error::Code::Unauthenticated) << false << false;
}

void tst_RetryPolicy::whatIsTransient()
{
    QFETCH(HttpResponse, response);
    QFETCH(bool, isCut);
    QFETCH(bool, again);
    QCOMPARE(RetryPolicy::isTransient(response, isCut), again);
    RetryPolicy policy(fixed());
    QCOMPARE(policy.next(response, 0ms, isCut).has_value(), again);
    QCOMPARE(policy.attempts(), again ? 1 : 0);
}

void tst_RetryPolicy::waitsGrow()
{
    RetryPolicy policy(fixed(1.0));
    QList<qint64> waits;
    for (int i = 0; i < 14; ++i)
        waits << policy.next(status(503), 0ms)->count();
    QCOMPARE(waits.first(4), (QList<qint64> { 100, 150, 225, 337 }));
    QCOMPARE(waits.last(), 10'000);
    policy.succeeded();
    QCOMPARE(policy.next(status(503), 0ms), milliseconds(100));
    RetryPolicy low(fixed(0.0));
    QCOMPARE(low.next(status(503), 0ms), milliseconds(50)); // 502 to 504 in 50 to 100 ms
    RetryPolicy real;
    for (int i = 0; i < 1000; ++i) {
        const auto wait = real.next(status(503), 0ms);
        QVERIFY(wait && *wait >= 50ms && *wait <= 10s);
    }
}

void tst_RetryPolicy::endsInTime()
{
    RetryPolicy policy(fixed());
    milliseconds elapsed { 0 };
    int count = 0;
    while (const auto wait = policy.next(status(502), elapsed)) {
        elapsed += *wait;
        QVERIFY(++count < 1000);
    }
    QVERIFY(elapsed > 105s && elapsed <= 120s);
    RetryOptions brief = fixed();
    brief.total = 250ms;
    RetryPolicy once(brief);
    QVERIFY(once.next(status(502), 0ms));
    QVERIFY(once.next(status(502), 100ms));
    QVERIFY(!once.next(status(502), 250ms));
}

void tst_RetryPolicy::retryAfter_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<qint64>("wait"); // -1: final
    QTest::newRow("seconds") << "7"_ba << qint64(7000);
    QTest::newRow("seconds at the limit") << "60"_ba << qint64(60'000);
    QTest::newRow("seconds beyond it") << "61"_ba << qint64(-1);
    QTest::newRow("ten days") << "864000"_ba << qint64(-1);
    QTest::newRow("more than a number holds") << "99999999999999999999999"_ba << qint64(-1);
    QTest::newRow("none") << QByteArray() << qint64(100);
    QTest::newRow("zero is not at once") << "0"_ba << qint64(100);
    QTest::newRow("negative is not understood") << "-5"_ba << qint64(100);
    QTest::newRow("words are not understood") << "soon"_ba << qint64(100);
    QTest::newRow("a date") << "Sat, 01 Aug 2026 12:00:30 GMT"_ba << qint64(30'000);
    QTest::newRow("a date of RFC 850") << "Saturday, 01-Aug-26 12:00:30 GMT"_ba << qint64(30'000);
    QTest::newRow("a date of asctime") << "Sat Aug  1 12:00:30 2026"_ba << qint64(30'000);
    QTest::newRow("a date gone by") << "Fri, 31 Jul 2026 12:00:00 GMT"_ba << qint64(100);
    QTest::newRow("tomorrow") << "Sun, 02 Aug 2026 12:00:00 GMT"_ba << qint64(-1);
}

void tst_RetryPolicy::retryAfter()
{
    QFETCH(QByteArray, header);
    QFETCH(qint64, wait);
    for (int code : { 429, 503 }) {
        RetryPolicy policy(fixed());
        const auto next = policy.next(status(code, header), 0ms);
        QCOMPARE(next ? next->count() : -1, wait);
    }
    RetryPolicy late(fixed());
    if (wait > 20'000)
        QVERIFY(!late.next(status(429, header), 119s)); // past the total
}

void tst_RetryPolicy::finalErrorSaysWhy()
{
    RetryPolicy policy(fixed());
    QVERIFY(!policy.next(status(429, "7200"), 0ms));
    const Error asked = policy.finalError(status(429, "7200"));
    QCOMPARE(asked.message, u"coordinator.test answered 429 and asks to wait 2 hours before trying again."_s);

    RetryPolicy tired(fixed());
    QVERIFY(tired.next(status(503), 0ms));
    QVERIFY(tired.next(status(503), 60s));
    QVERIFY(!tired.next(status(503), 120s));
    QCOMPARE(tired.finalError(status(503)).message, u"coordinator.test answered 503. Tried 3 times in 2 minutes."_s);
    QCOMPARE(tired.finalError(failure(Error::Code::IO)).message, u"What happened. Tried 3 times in 2 minutes."_s);
    QCOMPARE(RetryPolicy(fixed()).finalError(status(200)).code, Error::Code::Incomplete);
}

QTEST_GUILESS_MAIN(tst_RetryPolicy)
#include "tst_retrypolicy.moc"
