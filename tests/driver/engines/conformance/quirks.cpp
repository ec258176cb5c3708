// SPDX-License-Identifier: Apache-2.0
#include "quirks.h"

using namespace Grebe;
using namespace Qt::StringLiterals;

static const Quirks &duckdbQuirks()
{
    using Code = Error::Code;
    static const Quirks quirks {
        .engine = "duckdb",
        .url = "duckdb:",
        .types = {
            { "true", "true", "BOOLEAN", "true" },
            { "a truth that is null", "NULL::BOOLEAN", "BOOLEAN", "NULL" },
            { "the least 8 bits", "(-128)::TINYINT", "TINYINT", "-128" },
            { "the greatest 16 bits", "32767::SMALLINT", "SMALLINT", "32767" },
            { "the least 32 bits", "(-2147483648)::INTEGER", "INTEGER", "-2147483648" },
            { "the greatest 64 bits", "9223372036854775807::BIGINT", "BIGINT", "9223372036854775807" },
            { "the least 64 bits", "(-9223372036854775808)::BIGINT", "BIGINT", "-9223372036854775808" },
            { "a real", "0.1::FLOAT", "FLOAT", "0.1" },
            { "a real that is infinite", "'-infinity'::DOUBLE", "DOUBLE", "-Infinity" },
            { "the widest decimal", "99999999999999999999999999999999999.999::DECIMAL(38,3)", "DECIMAL(38,3)", "99999999999999999999999999999999999.999" },
            { "a negative decimal below one", "(-0.50)::DECIMAL(2,2)", "DECIMAL(2,2)", "-0.50" },
            { "text", "'it''s €😀'", "VARCHAR", "it's €😀" },
            { "empty text is not null", "''", "VARCHAR", "" },
            { "bytes", "'\\xCA\\xFE'::BLOB", "BLOB", "cafe" },
            { "a date", "DATE '2026-08-01'", "DATE", "2026-08-01" },
            { "a date far away", "DATE '12026-01-01'", "DATE", "12026-01-01" },
            { "a timestamp", "TIMESTAMP '0001-01-01 00:00:00.123456'", "TIMESTAMP", "0001-01-01 00:00:00.123456" },
            { "a nested null", "[{'a': NULL::INTEGER, 'b': ['x', NULL]}]", "STRUCT(a INTEGER, b VARCHAR[])[]", "[{\"a\":null,\"b\":[\"x\",null]}]" },
            { "an empty list", "[]::INTEGER[]", "INTEGER[]", "[]" },
            { "a null list", "NULL::INTEGER[]", "INTEGER[]", "NULL" },
            { "a map", "MAP {'a': 1, 'b': NULL}", "MAP(VARCHAR, INTEGER)", "[[\"a\",1],[\"b\",null]]" },
        },
        .faults = {
            { "a syntax error", "SELECT 1\n FROM FROM x", Code::InvalidArgument, "Parser", 2, 7 },
            { "a table that is not there", "SELECT *\nFROM nowhere", Code::NotFound, "Catalog", 2, 6 },
            { "a column behind letters that UTF-16 counts twice", "SELECT '😀😀', nowhere FROM range(1)", Code::InvalidArgument, "Binder", 1, 14 },
            { "nothing but a comment", "-- nothing", Code::InvalidArgument, "", 0, 0 },
        },
        .parameters = {
            { "64 bits", "SELECT ?", std::numeric_limits<qlonglong>::max(), "", "9223372036854775807" },
            { "text with a quote", "SELECT ?::VARCHAR", u"it's"_s, "", "it's" },
            { "a decimal", "SELECT ?", u"-12345678901234567890.10"_s, "decimal(38, 2)", "-12345678901234567890.10" },
            { "a question mark in text is none", "SELECT '?' || ?", u"!"_s, "", "?!" },
            { "null", "SELECT ?::DATE", QVariant(), "", "NULL" },
        },
        .fewRows = u"SELECT range::INTEGER FROM range(5)"_s,
        .noRows = u"SELECT 1 AS a WHERE false"_s,
        .manyRows = u"SELECT range, repeat('x', 250) || range FROM range(4000000)"_s,
        .manyRowsCount = 4'000'000,
        .runsLong = u"SELECT count(*) FROM range(2000000) a, range(2000000) b WHERE hash(a.range, b.range) = 1"_s,
        .rowsForLong = u"SELECT a.range, b.range FROM range(2000000) a, range(2000000) b"_s,
        .failsLate = u"SELECT CASE WHEN range < 3000000 THEN range ELSE error('late') END FROM range(4000000)"_s,
        .rowsComeBeforeLateFailure = true,
        .use = u"USE memory.other"_s,
        .used = ObjectPath({ u"memory"_s, u"other"_s }),
        .setUp = { u"CREATE SCHEMA IF NOT EXISTS other"_s, u"CREATE SCHEMA IF NOT EXISTS \"a b\""_s,
                   u"CREATE OR REPLACE TABLE \"a b\".\"t.1\" (id BIGINT NOT NULL, place STRUCT(x DOUBLE, y VARCHAR))"_s,
                   u"CREATE OR REPLACE VIEW \"a b\".v AS SELECT 1 AS one"_s },
        .table = ObjectPath({ u"memory"_s, u"a b"_s, u"t.1"_s }),
        .view = ObjectPath({ u"memory"_s, u"a b"_s, u"v"_s }),
        .insertThree = u"INSERT INTO \"a b\".\"t.1\" SELECT range, NULL FROM range(3)"_s,
        .countTable = u"SELECT count(*) FROM memory.\"a b\".\"t.1\""_s,
        .cleanUp = { u"DROP SCHEMA \"a b\" CASCADE"_s },
        .writesInTransactions = true,
    };
    return quirks;
}

