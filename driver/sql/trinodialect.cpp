// SPDX-License-Identifier: Apache-2.0
#include "trinodialect.h"

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

// Reserved and non-reserved words of the grammar of Trino 484, SqlBase.g4.
constexpr auto kReserved =
    "ALTER AND AS AUTO BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH "
    "CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP "
    "ELSE END ESCAPE EXCEPT EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS "
    "JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME "
    "LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER OVERLAPS PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP "
    "TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH"_L1;
constexpr auto kOthers =
    "ABSENT ADD ADMIN AFTER ALL ANALYZE ANY ARRAY ASC ASYMMETRIC AT AUTHORIZATION BEGIN BERNOULLI BOTH BRANCH BRANCHES "
    "CALL CALLED CASCADE CATALOG CATALOGS COLUMN COLUMNS COMMENT COMMIT COMMITTED CONDITIONAL COPARTITION CORRESPONDING "
    "COUNT CURRENT DATA DATE DAY DECLARE DEFAULT DEFINE DEFINER DENY DESC DESCRIPTOR DETERMINISTIC DISTRIBUTED DO DOUBLE "
    "ELSEIF EMPTY ENCODING ERROR EXCLUDING EXECUTE EXPLAIN FAIL FAST FETCH FILTER FINAL FIRST FOLLOWING FORMAT FORWARD "
    "FUNCTION FUNCTIONS GRACE GRANT GRANTED GRANTS GRAPHVIZ GROUPS HOUR IF IGNORE IMMEDIATE INCLUDING INITIAL INLINE "
    "INPUT INTERVAL INVOKER IO ISOLATION ITERATE JSON KEEP KEY KEYS LANGUAGE LAST LATERAL LEADING LEAVE LEVEL LIMIT "
    "LOCAL LOGICAL LOOP MAP MATCH MATCHED MATCHES MATCH_RECOGNIZE MATERIALIZED MEASURES MERGE MINUTE MONTH NEAREST "
    "NESTED NEXT NFC NFD NFKC NFKD NO NONE NULLIF NULLS OBJECT OF OFFSET OMIT ONE ONLY OPTION ORDINALITY OUTPUT OVER "
    "OVERFLOW OVERLAY PARTIAL PARTITION PARTITIONS PASSING PAST PATH PATTERN PER PERIOD PERMUTE PIVOT PLACING PLAN "
    "POSITION PRECEDING PRECISION PRIVILEGES PROPERTIES PRUNE QUOTES RANGE READ REFRESH RENAME REPEAT REPEATABLE "
    "REPLACE RESET RESPECT RESTRICT RETURN RETURNING RETURNS REVOKE ROLE ROLES ROLLBACK ROW ROWS RUNNING SCALAR SCHEMA "
    "SCHEMAS SECOND SECURITY SEEK SERIALIZABLE SESSION SET SETS SHOW SIMPLE SOME STALE START STATS STRING SUBSET "
    "SUBSTRING SYMMETRIC SYSTEM TABLES TABLESAMPLE TEXT TIES TIME TIMESTAMP TO TRAILING TRANSACTION TRUNCATE TRY_CAST "
    "TYPE UNBOUNDED UNCOMMITTED UNCONDITIONAL UNIQUE UNKNOWN UNMATCHED UNTIL UPDATE USE USER UTF16 UTF32 UTF8 VALIDATE "
    "VALUE VERBOSE VERSION VIEW WHILE WINDOW WITHIN WITHOUT WORK WRAPPER WRITE YEAR ZONE"_L1;

// The words of the grammar of Presto 0.296; reserved are those that its parser takes for no column and no schema.
constexpr auto kPrestoReserved =
    "ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP "
    "CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR "
    "FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE LOCALTIME LOCALTIMESTAMP "
    "NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT TABLE THEN TRUE UESCAPE UNION "
    "UNNEST USING VALUES WHEN WHERE WITH"_L1;
