// SPDX-License-Identifier: Apache-2.0
#include "sql/duckdbdialect.h"
#include "sql/lexer.h"
#include "sql/quoting.h"
#include "sql/trinodialect.h"

#include <QRandomGenerator>
#include <QTest>
#include <QTimeZone>
#include <QUuid>

#include <cmath>
#include <cstring>
#include <limits>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

const LexicalRules kTrino { .dollarStrings = LexicalRules::DollarStrings::Plain, .hasUnicodeStrings = true };
const LexicalRules kPresto { .hasUnicodeStrings = true };
const LexicalRules kDuckdb { .dollarStrings = LexicalRules::DollarStrings::Tagged, .hasNestedComments = true,
                             .hasEscapeStrings = true, .hasDollarInNames = true };

QString randomText(QRandomGenerator &random, bool allowNul)
{
    QString text = u""_s; // a null one is SQL NULL
    for (int n = random.bounded(20); n > 0; --n) {
        char32_t c = 0;
        switch (random.bounded(4)) {
        case 0:
            c = U"'\"\\$`;.-/*?:U&x\n"[random.bounded(16)];
            break;
        case 1:
            c = random.bounded(allowNul ? 0u : 1u, 0x80u);
            break;
        case 2:
            c = random.bounded(0x80u, 0xd800u);
            break;
        default:
            c = random.bounded(0x10000u, 0x110000u);
            break;
        }
        text += QString::fromUcs4(&c, 1);
    }
    return text;
}

// The text of one literal or name that must be a single token.
bool isOneToken(const QString &text, const LexicalRules &rules, Token::Kind kind)
{
    Lexer lexer(text, rules);
    const Token token = lexer.next();
    return token.kind == kind && token.isTerminated && token.begin == 0 && token.end == text.size();
}

// What Trino reads from U&'...': the doubled quote, the doubled backslash and \XXXX.
QString readUnicodeLiteral(const QString &literal)
{
    const QString inside = literal.sliced(3, literal.size() - 4);
    QString text;
    for (qsizetype i = 0; i < inside.size(); ++i) {
        if (inside[i] == u'\'' || (inside[i] == u'\\' && inside[i + 1] == u'\\')) {
            text += inside[i++];
        } else if (inside[i] == u'\\') {
            text += QChar(inside.sliced(i + 1, 4).toUShort(nullptr, 16));
            i += 4;
        } else {
            text += inside[i];
        }
    }
    return text;
}

} // namespace

class tst_Dialect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anyNameSurvivesQuoting();
    void anyTextSurvivesQuoting();
    void quotesOnlyWhereNeeded_data();
    void quotesOnlyWhereNeeded();
    void literals_data();
    void literals();
    void literalsAreRefused_data();
    void literalsAreRefused();
    void realsReadBackExactly();
    void kinds_data();
    void kinds();
    void parameterPositions();
    void namedParameters_data();
    void namedParameters();
    void paths_data();
    void paths();
    void types();
};

void tst_Dialect::anyNameSurvivesQuoting()
{
    QRandomGenerator random(2);
    for (int i = 0; i < 20000; ++i) {
        const QStringList parts { randomText(random, true), randomText(random, true) };
        for (const auto &[dialect, rules] : { std::pair(&trinoDialect(), kTrino), std::pair(&prestoDialect(), kPresto), std::pair(&duckdbDialect(), kDuckdb) }) {
            const QString quoted = dialect->quoteIdentifier(parts[0]);
            QVERIFY(isOneToken(quoted, rules, Token::Kind::QuotedName));
            QCOMPARE(unquoted(quoted), parts[0]);
            const Result<ObjectPath> path = parsedPath(dialect->path(ObjectPath(parts)), rules);
            QVERIFY(path);
            QCOMPARE(path->parts(), parts);
        }
    }
}