/// A Trino with the catalogs tpch and memory.
static const Quirks &trinoQuirks()
{
    using Code = Error::Code;
    static const Quirks quirks {
        .engine = "trino",
        .url = "$GREBE_LIVE_TRINO_URL",
        .types = {
            { "true", "true", "boolean", "true" },
            { "a truth that is null", "CAST(NULL AS boolean)", "boolean", "NULL" },
            { "the least 8 bits", "TINYINT '-128'", "tinyint", "-128" },
            { "the greatest 16 bits", "SMALLINT '32767'", "smallint", "32767" },
            { "the least 32 bits", "INTEGER '-2147483648'", "integer", "-2147483648" },
            { "the greatest 64 bits", "BIGINT '9223372036854775807'", "bigint", "9223372036854775807" },
            { "the least 64 bits", "BIGINT '-9223372036854775808'", "bigint", "-9223372036854775808" },
            { "a real", "REAL '0.1'", "real", "0.1" },
            { "a real that is infinite", "-infinity()", "double", "-Infinity" },
            { "the widest decimal", "DECIMAL '99999999999999999999999999999999999.999'", "decimal(38, 3)", "99999999999999999999999999999999999.999" },
            { "a negative decimal below one", "DECIMAL '-0.50'", "decimal(2, 2)", "-0.50" },
            { "text", "'it''s €😀'", "varchar(7)", "it's €😀" },
            { "empty text is not null", "''", "varchar(0)", "" },
            { "bytes", "X'CAFE'", "varbinary", "cafe" },
            { "a date", "DATE '2026-08-01'", "date", "2026-08-01" },
            { "a date far away", "DATE '12026-01-01'", "date", "+12026-01-01" },
            { "a timestamp", "TIMESTAMP '0001-01-01 00:00:00.123456'", "timestamp(6)", "0001-01-01 00:00:00.123456" },
            { "a nested null", "ARRAY[CAST(ROW(NULL, ARRAY['x', NULL]) AS row(a integer, b array(varchar)))]", "array(row(a integer, b array(varchar)))", "[{\"a\":null,\"b\":[\"x\",null]}]" },
            { "an empty list", "CAST(ARRAY[] AS array(integer))", "array(integer)", "[]" },
            { "a null list", "CAST(NULL AS array(integer))", "array(integer)", "NULL" },
            { "a map", "MAP(ARRAY['a', 'b'], ARRAY[1, NULL])", "map(varchar(1), integer)", "[[\"a\",1],[\"b\",null]]" },
        },
        .faults = {
            { "a syntax error", "SELECT 1\n FROM FROM x", Code::InvalidArgument, "SYNTAX_ERROR", 2, 7 },
            { "a table that is not there", "SELECT *\nFROM memory.default.nowhere", Code::NotFound, "TABLE_NOT_FOUND", 2, 6 },
            { "a column behind letters that UTF-16 counts twice", "SELECT '😀😀', nowhere", Code::NotFound, "COLUMN_NOT_FOUND", 1, 14 },
            { "nothing but a comment", "-- nothing", Code::InvalidArgument, "", 0, 0 },
        },
        .parameters = {
            { "64 bits", "SELECT ?", std::numeric_limits<qlonglong>::max(), "", "9223372036854775807" },
            { "text with a quote", "SELECT ?", u"it's"_s, "", "it's" },
            { "a decimal", "SELECT ?", u"-12345678901234567890.10"_s, "decimal(38, 2)", "-12345678901234567890.10" },
            { "a question mark in text is none", "SELECT '?' || ?", u"!"_s, "", "?!" },
            { "null", "SELECT CAST(? AS date)", QVariant(), "", "NULL" },
        },
        .fewRows = u"SELECT regionkey FROM tpch.tiny.region"_s,
        .noRows = u"SELECT 1 AS a WHERE false"_s,
        .manyRows = u"SELECT orderkey * 10 + linenumber, comment FROM tpch.sf1.lineitem LIMIT 1000000"_s,
        .manyRowsCount = 1'000'000,
        .runsLong = u"SELECT count(*) FROM tpch.sf100.lineitem a, tpch.tiny.nation b WHERE a.partkey + b.nationkey = -1"_s,
        .rowsForLong = u"SELECT * FROM tpch.sf100.lineitem"_s,
        .failsLate = u"SELECT orderkey, 1 / (orderkey - 6000000) FROM tpch.sf1.orders"_s,
        .rowsComeBeforeLateFailure = false,
        .use = u"USE tpch.tiny"_s,
        .used = ObjectPath({ u"tpch"_s, u"tiny"_s }),
        .setUp = { u"CREATE SCHEMA IF NOT EXISTS memory.\"a b\""_s, u"DROP TABLE IF EXISTS memory.\"a b\".\"t.1\""_s,
                   u"CREATE TABLE memory.\"a b\".\"t.1\" (id bigint NOT NULL, place row(x double, y varchar))"_s,
                   u"CREATE OR REPLACE VIEW memory.\"a b\".v AS SELECT 1 AS one"_s },
        .table = ObjectPath({ u"memory"_s, u"a b"_s, u"t.1"_s }),
        .view = ObjectPath({ u"memory"_s, u"a b"_s, u"v"_s }),
        .insertThree = u"INSERT INTO memory.\"a b\".\"t.1\" SELECT regionkey, NULL FROM tpch.tiny.region LIMIT 3"_s,
        .countTable = u"SELECT count(*) FROM memory.\"a b\".\"t.1\""_s,
        .cleanUp = { u"DROP VIEW memory.\"a b\".v"_s, u"DROP TABLE memory.\"a b\".\"t.1\""_s, u"DROP SCHEMA memory.\"a b\""_s },
        .writesInTransactions = false,
    };
    return quirks;
}

