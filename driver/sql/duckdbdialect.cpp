// SPDX-License-Identifier: Apache-2.0
#include "duckdbdialect.h"

#include "quoting.h"
#include "sqldialect.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QTimeZone>
#include <QUuid>

#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// duckdb_keywords() of DuckDB 2.0: the categories reserved and type_function, which cannot name a table unquoted, then
// the others.
constexpr auto kReserved =
    "ALL ANALYSE ANALYZE AND ANTI ANY ARRAY AS ASC ASOF ASYMMETRIC AT AUTHORIZATION BINARY BOTH BY CASE CAST "
    "CHECK COLLATE COLLATION COLUMN COLUMNS CONCURRENTLY CONSTRAINT CREATE CROSS DEFAULT DEFERRABLE DESC DESCRIBE "
    "DISTINCT DO ELSE END EXCEPT FALSE FETCH FOR FOREIGN FREEZE FROM FULL GENERATED GLOB GROUP HAVING ILIKE IN "
    "INITIALLY INNER INTERSECT INTO IS ISNULL JOIN LAMBDA LATERAL LEADING LEFT LIKE LIMIT MAP NATURAL NOT NOTNULL "
    "NULL OFFSET ON ONLY OR ORDER OUTER OVERLAPS PIVOT PIVOT_LONGER PIVOT_WIDER PLACING POSITIONAL PRIMARY "
    "QUALIFY REFERENCES RETURNING RIGHT SELECT SEMI SHOW SIMILAR SOME STRUCT SUMMARIZE SYMMETRIC TABLE "
    "TABLESAMPLE THEN TO TRAILING TRUE TRY_CAST TUPLE UNION UNIQUE UNPACK UNPIVOT USING VARIADIC VERBOSE WHEN "
    "WHERE WINDOW WITH"_L1;
constexpr auto kOthers =
    "ABORT ABSOLUTE ACCESS ACTION ADD ADMIN AFTER AGGREGATE ALSO ALTER ALWAYS APPROX ASSERTION ASSIGNMENT ATTACH "
    "ATTRIBUTE BACKWARD BEFORE BEGIN BETWEEN BIGINT BIT BOOLEAN CACHE CALL CALLED CASCADE CASCADED CATALOG "
    "CENTURIES CENTURY CHAIN CHAR CHARACTER CHARACTERISTICS CHECKPOINT CLASS CLOSE CLUSTER COALESCE COMMENT "
    "COMMENTS COMMIT COMMITTED COMPRESSION CONFIGURATION CONFLICT CONNECT CONNECTION CONSTRAINTS CONTENT CONTINUE "
    "CONVERSION COPY COST CSV CUBE CURRENT CURSOR CYCLE DATA DATABASE DAY DAYS DEALLOCATE DEC DECADE DECADES "
    "DECIMAL DECLARE DEFAULTS DEFERRED DEFINER DELETE DELIMITER DELIMITERS DEPENDS DESTROY DETACH DICTIONARY "
    "DISABLE DISCARD DISCONNECT DISTANCE DOCUMENT DOMAIN DOUBLE DROP EACH ENABLE ENCODING ENCRYPTED ENUM ERROR "
    "ESCAPE EVENT EXACT EXCLUDE EXCLUDING EXCLUSIVE EXECUTE EXISTS EXPLAIN EXPORT EXPORT_STATE EXTENSION "
    "EXTENSIONS EXTERNAL EXTRACT FAMILY FILTER FIRST FLOAT FOLLOWING FORCE FORWARD FUNCTION FUNCTIONS GLOBAL "
    "GRANT GRANTED GROUPING GROUPING_ID GROUPS HANDLER HEADER HOLD HOUR HOURS IDENTITY IF IGNORE IMMEDIATE "
    "IMMUTABLE IMPLICIT IMPORT INCLUDE INCLUDING INCREMENT INDEX INDEXES INHERIT INHERITS INLINE INOUT INPUT "
    "INSENSITIVE INSERT INSTALL INSTEAD INT INTEGER INTERVAL INVOKER ISOLATION JSON KEY LABEL LANGUAGE LARGE LAST "
    "LEAKPROOF LEVEL LISTEN LOAD LOCAL LOCATION LOCK LOCKED LOGGED MACRO MAPPING MATCH MATCHED MATERIALIZED "
    "MAXVALUE MERGE METHOD MICROSECOND MICROSECONDS MILLENNIA MILLENNIUM MILLISECOND MILLISECONDS MINUTE MINUTES "
    "MINVALUE MODE MONTH MONTHS MOVE NAME NAMES NATIONAL NCHAR NEAREST NEW NEXT NO NONE NOTHING NOTIFY NOWAIT "
    "NULLIF NULLS NUMERIC OBJECT OF OFF OIDS OLD OPERATOR OPTION OPTIONS ORDINALITY OTHERS OUT OVER OVERLAY "
    "OVERRIDING OWNED OWNER PARALLEL PARSER PARTIAL PARTITION PARTITIONED PASSING PASSWORD PERCENT PERSISTENT "
    "PLANS POLICY POSITION PRAGMA PRECEDING PRECISION PREPARE PREPARED PRESERVE PRIOR PRIVILEGES PROCEDURAL "
    "PROCEDURE PROGRAM PUBLICATION QUARTER QUARTERS QUOTE RANGE READ REAL REASSIGN RECHECK RECURSIVE REF "
    "REFERENCING REFRESH REGISTER REINDEX RELATIVE RELEASE RENAME REPEATABLE REPLACE REPLICA RESET RESOURCE "
    "RESOURCES RESPECT RESTART RESTRICT RETURNS REVOKE ROLE ROLLBACK ROLLUP ROW ROWS RULE SAMPLE SAVEPOINT SCHEMA "
    "SCHEMAS SCOPE SCROLL SEARCH SECOND SECONDS SECRET SECURE SECURITY SEQUENCE SEQUENCES SERIALIZABLE SERVER "
    "SESSION SET SETOF SETS SHARE SIMILARITY SIMPLE SKIP SMALLINT SNAPSHOT SORTED SOURCE SQL STABLE STANDALONE "
    "START STATEMENT STATISTICS STDIN STDOUT STORAGE STORED STRICT STRIP SUBSCRIPTION SUBSTRING SYSID SYSTEM "
    "TABLES TABLESPACE TARGET TEMP TEMPLATE TEMPORARY TEXT TIES TIME TIMESTAMP TRANSACTION TRANSFORM TREAT "
    "TRIGGER TRIM TRUNCATE TRUSTED TYPE TYPES UNBOUNDED UNCOMMITTED UNENCRYPTED UNKNOWN UNLISTEN UNLOGGED UNTIL "
    "UPDATE USE USER VACUUM VALID VALIDATE VALIDATOR VALUE VALUES VARCHAR VARIABLE VARYING VERSION VIEW VIEWS "
    "VIRTUAL VOLATILE WEEK WEEKS WHITESPACE WITHIN WITHOUT WORK WRAPPER WRITE XML XMLATTRIBUTES XMLCONCAT "
    "XMLELEMENT XMLEXISTS XMLFOREST XMLNAMESPACES XMLPARSE XMLPI XMLROOT XMLSERIALIZE XMLTABLE YEAR YEARS YES "
    "ZONE"_L1;

