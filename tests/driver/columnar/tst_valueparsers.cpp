// SPDX-License-Identifier: Apache-2.0
#include "columnar/base64.h"
#include "columnar/decimalparser.h"
#include "columnar/jsonscan.h"
#include "columnar/timestampparser.h"

#include <QRandomGenerator>
#include <QTest>

#include <chrono>
#include <limits>

using namespace Grebe;

class tst_ValueParsers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void digits();
    void dates();
    void clocks();
    void intervals();
    void decimals();
    void base64();
    void stringRuns();
};

void tst_ValueParsers::digits()
{
    for (int count = 0; count <= 24; ++count) {
        for (const char behind : {',', ']', '.', '/', ':', '\0', '\x7f', '\x80', '\xff', '"', 'e', ' '}) {
            char text[64];
            std::fill(std::begin(text), std::end(text), '7');
            quint64 expected = 0;
            for (int i = 0; i < count; ++i) {
                text[i] = char('0' + (i * 7 + 9) % 10);
                expected = expected * 10 + quint64(text[i] - '0');
            }
            text[count] = behind;
            quint64 value;
            int found;
            const char *end = scanDigits(text, value, found);
            QCOMPARE(found, count);
            QCOMPARE(end - text, count);
            if (count <= 19)
                QCOMPARE(value, expected);
        }
    }
}

void tst_ValueParsers::dates()
{
    using namespace std::chrono;
    for (int day = -800000; day < 2900000; day += 37) {
        const year_month_day date {sys_days(std::chrono::days(day))};
        const int year = int(date.year());
        if (year < 0 || year > 9999)
            continue;
        const QByteArray text = QString::asprintf("%04d-%02u-%02u", year, unsigned(date.month()), unsigned(date.day())).toLatin1();
        const QByteArray padded = text + QByteArray(64, '9');
        qint32 scanned;
        QVERIFY(scanDate(padded.constData(), scanned));
        QCOMPARE(scanned, day);
        QCOMPARE(parseDate(text.constData()), day);
    }
    for (const char *wrong : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2026/01/01", "26-01-01x", "2026-1-011", "1900-02-29", "2026-01-0a", "202a-01-01"}) {
        qint32 scanned;
        QVERIFY2(!scanDate((QByteArray(wrong) + QByteArray(64, '0')).constData(), scanned), wrong);
        QVERIFY2(!parseDate(wrong), wrong);
    }
    QCOMPARE(parseDate("-0044-03-15"), -735525);
    QCOMPARE(parseDate("0000-02-29"), -719469);
    QCOMPARE(parseDate("+99999-12-31"), 35804721);
    for (const char *wrong : {"", "-", "2026-01-01 ", "2026-01-01T", " 2026-01-01", "--2026-01-01", "+1234567890-01-01"})
        QVERIFY2(!parseDate(wrong), wrong);
}

void tst_ValueParsers::clocks()
{
    qint32 seconds;
    QVERIFY(scanClock("23:59:59................", seconds));
    QCOMPARE(seconds, 86399);
    for (const char *wrong : {"24:00:00", "23:60:00", "23:59:60", "23-59-59", "2a:59:59", "23:5 :59"})
        QVERIFY2(!scanClock((QByteArray(wrong) + QByteArray(16, '0')).constData(), seconds), wrong);
    QCOMPARE(parseClock("00:00:01.5", 3)->fraction, 500);
    QCOMPARE(parseClock("00:00:01.123000", 3)->fraction, 123);
    for (const char *wrong : {"00:00:01.1234", "00:00:01.", "00:00", "00:00:00Z", "1:00:00"})
        QVERIFY2(!parseClock(wrong, 3), wrong);
}

void tst_ValueParsers::intervals()
{
    QCOMPARE(parseDayTimeInterval("-106751991167 07:12:55.808"), std::numeric_limits<qint64>::min());
    QCOMPARE(parseDayTimeInterval("106751991167 07:12:55.807"), std::numeric_limits<qint64>::max());
    QVERIFY(!parseDayTimeInterval("106751991167 07:12:55.808"));
    QVERIFY(!parseDayTimeInterval("-106751991167 07:12:55.809"));
    QVERIFY(!parseDayTimeInterval("999999999999 00:00:00.000"));
    QCOMPARE(parseDayTimeInterval("-0 00:00:00.001"), -1);
    QCOMPARE(parseMonthInterval("-178956970-8"), std::numeric_limits<qint32>::min());
    QVERIFY(!parseMonthInterval("178956970-8"));
    QVERIFY(!parseMonthInterval("1-12"));
}

void tst_ValueParsers::decimals()
{
    Int128 value;
    QVERIFY(parseDecimal("99999999999999999999999999999999999999", 38, 0, value));
    QVERIFY(value == Int128(powerOfTen128(38)) - 1);
    QVERIFY(parseDecimal("-0.00000000000000000000000000000000000001", 38, 38, value));
    QVERIFY(value == -1);
    QVERIFY(parseDecimal("0000000000000000000000000000000000000000012.5", 4, 2, value));
    QVERIFY(value == 1250);
    QVERIFY(parseDecimal("1.2500", 3, 2, value) && value == 125);
    for (const char *wrong : {"", "-", ".5", "5.", "1.251", "10.00", "1e2", "1 ", "--1", "NaN", "1.2.3"})
        QVERIFY2(!parseDecimal(wrong, 3, 2, value), wrong);
    QVERIFY(!parseDecimal("100000000000000000000000000000000000000", 38, 0, value));
    QVERIFY(!parseDecimal(std::string(5000, '9'), 38, 0, value));
}

void tst_ValueParsers::base64()
{
    QRandomGenerator random(1);
    for (int size = 0; size < 200; ++size) {
        QByteArray bytes(size, '\0');
        for (char &byte : bytes)
            byte = char(random.bounded(256));
        const QByteArray text = bytes.toBase64();
        QByteArray out(text.size() / 4 * 3, '\0');
        const qint64 count = decodeBase64(text.toStdString(), out.data());
        QCOMPARE(out.left(count), bytes);
    }
    char out[16];
    for (const char *wrong : {"a", "ab", "abc", "a===", "====", "ab=c", "a?bc", "ab-_", "abc=abcd", "ab\nc", "AB==", "ABB="})
        QVERIFY2(decodeBase64(wrong, out) < 0, wrong);
}

void tst_ValueParsers::stringRuns()
{
    for (int at = 0; at <= 16; ++at) {
        for (int stop = 0; stop < 256; ++stop) {
            char from[16], to[16];
            std::fill(std::begin(from), std::end(from), '\xC3');
            if (at < 16)
                from[at] = char(stop);
            const bool isStop = stop == '"' || stop == '\\' || stop < 0x20;
            QCOMPARE(copyRun(from, to), isStop ? at : 16);
            QVERIFY(std::equal(from, from + 16, to));
        }
    }
}

QTEST_APPLESS_MAIN(tst_ValueParsers)
#include "tst_valueparsers.moc"