constexpr auto kPrestoOthers =
    "ADD ADMIN ALL ANALYZE ANY ARRAY ASC AT BEFORE BERNOULLI CALL CALLED CASCADE CATALOGS COLUMN COLUMNS COMMENT "
    "COMMIT COMMITTED COPARTITION CURRENT CURRENT_ROLE DATA DATE DAY DEFINER DESC DESCRIPTOR DETERMINISTIC DISABLED "
    "DISTRIBUTED EMPTY ENABLED ENFORCED EXCLUDING EXPLAIN EXTERNAL FETCH FILTER FIRST FOLLOWING FORMAT FUNCTION "
    "FUNCTIONS GRANT GRANTED GRANTS GRAPHVIZ GROUPS HOUR IF IGNORE INCLUDING INPUT INTERVAL INVOKER IO ISOLATION JSON "
    "KEEP KEY LANGUAGE LAST LATERAL LEVEL LIMIT LOGICAL MAP MATCHED MATERIALIZED MERGE MINUTE MONTH NAME NFC NFD NFKC "
    "NFKD NO NONE NULLIF NULLS OF OFFSET ONLY OPTION ORDINALITY OUTPUT OVER PARTITION PARTITIONS POSITION PRECEDING "
    "PRIMARY PRIVILEGES PROPERTIES PRUNE RANGE READ REFRESH RELY RENAME REPEATABLE REPLACE RESET RESPECT RESTRICT "
    "RETURN RETURNS REVOKE ROLE ROLES ROLLBACK ROW ROWS SCHEMA SCHEMAS SECOND SECURITY SERIALIZABLE SESSION SET SETS "
    "SHOW SOME SQL START STATS SUBSTRING SYSTEM SYSTEM_TIME SYSTEM_VERSION TABLES TABLESAMPLE TEMPORARY TEXT TIME "
    "TIMESTAMP TO TRANSACTION TRUNCATE TRY_CAST TYPE UNBOUNDED UNCOMMITTED UNIQUE UPDATE USE USER VALIDATE VERBOSE "
    "VERSION VIEW WORK WRITE YEAR ZONE"_L1;

QString typed(QLatin1StringView type, const QString &text)
{
    return type + u' ' + quotedWith(u'\'', text);
}

/// Plain quotes, or U&'' where a NUL is inside: the text of a statement cannot hold one.
Result<QString> textLiteral(const QString &text)
{
    if (!isWellFormed(text)) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The text holds half of a surrogate pair, which is no Unicode character."_s });
    }
    if (!text.contains(QChar(u'\0')))
        return quotedWith(u'\'', text);
    QString escaped = text;
    escaped.replace(u'\\', "\\\\"_L1).replace(u'\'', "''"_L1).replace(QChar(u'\0'), "\\0000"_L1);
    return u"U&'"_s + escaped + u'\'';
}

QString integerLiteral(qint64 value)
{
    // A bare number is an integer or, when it is too large for one, a bigint; the sign is an operator, so the smallest
    // of each type needs the long form, and all others brackets: `a-?` must not become `a--1`.
    if (value < std::numeric_limits<qint32>::min() || value > std::numeric_limits<qint32>::max())
        return typed("BIGINT"_L1, QString::number(value));
    if (value == std::numeric_limits<qint32>::min())
        return typed("INTEGER"_L1, QString::number(value));
    return value < 0 ? u'(' + QString::number(value) + u')' : QString::number(value);
}

QString doubleLiteral(double value)
{
    if (std::isnan(value))
        return u"nan()"_s;
    if (std::isinf(value))
        return value > 0 ? u"infinity()"_s : u"(-infinity())"_s;
    return typed("DOUBLE"_L1, realText(value, false));
}

QString floatLiteral(float value)
{
    if (std::isnan(value))
        return typed("REAL"_L1, u"NaN"_s);
    if (std::isinf(value))
        return typed("REAL"_L1, value > 0 ? u"Infinity"_s : u"-Infinity"_s);
    return typed("REAL"_L1, realText(double(value), true));
}