QString cast(const QString &text, const QString &type)
{
    return u"CAST("_s + text + u" AS "_s + type + u')';
}

/// A NUL would end the text of a statement: it is put together around chr(0).
Result<QString> textLiteral(const QString &text)
{
    if (!isWellFormed(text)) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The text holds half of a surrogate pair, which is no Unicode character."_s });
    }
    if (!text.contains(QChar(u'\0')))
        return quotedWith(u'\'', text);
    QStringList parts;
    for (const QString &part : text.split(QChar(u'\0')))
        parts << quotedWith(u'\'', part);
    return u'(' + parts.join(" || chr(0) || "_L1) + u')';
}

QString signedText(const QString &number)
{
    return number.startsWith(u'-') ? u'(' + number + u')' : number;
}

QString realLiteral(double value, bool isSinglePrecision)
{
    const QString type = isSinglePrecision ? u"FLOAT"_s : u"DOUBLE"_s;
    if (std::isnan(value))
        return cast(u"'NaN'"_s, type);
    if (std::isinf(value))
        return cast(value > 0 ? u"'Infinity'"_s : u"'-Infinity'"_s, type);
    const QString digits = realText(value, isSinglePrecision);
    return isSinglePrecision ? cast(u'\'' + digits + u'\'', type) : signedText(digits);
}

QString blobLiteral(const QByteArray &bytes)
{
    QString text;
    text.reserve(bytes.size() * 4);
    for (const char byte : bytes)
        text += u"\\x"_s + u"%1"_s.arg(uchar(byte), 2, 16, QChar(u'0')).toUpper();
    return cast(u'\'' + text + u'\'', u"BLOB"_s);
}