void tst_Dialect::anyTextSurvivesQuoting()
{
    QRandomGenerator random(3);
    for (int i = 0; i < 20000; ++i) {
        const QString text = randomText(random, true);
        const Result<QString> trino = trinoDialect().literal(text);
        QVERIFY(trino);
        QVERIFY(isOneToken(*trino, kTrino, Token::Kind::String));
        QVERIFY(!trino->contains(QChar(u'\0')));
        QCOMPARE(trino->startsWith(u'U') ? readUnicodeLiteral(*trino) : unquoted(*trino), text);

        const Result<QString> duckdb = duckdbDialect().literal(text);
        QVERIFY(duckdb);
        QVERIFY(!duckdb->contains(QChar(u'\0')));
        QString read;
        Lexer lexer(*duckdb, kDuckdb);
        for (Token token = lexer.next(); token.kind != Token::Kind::End; token = lexer.next()) {
            if (token.kind == Token::Kind::String)
                read += unquoted(lexer.text(token));
            else if (token.kind == Token::Kind::Number)
                read += QChar(u'\0'); // of chr(0)
        }
        QCOMPARE(read, text);
    }
}

void tst_Dialect::quotesOnlyWhereNeeded_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("trino");
    QTest::addColumn<QString>("duckdb");
    QTest::newRow("plain") << u"orders_2"_s << u"orders_2"_s << u"orders_2"_s;
    QTest::newRow("capitals") << u"Orders"_s << u"Orders"_s << u"Orders"_s;
    QTest::newRow("reserved") << u"select"_s << u"\"select\""_s << u"\"select\""_s;
    QTest::newRow("reserved in one of them") << u"skip"_s << u"\"skip\""_s << u"skip"_s;
    QTest::newRow("not reserved") << u"comment"_s << u"comment"_s << u"comment"_s;
    QTest::newRow("digit in front") << u"2x"_s << u"\"2x\""_s << u"\"2x\""_s;
    QTest::newRow("dot") << u"a.b"_s << u"\"a.b\""_s << u"\"a.b\""_s;
    QTest::newRow("quotes at both ends") << u"\"a\""_s << u"\"\"\"a\"\"\""_s << u"\"\"\"a\"\"\""_s;
    QTest::newRow("outside ASCII") << u"größe"_s << u"\"größe\""_s << u"\"größe\""_s;
    QTest::newRow("nothing") << u""_s << u"\"\""_s << u"\"\""_s;
}

void tst_Dialect::quotesOnlyWhereNeeded()
{
    QFETCH(QString, name);
    QTEST(trinoDialect().quoteIfNeeded(name), "trino");
    QTEST(duckdbDialect().quoteIfNeeded(name), "duckdb");
    // Words that only one of the two reserves.
    QCOMPARE(trinoDialect().quoteIfNeeded(u"listagg"_s), u"\"listagg\""_s);
    QCOMPARE(prestoDialect().quoteIfNeeded(u"listagg"_s), u"listagg"_s);
    QCOMPARE(trinoDialect().quoteIfNeeded(u"execute"_s), u"execute"_s);
    QCOMPARE(prestoDialect().quoteIfNeeded(u"execute"_s), u"\"execute\""_s);
    QCOMPARE(trinoDialect().path(ObjectPath({ u"a"_s, u"b.c"_s, u"from"_s })), u"a.\"b.c\".\"from\""_s);
}