QString timestampLiteral(const QDateTime &value, const QString &type)
{
    // Without a type to tell: local time and UTC are what columns without a zone are read as; every other QTimeZone is
    // the zone of the value.
    const bool isZoned = type.isEmpty() ? value.timeSpec() == Qt::TimeZone || value.timeSpec() == Qt::OffsetFromUTC
                                        : type.endsWith("with time zone"_L1);
    QString text = isoDate(value.date(), true) + u' ' + value.time().toString(u"HH:mm:ss.zzz"_s);
    if (isZoned) {
        const int minutes = value.offsetFromUtc() / 60;
        if (value.timeSpec() == Qt::UTC)
            text += " UTC"_L1;
        else if (value.timeSpec() == Qt::OffsetFromUTC)
            text += u" %1%2:%3"_s.arg(minutes < 0 ? u'-' : u'+')
                        .arg(std::abs(minutes) / 60, 2, 10, QChar(u'0'))
                        .arg(std::abs(minutes) % 60, 2, 10, QChar(u'0'));
        else
            text += u' ' + QString::fromLatin1(value.timeZone().id());
    }
    return typed("TIMESTAMP"_L1, text);
}

class TrinoDialect final : public SqlDialect
{
public:
    TrinoDialect(const QString &name, const LexicalRules &rules, Routines routines, QLatin1StringView reserved,
                 QLatin1StringView others)
        : SqlDialect(rules, routines, reserved, others), m_name(name)
    { }

    QString name() const override { return m_name; }
    Result<QString> literal(const QVariant &value, const QString &type) const override;
    StatementKind kind(QStringView statement) const override;

private:
    Result<QString> untyped(const QVariant &value) const;
    Result<QString> fromText(const QString &text, const QString &type, const QString &base) const;
    Result<QString> collection(const QVariantList &items, const QString &type, const QString &base) const;
    Result<QString> map(const QVariantMap &entries, const QString &type) const;
    Result<QString> joined(const QVariantList &items, const QStringList &types) const;

    const QString m_name;
};

Result<QString> TrinoDialect::literal(const QVariant &value, const QString &type) const
{
    if (!type.isEmpty() && !isTypeText(type, rules()))
        return invalidValue(u"“"_s + type + u"” is not a type."_s);
    const int id = value.metaType().id();
    if (isNullValue(value))
        return type.isEmpty() ? u"NULL"_s : u"CAST(NULL AS "_s + type + u')';

    const QString base = baseType(type);
    switch (id) {
    case QMetaType::QVariantList:
    case QMetaType::QStringList:
        return collection(value.toList(), type, base);
    case QMetaType::QVariantMap:
        return map(value.toMap(), type);
    default:
        break;
    }
    if (base.isEmpty() || base == "unknown"_L1)
        return untyped(value);

    switch (id) {
    case QMetaType::QString:
        return fromText(value.toString(), type, base);
    case QMetaType::QDateTime:
        if (base.startsWith("timestamp"_L1) && value.toDateTime().isValid()) {
            const QString text = timestampLiteral(value.toDateTime(), base);
            return typeArguments(type).value(0) == "3"_L1 ? text : u"CAST("_s + text + u" AS "_s + type + u')';
        }
        break;
    case QMetaType::Float:
    case QMetaType::Double:
        if (base == "real"_L1)
            return floatLiteral(value.toFloat());
        if (base == "double"_L1)
            return doubleLiteral(id == QMetaType::Float ? double(value.toFloat()) : value.toDouble());
        break;
    case QMetaType::QByteArray:
        if (base == "varbinary"_L1)
            return untyped(value);
        break;
    default:
        if (value.canConvert<qlonglong>() && id != QMetaType::Bool && id != QMetaType::ULongLong
            && QStringList { u"tinyint"_s, u"smallint"_s, u"integer"_s, u"int"_s, u"bigint"_s }.contains(base))
            return fromText(QString::number(value.toLongLong()), type, base);
        break;
    }
    const Result<QString> plain = untyped(value);
    return plain ? u"CAST("_s + *plain + u" AS "_s + type + u')' : plain;
}