QString timestampLiteral(const QDateTime &value, const QString &base)
{
    const bool isZoned = base.isEmpty() ? value.timeSpec() == Qt::TimeZone || value.timeSpec() == Qt::OffsetFromUTC
                                        : base.endsWith("with time zone"_L1) || base == "timestamptz"_L1;
    QString text = isoDate(value.date(), false) + u' ' + value.time().toString(u"HH:mm:ss.zzz"_s);
    if (!isZoned)
        return u"TIMESTAMP "_s + quotedWith(u'\'', text);
    const int minutes = value.offsetFromUtc() / 60;
    text += u"%1%2:%3"_s.arg(minutes < 0 ? u'-' : u'+')
                .arg(std::abs(minutes) / 60, 2, 10, QChar(u'0'))
                .arg(std::abs(minutes) % 60, 2, 10, QChar(u'0'));
    return u"TIMESTAMPTZ "_s + quotedWith(u'\'', text);
}

class DuckdbDialect final : public SqlDialect
{
public:
    DuckdbDialect()
        : SqlDialect({ .dollarStrings = LexicalRules::DollarStrings::Tagged, .hasNestedComments = true,
                       .hasEscapeStrings = true, .hasDollarInNames = true },
                     Routines::None, kReserved, kOthers)
    { }

    QString name() const override { return u"DuckDB"_s; }
    Result<QString> literal(const QVariant &value, const QString &type) const override;
    StatementKind kind(QStringView statement) const override;

protected:
    bool hasColonsInBrackets() const override { return true; }

private:
    Result<QString> untyped(const QVariant &value, const QString &base) const;
    Result<QString> list(const QVariantList &items, const QString &base) const;
    StatementKind kindBehindWith(Lexer &lexer) const;
};

Result<QString> DuckdbDialect::literal(const QVariant &value, const QString &type) const
{
    if (!type.isEmpty() && !isTypeText(type, rules()))
        return invalidValue(u"“"_s + type + u"” is not a type."_s);
    if (isNullValue(value))
        return type.isEmpty() ? u"NULL"_s : cast(u"NULL"_s, type);
    // `INTEGER[]` is a list whatever its elements are.
    const QString base = type.endsWith(u']') ? u"list"_s : baseType(type);
    if ((base == "decimal"_L1 || base == "numeric"_L1) && value.metaType().id() == QMetaType::QString) {
        const Result<QString> digits = plainDecimal(value.toString());
        return digits ? cast(quotedWith(u'\'', *digits), type) : digits;
    }
    const Result<QString> text = untyped(value, base);
    return !text || type.isEmpty() ? text : cast(*text, type);
}

Result<QString> DuckdbDialect::untyped(const QVariant &value, const QString &base) const
{
    switch (value.metaType().id()) {
    case QMetaType::Bool:
        return value.toBool() ? u"true"_s : u"false"_s;
    case QMetaType::Char:
    case QMetaType::SChar:
        return cast(QString::number(value.toInt()), u"TINYINT"_s);
    case QMetaType::UChar:
        return cast(QString::number(value.toInt()), u"UTINYINT"_s);
    case QMetaType::Short:
        return cast(QString::number(value.toInt()), u"SMALLINT"_s);
    case QMetaType::UShort:
        return cast(QString::number(value.toInt()), u"USMALLINT"_s);
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::LongLong:
        return signedText(QString::number(value.toLongLong()));
    case QMetaType::ULong:
    case QMetaType::ULongLong:
        if (value.toULongLong() > quint64(std::numeric_limits<qint64>::max()))
            return cast(quotedWith(u'\'', QString::number(value.toULongLong())), u"UBIGINT"_s);
        return QString::number(value.toULongLong());
    case QMetaType::Float:
        return realLiteral(double(value.toFloat()), true);
    case QMetaType::Double:
        return realLiteral(value.toDouble(), false);
    case QMetaType::QChar:
    case QMetaType::QString:
        return textLiteral(value.toString());
    case QMetaType::QByteArray:
        return blobLiteral(value.toByteArray());
    case QMetaType::QDate:
        return u"DATE "_s + quotedWith(u'\'', isoDate(value.toDate(), false));
    case QMetaType::QTime:
        return u"TIME "_s + quotedWith(u'\'', value.toTime().toString(u"HH:mm:ss.zzz"_s));
    case QMetaType::QDateTime:
        return timestampLiteral(value.toDateTime(), base.startsWith("timestamp"_L1) ? base : QString());
    case QMetaType::QUuid:
        return cast(quotedWith(u'\'', value.toUuid().toString(QUuid::WithoutBraces)), u"UUID"_s);
    case QMetaType::QVariantList:
    case QMetaType::QStringList:
        return list(value.toList(), base);
    case QMetaType::QVariantMap: {
        QStringList entries;
        const QVariantMap map = value.toMap();
        for (const auto &[key, item] : map.asKeyValueRange()) {
            const Result<QString> keyText = textLiteral(key);
            const Result<QString> itemText = literal(item, {});
            if (!keyText || !itemText)
                return keyText ? itemText : keyText;
            entries << *keyText + u": "_s + *itemText;
        }
        return (base == "struct"_L1 ? u"{"_s : u"MAP {"_s) + entries.join(", "_L1) + u'}';
    }
    case QMetaType::QJsonObject:
    case QMetaType::QJsonArray:
    case QMetaType::QJsonValue:
        return cast(quotedWith(u'\'', QString::fromUtf8(QJsonDocument::fromVariant(value).toJson(QJsonDocument::Compact))),
                    u"JSON"_s);
    default:
        return refuse(value, {});
    }
}