void tst_Dialect::literals_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("trino");
    QTest::addColumn<QString>("duckdb");
    const auto row = [](const char *name, const QVariant &value, const QString &trino, const QString &duckdb,
                        const QString &type = {}) { QTest::newRow(name) << value << type << trino << duckdb; };
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    row("null", QVariant(), u"NULL"_s, u"NULL"_s);
    row("null of a type", QVariant(), u"CAST(NULL AS decimal(12, 2))"_s, u"CAST(NULL AS decimal(12, 2))"_s, u"decimal(12, 2)"_s);
    row("null text", QVariant(QString()), u"NULL"_s, u"NULL"_s);
    row("null of a metatype", QVariant(QMetaType::fromType<QDate>()), u"NULL"_s, u"NULL"_s);
    row("invalid date", QDate(), u"NULL"_s, u"NULL"_s);
    row("empty text", u""_s, u"''"_s, u"''"_s);
    row("boolean", true, u"true"_s, u"true"_s);
    row("tinyint", QVariant::fromValue<signed char>(-5), u"TINYINT '-5'"_s, u"CAST(-5 AS TINYINT)"_s);
    row("smallint", QVariant::fromValue<short>(7), u"SMALLINT '7'"_s, u"CAST(7 AS SMALLINT)"_s);
    row("integer", 42, u"42"_s, u"42"_s);
    row("negative integer", -1, u"(-1)"_s, u"(-1)"_s);
    row("smallest integer", std::numeric_limits<int>::min(), u"INTEGER '-2147483648'"_s, u"(-2147483648)"_s);
    row("small bigint", 42LL, u"42"_s, u"42"_s);
    row("bigint", 9000000000LL, u"BIGINT '9000000000'"_s, u"9000000000"_s);
    row("smallest bigint", std::numeric_limits<qint64>::min(), u"BIGINT '-9223372036854775808'"_s, u"(-9223372036854775808)"_s);
    row("2^53 + 1", 9007199254740993LL, u"BIGINT '9007199254740993'"_s, u"9007199254740993"_s);
    row("typed bigint", 42, u"BIGINT '42'"_s, u"CAST(42 AS bigint)"_s, u"bigint"_s);
    row("bigint from text", u"-7"_s, u"BIGINT '-7'"_s, u"CAST('-7' AS bigint)"_s, u"bigint"_s);
    row("largest unsigned", std::numeric_limits<quint64>::max(), u"DECIMAL '18446744073709551615'"_s,
        u"CAST('18446744073709551615' AS UBIGINT)"_s);
    row("real", 1.5f, u"REAL '1.5E0'"_s, u"CAST('1.5E0' AS FLOAT)"_s);
    row("real with its own digits", 0.1f, u"REAL '1.0E-1'"_s, u"CAST('1.0E-1' AS FLOAT)"_s);
    row("real not a number", std::numeric_limits<float>::quiet_NaN(), u"REAL 'NaN'"_s, u"CAST('NaN' AS FLOAT)"_s);
    row("real infinity", -std::numeric_limits<float>::infinity(), u"REAL '-Infinity'"_s, u"CAST('-Infinity' AS FLOAT)"_s);
    row("double", 1.5, u"DOUBLE '1.5E0'"_s, u"1.5E0"_s);
    row("whole double", -3.0, u"DOUBLE '-3.0E0'"_s, u"(-3.0E0)"_s);
    row("negative zero", -0.0, u"DOUBLE '-0.0E0'"_s, u"(-0.0E0)"_s);
    row("smallest double", 5e-324, u"DOUBLE '5.0E-324'"_s, u"5.0E-324"_s);
    row("double not a number", nan, u"nan()"_s, u"CAST('NaN' AS DOUBLE)"_s);
    row("double infinity", infinity, u"infinity()"_s, u"CAST('Infinity' AS DOUBLE)"_s);
    row("double negative infinity", -infinity, u"(-infinity())"_s, u"CAST('-Infinity' AS DOUBLE)"_s);
    row("decimal", u"12.50"_s, u"CAST(DECIMAL '12.50' AS decimal(12, 2))"_s, u"CAST('12.50' AS decimal(12, 2))"_s, u"decimal(12, 2)"_s);
    row("decimal of its own precision", u"-0.10"_s, u"DECIMAL '-0.10'"_s, u"CAST('-0.10' AS decimal)"_s, u"decimal"_s);
    row("decimal with an exponent", u"1.25e3"_s, u"DECIMAL '1250'"_s, u"CAST('1250' AS decimal)"_s, u"decimal"_s);
    row("decimal with a negative exponent", u"1E-3"_s, u"DECIMAL '0.001'"_s, u"CAST('0.001' AS decimal)"_s, u"decimal"_s);
    row("38 digits", u"99999999999999999999999999999999999999"_s, u"DECIMAL '99999999999999999999999999999999999999'"_s,
        u"CAST('99999999999999999999999999999999999999' AS decimal)"_s, u"decimal"_s);
    row("text", u"it's"_s, u"'it''s'"_s, u"'it''s'"_s);
    row("text with a backslash", u"a\\'b"_s, u"'a\\''b'"_s, u"'a\\''b'"_s);
    row("text with NUL", u"a\\'\0b"_s, u"U&'a\\\\''\\0000b'"_s, u"('a\\''' || chr(0) || 'b')"_s);
    row("text of a type", u"ab"_s, u"CAST('ab' AS char(4))"_s, u"CAST('ab' AS char(4))"_s, u"char(4)"_s);
    row("bytes", QByteArray::fromHex("00cafe"), u"X'00CAFE'"_s, u"CAST('\\x00\\xCA\\xFE' AS BLOB)"_s);
    row("no bytes", QByteArray(""), u"X''"_s, u"CAST('' AS BLOB)"_s);
    row("date", QDate(2026, 8, 1), u"DATE '2026-08-01'"_s, u"DATE '2026-08-01'"_s);
    row("late date", QDate(12026, 8, 1), u"DATE '+12026-08-01'"_s, u"DATE '12026-08-01'"_s);
    row("date before Christ", QDate(-44, 3, 15), u"DATE '-0043-03-15'"_s, u"DATE '-0043-03-15'"_s);
    row("time", QTime(12, 34, 56, 789), u"TIME '12:34:56.789'"_s, u"TIME '12:34:56.789'"_s);
    row("fine time as text", u"12:34:56.789012"_s, u"CAST('12:34:56.789012' AS time(6))"_s,
        u"CAST('12:34:56.789012' AS time(6))"_s, u"time(6)"_s);
    const QDate day(2026, 8, 1);
    const QTime noon(12, 34, 56, 789);
    row("timestamp in local time", QDateTime(day, noon), u"TIMESTAMP '2026-08-01 12:34:56.789'"_s,
        u"TIMESTAMP '2026-08-01 12:34:56.789'"_s);
    row("timestamp in UTC", QDateTime(day, noon, QTimeZone::UTC), u"TIMESTAMP '2026-08-01 12:34:56.789'"_s,
        u"TIMESTAMP '2026-08-01 12:34:56.789'"_s);
    row("timestamp in UTC that is said to be zoned", QDateTime(day, noon, QTimeZone::UTC),
        u"TIMESTAMP '2026-08-01 12:34:56.789 UTC'"_s,
        u"CAST(TIMESTAMPTZ '2026-08-01 12:34:56.789+00:00' AS timestamp(3) with time zone)"_s, u"timestamp(3) with time zone"_s);
    row("timestamp in the zone UTC", QDateTime(day, noon, QTimeZone("UTC")), u"TIMESTAMP '2026-08-01 12:34:56.789 UTC'"_s,
        u"TIMESTAMPTZ '2026-08-01 12:34:56.789+00:00'"_s);
    row("timestamp in a zone", QDateTime(day, noon, QTimeZone("Europe/Berlin")),
        u"TIMESTAMP '2026-08-01 12:34:56.789 Europe/Berlin'"_s, u"TIMESTAMPTZ '2026-08-01 12:34:56.789+02:00'"_s);
    row("timestamp with an offset", QDateTime(day, noon, QTimeZone::fromSecondsAheadOfUtc(-12600)),
        u"TIMESTAMP '2026-08-01 12:34:56.789 -03:30'"_s, u"TIMESTAMPTZ '2026-08-01 12:34:56.789-03:30'"_s);
    row("timestamp of a type", QDateTime(day, noon), u"CAST(TIMESTAMP '2026-08-01 12:34:56.789' AS timestamp(6))"_s,
        u"CAST(TIMESTAMP '2026-08-01 12:34:56.789' AS timestamp(6))"_s, u"timestamp(6)"_s);
    row("uuid", QUuid(u"6ba7b810-9dad-11d1-80b4-00c04fd430c8"_s), u"UUID '6ba7b810-9dad-11d1-80b4-00c04fd430c8'"_s,
        u"CAST('6ba7b810-9dad-11d1-80b4-00c04fd430c8' AS UUID)"_s);
    row("array", QVariantList { 1, -2, QVariant(), u"x"_s }, u"ARRAY[1, (-2), NULL, 'x']"_s, u"[1, (-2), NULL, 'x']"_s);
    row("list of text", QStringList { u"a"_s, u"b"_s }, u"ARRAY['a', 'b']"_s, u"['a', 'b']"_s);
    row("array of decimals", QVariantList { u"1.5"_s }, u"CAST(ARRAY[CAST(DECIMAL '1.5' AS decimal(3, 1))] AS array(decimal(3, 1)))"_s,
        u"CAST(['1.5'] AS array(decimal(3, 1)))"_s, u"array(decimal(3, 1))"_s);
    row("empty array", QVariantList(), u"CAST(ARRAY[] AS array(bigint))"_s, u"CAST([] AS array(bigint))"_s, u"array(bigint)"_s);
    row("map", QVariantMap { { u"a"_s, 1 }, { u"b"_s, -2 } }, u"MAP(ARRAY['a', 'b'], ARRAY[1, (-2)])"_s, u"MAP {'a': 1, 'b': (-2)}"_s);
    row("map as pairs", QVariantList { QVariantList { 1, u"x"_s } },
        u"CAST(MAP(ARRAY[INTEGER '1'], ARRAY[CAST('x' AS varchar)]) AS map(integer, varchar))"_s,
        u"CAST(MAP([1], ['x']) AS map(integer, varchar))"_s, u"map(integer, varchar)"_s);
    row("row", QVariantList { 1, u"x"_s }, u"CAST(ROW(1, 'x') AS row(a integer, \"b c\" varchar))"_s,
        u"CAST([1, 'x'] AS row(a integer, \"b c\" varchar))"_s, u"row(a integer, \"b c\" varchar)"_s);
    row("json", u"{\"a\": 1}"_s, u"JSON '{\"a\": 1}'"_s, u"CAST('{\"a\": 1}' AS json)"_s, u"json"_s);
    row("interval of days", u"-2 03:04:05.678"_s, u"INTERVAL -'2 03:04:05.678' DAY TO SECOND"_s,
        u"CAST('-2 03:04:05.678' AS interval day to second)"_s, u"interval day to second"_s);
    row("interval of months", u"2-3"_s, u"INTERVAL '2-3' YEAR TO MONTH"_s, u"CAST('2-3' AS interval year to month)"_s,
        u"interval year to month"_s);
    row("address", u"10.0.0.1"_s, u"IPADDRESS '10.0.0.1'"_s, u"CAST('10.0.0.1' AS ipaddress)"_s, u"ipaddress"_s);
}