/// A Presto with the catalogs tpch and memory: SQL and values are Trino's, type texts have no blanks, and milliseconds are
/// the finest it has.
static const Quirks &prestoQuirks()
{
    static const Quirks quirks = [] {
        Quirks presto = trinoQuirks();
        presto.engine = "presto";
        presto.url = "$GREBE_LIVE_PRESTO_URL";
        for (Quirks::Type &type : presto.types) {
            type.type.replace(", ", ",");
            if (type.type == "timestamp(6)") {
                type.type = "timestamp";
                type.text.chop(3);
            }
        }
        for (Quirks::Fault &fault : presto.faults) {
            if (fault.code == Error::Code::NotFound)
                fault.vendorCode = "SYNTAX_ERROR";
            if (fault.name == "a table that is not there"_ba)
                fault.line = fault.column = 0;
        }
        presto.setUp.replaceInStrings(u" NOT NULL"_s, QString());
        return presto;
    }();
    return quirks;
}

const Quirks &quirks()
{
    for (const Quirks *known : { &duckdbQuirks(), &trinoQuirks(), &prestoQuirks() }) {
        if (qgetenv("GREBE_CONFORMANCE") == known->engine)
            return *known;
    }
    qFatal("GREBE_CONFORMANCE names no engine: duckdb, trino or presto");
}