Result<QString> DuckdbDialect::list(const QVariantList &items, const QString &base) const
{
    QStringList texts;
    QStringList values; // of a map that comes as a list of pairs
    for (const QVariant &item : items) {
        const QVariantList pair = base == "map"_L1 ? item.toList() : QVariantList();
        if (base == "map"_L1 && pair.size() != 2)
            return invalidValue(u"An entry of a map is not a pair of key and value."_s);
        const Result<QString> text = literal(pair.isEmpty() ? item : pair[0], {});
        if (!text)
            return text;
        texts << *text;
        if (!pair.isEmpty()) {
            const Result<QString> mapped = literal(pair[1], {});
            if (!mapped)
                return mapped;
            values << *mapped;
        }
    }
    if (base == "map"_L1)
        return u"MAP(["_s + texts.join(", "_L1) + u"], ["_s + values.join(", "_L1) + u"])"_s;
    if (base == "struct"_L1)
        return u"ROW("_s + texts.join(", "_L1) + u')';
    return u'[' + texts.join(", "_L1) + u']';
}

const QHash<QString, StatementKind> &kindOfWord()
{
    static const QHash<QString, StatementKind> kinds = [] {
        QHash<QString, StatementKind> table;
        const auto add = [&table](StatementKind kind, QLatin1StringView words) {
            for (const QString &each : QString(words).split(u' '))
                table.insert(each, kind);
        };
        add(StatementKind::Query, "SELECT VALUES TABLE FROM PIVOT UNPIVOT"_L1);
        add(StatementKind::Metadata, "SHOW DESCRIBE DESC SUMMARIZE"_L1);
        add(StatementKind::Write, "INSERT UPDATE DELETE MERGE TRUNCATE COPY CALL EXECUTE IMPORT EXPORT"_L1);
        add(StatementKind::Ddl, "CREATE ALTER DROP COMMENT ATTACH DETACH INSTALL LOAD VACUUM ANALYZE CHECKPOINT"_L1);
        add(StatementKind::Session, "USE SET RESET BEGIN START COMMIT ROLLBACK ABORT END PREPARE DEALLOCATE PRAGMA"_L1);
        return table;
    }();
    return kinds;
}

StatementKind DuckdbDialect::kind(QStringView statement) const
{
    Lexer lexer(statement, rules());
    const Token token = lexer.nextCode();
    if (token.kind == Token::Kind::End || token.kind == Token::Kind::Semicolon)
        return StatementKind::Empty;
    const QString word = firstWord(statement);
    if (word == "WITH"_L1)
        return kindBehindWith(lexer);
    if (word == "EXPLAIN"_L1) {
        // EXPLAIN ANALYZE runs what it explains.
        const Token after = lexer.nextCode();
        if (!lexer.is(after, "ANALYZE"_L1))
            return StatementKind::Metadata;
        const StatementKind inner = kind(statement.sliced(after.end));
        return inner == StatementKind::Query ? StatementKind::Metadata : inner;
    }
    return kindOfWord().value(word, StatementKind::Other);
}

/// `WITH a AS (…), b AS (…) INSERT …` writes: the word behind the last outer bracket tells.
StatementKind DuckdbDialect::kindBehindWith(Lexer &lexer) const
{
    qsizetype depth = 0;
    bool isBehindBracket = false;
    for (Token token = lexer.nextCode(); token.kind != Token::Kind::End; token = lexer.nextCode()) {
        const bool wasBehindBracket = std::exchange(isBehindBracket, false);
        if (token.kind == Token::Kind::Operator && lexer.text(token) == "("_L1) {
            ++depth;
        } else if (token.kind == Token::Kind::Operator && lexer.text(token) == ")"_L1) {
            --depth;
            isBehindBracket = depth == 0;
        } else if (wasBehindBracket && token.kind == Token::Kind::Word && !lexer.is(token, "AS"_L1)
                   && !lexer.is(token, "USING"_L1)) {
            return kindOfWord().value(lexer.text(token).toString().toUpper(), StatementKind::Query);
        }
    }
    return StatementKind::Query;
}

} // namespace

const Dialect &duckdbDialect()
{
    static const DuckdbDialect dialect;
    return dialect;
}

} // namespace Grebe