void tst_Dialect::literals()
{
    QFETCH(QVariant, value);
    QFETCH(QString, type);
    const Result<QString> trino = trinoDialect().literal(value, type);
    QTEST(trino ? *trino : trino.error().message, "trino");
    const Result<QString> duckdb = duckdbDialect().literal(value, type);
    QTEST(duckdb ? *duckdb : duckdb.error().message, "duckdb");
}

void tst_Dialect::literalsAreRefused_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QString>("type");
    QTest::newRow("a type that closes the cast") << QVariant(1) << u"integer) OR (1 = 1"_s;
    QTest::newRow("a type with a semicolon") << QVariant(1) << u"integer; DROP TABLE t"_s;
    QTest::newRow("a type with a comment") << QVariant(1) << u"integer --"_s;
    QTest::newRow("a type with an operator") << QVariant(1) << u"integer + 1"_s;
    QTest::newRow("a decimal with letters") << QVariant(u"12x"_s) << u"decimal(5, 2)"_s;
    QTest::newRow("a decimal with two points") << QVariant(u"1.2.3"_s) << u"decimal(5, 2)"_s;
    QTest::newRow("a decimal without digits") << QVariant(u"."_s) << u"decimal(5, 2)"_s;
    QTest::newRow("a decimal with a vast exponent") << QVariant(u"1e999999999"_s) << u"decimal(5, 2)"_s;
    QTest::newRow("half a character") << QVariant(QString(QChar(0xd800))) << QString();
    QTest::newRow("a type nobody can write") << QVariant(QSize(1, 2)) << QString();
    QTest::newRow("inside of a list") << QVariant(QVariantList { QSize(1, 2) }) << QString();
}

