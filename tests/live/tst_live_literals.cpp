// SPDX-License-Identifier: Apache-2.0
#include "sql/trinodialect.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>
#include <QUuid>

#include <bit>
#include <cmath>
#include <functional>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

QRandomGenerator &dice()
{
    static QRandomGenerator random(20261121); // always the same: a failure is there again in the next run
    return random;
}

int between(int low, int high)
{
    return dice().bounded(low, high + 1);
}

QString digits(int count)
{
    QString text;
    for (int i = 0; i < count; ++i)
        text += QChar(u'0' + between(0, 9));
    return text;
}

QString two(int number)
{
    return QString::number(number).rightJustified(2, u'0');
}

QString randomDate()
{
    return QDate::fromJulianDay(between(1'721'426, 5'373'484)).toString(Qt::ISODate); // 0001-01-01 to 9999-12-31
}

QString randomTime(int precision)
{
    const QString time = two(between(0, 23)) + u':' + two(between(0, 59)) + u':' + two(between(0, 59));
    return precision == 0 ? time : time + u'.' + digits(precision);
}

/// A decimal as the server writes it: no needless zero in front, all digits of the scale behind the point.
QString randomDecimal(int precision, int scale)
{
    QString whole = digits(between(0, precision - scale));
    while (whole.startsWith(u'0'))
        whole.remove(0, 1);
    const QString text = (whole.isEmpty() ? u"0"_s : whole) + (scale > 0 ? u'.' + digits(scale) : QString());
    const bool isZero = !text.contains(QRegularExpression(u"[1-9]"_s));
    return between(0, 1) && !isZero ? u'-' + text : text;
}

/// A value as it is sent, and as `CAST(… AS varchar)` of the server says it.
struct Sample
{
    QVariant value;
    QString type;
    QString text;
};

} // namespace

// Literals of random values, written by the dialect and read back from a real server.
class tst_LiveLiterals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void textOf_data();
    void textOf();
    void floatingPointIsTheSameToTheBit_data();
    void floatingPointIsTheSameToTheBit();
    void bytesAreTheSame();

private:
    QSqlDatabase m_database;
};

void tst_LiveLiterals::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_TRINO_URL says where a Trino is");
    m_database = QSqlDatabase::addDatabase(u"QTRINO"_s, u"literals"_s);
    m_database.setDatabaseName(url);
    QVERIFY2(m_database.open(), qPrintable(m_database.lastError().text()));
}

void tst_LiveLiterals::cleanupTestCase()
{
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(u"literals"_s);
}