Result<QString> TrinoDialect::untyped(const QVariant &value) const
{
    switch (value.metaType().id()) {
    case QMetaType::Bool:
        return value.toBool() ? u"true"_s : u"false"_s;
    case QMetaType::Char:
    case QMetaType::SChar:
        return typed("TINYINT"_L1, QString::number(value.toInt()));
    case QMetaType::UChar:
    case QMetaType::Short:
        return typed("SMALLINT"_L1, QString::number(value.toInt()));
    case QMetaType::UShort:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::LongLong:
        return integerLiteral(value.toLongLong());
    case QMetaType::ULong:
    case QMetaType::ULongLong:
        if (value.toULongLong() > quint64(std::numeric_limits<qint64>::max()))
            return typed("DECIMAL"_L1, QString::number(value.toULongLong()));
        return integerLiteral(value.toLongLong());
    case QMetaType::Float:
        return floatLiteral(value.toFloat());
    case QMetaType::Double:
        return doubleLiteral(value.toDouble());
    case QMetaType::QChar:
    case QMetaType::QString:
        return textLiteral(value.toString());
    case QMetaType::QByteArray:
        return u"X'"_s + QString::fromLatin1(value.toByteArray().toHex().toUpper()) + u'\'';
    case QMetaType::QDate:
        return typed("DATE"_L1, isoDate(value.toDate(), true));
    case QMetaType::QTime:
        return typed("TIME"_L1, value.toTime().toString(u"HH:mm:ss.zzz"_s));
    case QMetaType::QDateTime:
        return timestampLiteral(value.toDateTime(), {});
    case QMetaType::QUuid:
        return typed("UUID"_L1, value.toUuid().toString(QUuid::WithoutBraces));
    case QMetaType::QJsonObject:
    case QMetaType::QJsonArray:
    case QMetaType::QJsonValue:
        return typed("JSON"_L1, QString::fromUtf8(QJsonDocument::fromVariant(value).toJson(QJsonDocument::Compact)));
    default:
        return refuse(value, {});
    }
}

Result<QString> TrinoDialect::fromText(const QString &text, const QString &type, const QString &base) const
{
    static const QStringList integers { u"tinyint"_s, u"smallint"_s, u"integer"_s, u"int"_s, u"bigint"_s };
    if (integers.contains(base)) {
        bool isNumber = false;
        const qint64 number = text.trimmed().toLongLong(&isNumber);
        return isNumber ? Result<QString>(base.toUpper() + u" '"_s + QString::number(number) + u'\'')
                        : invalidValue(u"“"_s + text + u"” is not a whole number of the type "_s + type + u"."_s);
    }
    if (base == "decimal"_L1) {
        const Result<QString> digits = plainDecimal(text);
        if (!digits)
            return digits;
        const QString decimal = typed("DECIMAL"_L1, *digits);
        return type.contains(u'(') ? u"CAST("_s + decimal + u" AS "_s + type + u')' : decimal;
    }
    const Result<QString> quoted = textLiteral(text);
    if (!quoted)
        return quoted;
    if (base.startsWith("interval"_L1)) {
        // The sign stands outside of the quotes; for an interval of days and milliseconds both places are the same.
        const bool isNegative = text.startsWith(u'-');
        const QString magnitude = quotedWith(u'\'', isNegative ? text.sliced(1) : text);
        const QString fields = base.contains("year"_L1) ? u"YEAR TO MONTH"_s : u"DAY TO SECOND"_s;
        return u"INTERVAL "_s + (isNegative ? u"-"_s : QString()) + magnitude + u' ' + fields;
    }
    // These types can stand in front of their text and say so more readably than a cast; timestamps and times take their
    // precision from the digits.
    static const QStringList named { u"date"_s, u"json"_s, u"uuid"_s, u"ipaddress"_s, u"real"_s, u"double"_s, u"boolean"_s };
    if (named.contains(base))
        return base.toUpper() + u' ' + *quoted;
    return u"CAST("_s + *quoted + u" AS "_s + type + u')';
}

Result<QString> TrinoDialect::joined(const QVariantList &items, const QStringList &types) const
{
    QStringList texts;
    for (qsizetype i = 0; i < items.size(); ++i) {
        const Result<QString> text = literal(items[i], types.isEmpty() ? QString() : types[i % types.size()]);
        if (!text)
            return text;
        texts << *text;
    }
    return texts.join(", "_L1);
}