void tst_Dialect::literalsAreRefused()
{
    QFETCH(QVariant, value);
    QFETCH(QString, type);
    for (const Dialect *dialect : { &trinoDialect(), &prestoDialect(), &duckdbDialect() }) {
        const Result<QString> literal = dialect->literal(value, type);
        QVERIFY2(!literal, literal ? qPrintable(*literal) : "");
        QVERIFY(!literal.error().message.isEmpty());
    }
    QVERIFY(!trinoDialect().literal(QVariantList { 1 }, u"row(a integer, b integer)"_s));
    QVERIFY(!trinoDialect().literal(u"1.5"_s, u"bigint"_s));
}

void tst_Dialect::realsReadBackExactly()
{
    QRandomGenerator64 random(4);
    for (int i = 0; i < 20000; ++i) {
        const quint64 bits = random.generate64();
        double value = 0;
        memcpy(&value, &bits, sizeof value);
        if (std::isfinite(value))
            QCOMPARE(realText(value, false).toDouble(), value);
        float single = 0;
        const quint32 half = quint32(bits);
        memcpy(&single, &half, sizeof single);
        if (std::isfinite(single))
            QCOMPARE(realText(double(single), true).toFloat(), single);
    }
}

void tst_Dialect::kinds_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<StatementKind>("trino");
    QTest::addColumn<StatementKind>("duckdb");
    const auto row = [](const QString &statement, StatementKind trino, StatementKind duckdb) {
        QTest::newRow(statement.isEmpty() ? "nothing" : qPrintable(statement)) << statement << trino << duckdb;
    };
    using enum StatementKind;
    row(u""_s, Empty, Empty);
    row(u"-- a comment"_s, Empty, Empty);
    row(u" /* a */ select 1"_s, Query, Query);
    row(u"((SELECT 1))"_s, Query, Query);
    row(u"WITH a AS (SELECT 1) SELECT * FROM a"_s, Query, Query);
    row(u"WITH a(x) AS (SELECT 1), b AS MATERIALIZED (SELECT 2) INSERT INTO t FROM a"_s, Query, Write);
    row(u"WITH a AS (DELETE) SELECT 1"_s, Query, Query);
    row(u"FROM t"_s, Other, Query);
    row(u"EXPLAIN INSERT INTO t VALUES 1"_s, Metadata, Metadata);
    row(u"EXPLAIN ANALYZE SELECT 1"_s, Metadata, Metadata);
    row(u"EXPLAIN ANALYZE INSERT INTO t VALUES 1"_s, Write, Write);
    row(u"SHOW TABLES"_s, Metadata, Metadata);
    row(u"DESC t"_s, Metadata, Metadata);
    row(u"MERGE INTO t"_s, Write, Write);
    row(u"CALL p()"_s, Write, Write);
    row(u"COPY t TO 'f'"_s, Other, Write);
    row(u"CREATE TABLE t AS SELECT 1"_s, Ddl, Ddl);
    row(u"ATTACH 'f'"_s, Other, Ddl);
    row(u"USE a.b"_s, Session, Session);
    row(u"START TRANSACTION"_s, Session, Session);
    row(u"BEGIN"_s, Other, Session);
    row(u"'text'"_s, Other, Other);
}