void tst_LiveLiterals::textOf_data()
{
    QTest::addColumn<QList<Sample>>("samples");
    const auto row = [](const char *name, const std::function<Sample()> &sample) {
        QList<Sample> samples;
        for (int i = 0; i < 200; ++i)
            samples << sample();
        QTest::newRow(name) << samples;
    };
    const auto same = [](const QString &text, const QString &type) { return Sample { text, type, text }; };
    row("tinyint", [] { const int n = between(-128, 127); return Sample { n, u"tinyint"_s, QString::number(n) }; });
    row("smallint", [] { const int n = between(-32768, 32767); return Sample { n, u"smallint"_s, QString::number(n) }; });
    row("integer", [] { const int n = int(dice().generate()); return Sample { n, u"integer"_s, QString::number(n) }; });
    row("bigint", [] { const qint64 n = qint64(dice().generate64()) >> between(0, 63); return Sample { n, u"bigint"_s, QString::number(n) }; });
    row("boolean", [] { const bool b = between(0, 1); return Sample { b, u"boolean"_s, b ? u"true"_s : u"false"_s }; });
    row("decimal", [=] {
        const int precision = between(1, 38);
        const int scale = between(0, precision);
        return same(randomDecimal(precision, scale), u"decimal(%1, %2)"_s.arg(precision).arg(scale));
    });
    row("date", [=] { return same(randomDate(), u"date"_s); });
    row("date of Qt", [] { const QString text = randomDate(); return Sample { QDate::fromString(text, Qt::ISODate), u"date"_s, text }; });
    row("time", [=] { const int p = between(0, 12); return same(randomTime(p), u"time(%1)"_s.arg(p)); });
    row("timestamp", [=] { const int p = between(0, 12); return same(randomDate() + u' ' + randomTime(p), u"timestamp(%1)"_s.arg(p)); });
    row("timestamp with time zone", [=] {
        static const QStringList zones { u"UTC"_s, u"+05:30"_s, u"-12:00"_s, u"Asia/Kathmandu"_s, u"+13:59"_s };
        const int p = between(0, 12);
        const QDate day = QDate::fromJulianDay(between(2'451'545, 2'469'807)); // 2000 to 2049: zones keep their rules
        return same(day.toString(Qt::ISODate) + u' ' + randomTime(p) + u' ' + zones[between(0, 4)],
                    u"timestamp(%1) with time zone"_s.arg(p));
    });
    row("interval day to second", [=] {
        const QString days = QString::number(between(0, 99'999));
        const QString text = days + u' ' + randomTime(3);
        const bool isZero = !text.contains(QRegularExpression(u"[1-9]"_s));
        return same(between(0, 1) && !isZero ? u'-' + text : text, u"interval day to second"_s);
    });
    row("interval year to month", [=] {
        const QString text = u"%1-%2"_s.arg(between(0, 9'999)).arg(between(1, 11));
        return same(between(0, 1) ? u'-' + text : text, u"interval year to month"_s);
    });
    row("uuid", [] { const QUuid id = QUuid::createUuid(); return Sample { id, u"uuid"_s, id.toString(QUuid::WithoutBraces) }; });
    row("ipaddress", [=] {
        return same(u"%1.%2.%3.%4"_s.arg(between(0, 255)).arg(between(0, 255)).arg(between(0, 255)).arg(between(0, 255)), u"ipaddress"_s);
    });
    row("varchar of a length", [=] {
        QString text;
        for (int n = between(0, 30); n > 0; --n)
            text += QChar(between(0, 2) ? between(0x20, 0x7e) : between(0xa0, 0x2fff));
        return same(text, u"varchar(30)"_s);
    });
}

void tst_LiveLiterals::textOf()
{
    QFETCH(QList<Sample>, samples);
    QStringList columns;
    for (const Sample &sample : samples) {
        const Result<QString> literal = trinoDialect().literal(sample.value, sample.type);
        QVERIFY2(literal, qPrintable(sample.text));
        columns << u"CAST(%1 AS varchar), typeof(%1)"_s.arg(*literal);
    }
    QSqlQuery query(m_database);
    QVERIFY2(query.exec(u"SELECT "_s + columns.join(", "_L1)), qPrintable(query.lastError().text()));
    QVERIFY(query.next());
    for (int i = 0; i < samples.size(); ++i) {
        QCOMPARE(query.value(2 * i).toString(), samples[i].text);
        QCOMPARE(query.value(2 * i + 1).toString().remove(u' '), QString(samples[i].type).remove(u' '));
    }
}

void tst_LiveLiterals::floatingPointIsTheSameToTheBit_data()
{
    QTest::addColumn<bool>("isReal");
    QTest::newRow("double") << false;
    QTest::newRow("real") << true;
}

void tst_LiveLiterals::floatingPointIsTheSameToTheBit()
{
    QFETCH(bool, isReal);
    QVariantList values;
    QStringList columns;
    while (values.size() < 200) {
        const double wide = std::bit_cast<double>(dice().generate64());
        const float narrow = std::bit_cast<float>(dice().generate());
        if (isReal ? std::isnan(narrow) : std::isnan(wide)) // has many bit patterns, of which a server keeps one
            continue;
        values << (isReal ? QVariant(narrow) : QVariant(wide));
        columns << *trinoDialect().literal(values.constLast());
    }
    QSqlQuery query(m_database);
    QVERIFY2(query.exec(u"SELECT "_s + columns.join(", "_L1)), qPrintable(query.lastError().text()));
    QVERIFY(query.next());
    for (int i = 0; i < values.size(); ++i) {
        if (isReal)
            QCOMPARE(std::bit_cast<quint32>(query.value(i).toFloat()), std::bit_cast<quint32>(values[i].toFloat()));
        else
            QCOMPARE(std::bit_cast<quint64>(query.value(i).toDouble()), std::bit_cast<quint64>(values[i].toDouble()));
    }
}

void tst_LiveLiterals::bytesAreTheSame()
{
    QList<QByteArray> values;
    QStringList columns;
    for (int i = 0; i < 200; ++i) {
        QByteArray bytes(between(0, 40), Qt::Uninitialized);
        for (char &byte : bytes)
            byte = char(between(0, 255));
        values << bytes;
        columns << *trinoDialect().literal(bytes);
    }
    QSqlQuery query(m_database);
    QVERIFY2(query.exec(u"SELECT "_s + columns.join(", "_L1)), qPrintable(query.lastError().text()));
    QVERIFY(query.next());
    for (int i = 0; i < values.size(); ++i)
        QCOMPARE(query.value(i).toByteArray(), values[i]);
}

QTEST_GUILESS_MAIN(tst_LiveLiterals)
#include "tst_live_literals.moc"