Result<QString> TrinoDialect::collection(const QVariantList &items, const QString &type, const QString &base) const
{
    const QStringList arguments = typeArguments(type);
    const auto cast = [&type](const QString &text) {
        return type.isEmpty() ? text : u"CAST("_s + text + u" AS "_s + type + u')';
    };
    if (base == "map"_L1 && arguments.size() == 2) { // a list of pairs, as maps are read whose keys are no text
        QVariantList keys;
        QVariantList values;
        for (const QVariant &item : items) {
            const QVariantList pair = item.toList();
            if (pair.size() != 2)
                return invalidValue(u"An entry of a map is not a pair of key and value."_s);
            keys << pair[0];
            values << pair[1];
        }
        const Result<QString> keyTexts = joined(keys, { arguments[0] });
        const Result<QString> valueTexts = joined(values, { arguments[1] });
        if (!keyTexts || !valueTexts)
            return keyTexts ? valueTexts : keyTexts;
        return cast(u"MAP(ARRAY["_s + *keyTexts + u"], ARRAY["_s + *valueTexts + u"])"_s);
    }
    const bool isRow = base == "row"_L1;
    if (isRow && arguments.size() != items.size())
        return invalidValue(u"The row has %1 fields, its type %2."_s.arg(items.size()).arg(arguments.size()));
    // The fields of a row have names in front of their types, so the cast around all of them gives the types.
    const Result<QString> texts = joined(items, base == "array"_L1 ? arguments : QStringList());
    if (!texts)
        return texts;
    return cast(isRow ? u"ROW("_s + *texts + u')' : u"ARRAY["_s + *texts + u']');
}

Result<QString> TrinoDialect::map(const QVariantMap &entries, const QString &type) const
{
    const QStringList arguments = baseType(type) == "map"_L1 ? typeArguments(type) : QStringList();
    QVariantList keys;
    QVariantList values;
    for (const auto &[key, value] : entries.asKeyValueRange()) {
        keys << key;
        values << value;
    }
    const Result<QString> keyTexts = joined(keys, arguments.mid(0, 1));
    const Result<QString> valueTexts = joined(values, arguments.mid(1, 1));
    if (!keyTexts || !valueTexts)
        return keyTexts ? valueTexts : keyTexts;
    const QString text = u"MAP(ARRAY["_s + *keyTexts + u"], ARRAY["_s + *valueTexts + u"])"_s;
    return type.isEmpty() ? text : u"CAST("_s + text + u" AS "_s + type + u')';
}

StatementKind TrinoDialect::kind(QStringView statement) const
{
    Lexer lexer(statement, rules());
    Token token = lexer.nextCode();
    if (token.kind == Token::Kind::End || token.kind == Token::Kind::Semicolon)
        return StatementKind::Empty;
    const QString word = firstWord(statement);
    if (word == "EXPLAIN"_L1) {
        // EXPLAIN ANALYZE runs what it explains.
        Token after = lexer.nextCode();
        if (!lexer.is(after, "ANALYZE"_L1))
            return StatementKind::Metadata;
        after = lexer.nextCode();
        const StatementKind inner = kind(statement.sliced(lexer.is(after, "VERBOSE"_L1) ? after.end : after.begin));
        return inner == StatementKind::Query ? StatementKind::Metadata : inner;
    }
    static const QHash<QString, StatementKind> kinds = [] {
        QHash<QString, StatementKind> table;
        const auto add = [&table](StatementKind kind, QLatin1StringView words) {
            for (const QString &each : QString(words).split(u' '))
                table.insert(each, kind);
        };
        add(StatementKind::Query, "SELECT WITH VALUES TABLE"_L1);
        add(StatementKind::Metadata, "SHOW DESCRIBE DESC"_L1);
        add(StatementKind::Write, "INSERT UPDATE DELETE MERGE TRUNCATE REFRESH ANALYZE CALL EXECUTE"_L1);
        add(StatementKind::Ddl, "CREATE ALTER DROP COMMENT GRANT REVOKE DENY"_L1);
        add(StatementKind::Session, "USE SET RESET START COMMIT ROLLBACK PREPARE DEALLOCATE"_L1);
        return table;
    }();
    return kinds.value(word, StatementKind::Other);
}

} // namespace

const Dialect &trinoDialect()
{
    static const TrinoDialect dialect(u"Trino"_s, { .dollarStrings = LexicalRules::DollarStrings::Plain, .hasUnicodeStrings = true },
                                      Routines::SqlRoutines, kReserved, kOthers);
    return dialect;
}

const Dialect &prestoDialect()
{
    static const TrinoDialect dialect(u"Presto"_s, { .hasUnicodeStrings = true }, Routines::None, kPrestoReserved, kPrestoOthers);
    return dialect;
}

} // namespace Grebe