void tst_Dialect::kinds()
{
    QFETCH(QString, statement);
    QTEST(trinoDialect().kind(statement), "trino");
    QTEST(duckdbDialect().kind(statement), "duckdb");
    QCOMPARE(trinoDialect().kind(u"EXPLAIN ANALYZE VERBOSE DELETE FROM t"), StatementKind::Write);
    QCOMPARE(trinoDialect().kind(u"DENY SELECT ON t TO u"), StatementKind::Ddl);
}

void tst_Dialect::parameterPositions()
{
    const QString sql = u"SELECT ? , '?', \"?\" -- ?\n/* ? */ FROM t WHERE a=? AND $$?$$ = ?"_s;
    QList<qsizetype> expected { sql.indexOf(u'?'), sql.indexOf("a=?"_L1) + 2, sql.size() - 1 };
    QCOMPARE(trinoDialect().parameterPositions(sql), expected);
    QCOMPARE(duckdbDialect().parameterPositions(sql), expected);
}

void tst_Dialect::namedParameters_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QStringList>("trino");
    QTest::addColumn<QStringList>("duckdb");
    const auto row = [](const char *name, const QString &statement, const QStringList &trino, const QStringList &duckdb) {
        QTest::newRow(name) << statement << trino << duckdb;
    };
    const QStringList none;
    row("a few", u"SELECT :a, f(:b_1) WHERE x=:a"_s, { u":a"_s, u":b_1"_s, u":a"_s }, { u":a"_s, u":b_1"_s, u":a"_s });
    row("at the very beginning", u":a"_s, { u":a"_s }, { u":a"_s });
    row("in strings, names and comments", u"':a' \":b\" -- :c\n/* :d */ $$ :e $$"_s, none, none);
    row("a cast", u"x::int, 'a'::int, f()::int"_s, none, none);
    row("a label", u"top: LOOP END LOOP; top:LOOP END LOOP; top :LOOP"_s, none, { u":LOOP"_s });
    row("behind a keyword", u"WHERE:a AND :b"_s, { u":a"_s, u":b"_s }, { u":a"_s, u":b"_s });
    row("a number behind the colon", u"SELECT :1"_s, none, none);
    row("a blank behind the colon", u"SELECT : a"_s, none, none);
    row("in an array", u"SELECT ARRAY[:a, :b]"_s, { u":a"_s, u":b"_s }, { u":a"_s, u":b"_s });
    row("in a list of DuckDB's", u"SELECT [:a, :b]"_s, { u":a"_s, u":b"_s }, { u":a"_s, u":b"_s });
    row("a slice of DuckDB's", u"SELECT l[:n], l[1:n], l[a :b], f(x)[:n]"_s, { u":n"_s, u":b"_s, u":n"_s }, none);
    row("a value of DuckDB's", u"SELECT {'a':x, b:y, 'c' :z, 'd': :p}"_s, { u":z"_s, u":p"_s }, { u":p"_s });
}

void tst_Dialect::namedParameters()
{
    QFETCH(QString, statement);
    const auto names = [&statement](const Dialect &dialect) {
        QStringList texts;
        for (const auto &[begin, length] : dialect.namedParameters(statement))
            texts << statement.sliced(begin, length);
        return texts;
    };
    QTEST(names(trinoDialect()), "trino");
    QTEST(names(duckdbDialect()), "duckdb");
}

void tst_Dialect::paths_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("parts"); // empty: refused
    QTest::newRow("one") << u"orders"_s << QStringList { u"orders"_s };
    QTest::newRow("three") << u"hive.web.orders"_s << QStringList { u"hive"_s, u"web"_s, u"orders"_s };
    QTest::newRow("quoted") << u"hive.\"a.b\".\"x\"\"y\""_s << QStringList { u"hive"_s, u"a.b"_s, u"x\"y"_s };
    QTest::newRow("blanks around dots") << u" hive . web "_s << QStringList { u"hive"_s, u"web"_s };
    QTest::newRow("nothing") << u""_s << QStringList();
    QTest::newRow("a dot at the end") << u"a."_s << QStringList();
    QTest::newRow("two dots") << u"a..b"_s << QStringList();
    QTest::newRow("an open quote") << u"a.\"b"_s << QStringList();
    QTest::newRow("text behind it") << u"a; DROP TABLE b"_s << QStringList();
}

void tst_Dialect::paths()
{
    QFETCH(QString, text);
    const Result<ObjectPath> path = parsedPath(text, kTrino);
    QTEST(path ? path->parts() : QStringList(), "parts");
}

void tst_Dialect::types()
{
    QCOMPARE(baseType(u"timestamp(3) with time zone"), u"timestamp with time zone"_s);
    QCOMPARE(baseType(u"array(timestamp(3) with time zone)"), u"array"_s);
    QCOMPARE(baseType(u"DECIMAL(12, 2)"), u"decimal"_s);
    QCOMPARE(typeArguments(u"map(varchar(5), row(\"a,b(\" integer, c array(bigint)))"),
             (QStringList { u"varchar(5)"_s, u"row(\"a,b(\" integer, c array(bigint))"_s }));
    QCOMPARE(typeArguments(u"bigint"), QStringList());
    QVERIFY(isTypeText(u"STRUCT(a INTEGER[], \"b)\" ENUM('x', 'y'))", kDuckdb));
    QVERIFY(!isTypeText(u"", kTrino));
    QVERIFY(!isTypeText(u"a(]", kTrino));
    QVERIFY(trinoDialect().keywords().contains(u"MATCH_RECOGNIZE"_s));
    QVERIFY(trinoDialect().isReserved(u"Select"));
    QVERIFY(!trinoDialect().isReserved(u"comment"));
    QVERIFY(duckdbDialect().isReserved(u"qualify"));
}

QTEST_GUILESS_MAIN(tst_Dialect)
#include "tst_dialect.moc"
