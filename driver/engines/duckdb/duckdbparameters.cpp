// SPDX-License-Identifier: Apache-2.0
#include "duckdbparameters.h"

#include "duckdberror.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QTimeZone>
#include <QUuid>
#include <QtEndian>

#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

constexpr qint64 kMicrosPerMilli = 1000;

duckdb_hugeint toHugeint(Int128 value)
{
    return { uint64_t(Uint128(value)), int64_t(value >> 64) };
}

/// Digits with an optional sign and point, scaled to `scale` digits behind the point; empty when it does not fit exactly.
std::optional<Int128> scaledInteger(QStringView text, int scale)
{
    text = text.trimmed();
    const bool isNegative = text.startsWith(u'-');
    if (isNegative || text.startsWith(u'+'))
        text = text.sliced(1);
    const qsizetype point = text.indexOf(u'.');
    QString digits = text.toString();
    qsizetype behind = 0;
    if (point >= 0) {
        behind = text.size() - point - 1;
        digits.remove(point, 1);
    }
    while (behind > scale && digits.endsWith(u'0')) {
        digits.chop(1);
        --behind;
    }
    if (behind > scale || digits.isEmpty())
        return {};
    digits += QString(scale - behind, u'0');
    Uint128 value = 0;
    constexpr Uint128 limit = Uint128(1) << 127;
    for (const QChar c : std::as_const(digits)) {
        const unsigned digit = c.unicode() - u'0';
        if (digit > 9 || value > (limit - digit) / 10)
            return {};
        value = value * 10 + digit;
    }
    if (value == limit && !isNegative)
        return {};
    return isNegative ? Int128(~value + 1) : Int128(value);
}

duckdb_value dateTimeValue(const QDateTime &time)
{
    if (time.timeSpec() == Qt::LocalTime) {
        const QDateTime wallClock(time.date(), time.time(), QTimeZone::UTC);
        return duckdb_create_timestamp({ wallClock.toMSecsSinceEpoch() * kMicrosPerMilli });
    }
    return duckdb_create_timestamp_tz({ time.toMSecsSinceEpoch() * kMicrosPerMilli });
}

duckdb_value textValue(const QString &text)
{
    const QByteArray utf8 = text.toUtf8();
    return duckdb_create_varchar_length(utf8.constData(), idx_t(utf8.size()));
}

/// Null when the type is none that has a form of its own here: the text is then bound, and DuckDB casts it.
duckdb_value typedValue(const QVariant &value, const QString &type, bool *isWrong)
{
    static const QRegularExpression decimal(u"^\\s*(?:decimal|numeric)\\s*\\(\\s*(\\d+)\\s*(?:,\\s*(\\d+)\\s*)?\\)\\s*$"_s,
                                            QRegularExpression::CaseInsensitiveOption);
    const QString text = value.toString();
    if (const QRegularExpressionMatch match = decimal.match(type); match.hasMatch()) {
        const int width = match.captured(1).toInt();
        const int scale = match.captured(2).toInt();
        const std::optional<Int128> number = scaledInteger(text, scale);
        Int128 bound = 1;
        for (int i = 0; i < width && width <= 38; ++i)
            bound *= 10;
        *isWrong = !number || width < 1 || width > 38 || scale > width || *number >= bound || *number <= -bound;
        return *isWrong ? nullptr : duckdb_create_decimal({ uint8_t(width), uint8_t(scale), toHugeint(*number) });
    }
    const QString name = type.trimmed().toLower();
    if (name == "hugeint"_L1) {
        const std::optional<Int128> number = scaledInteger(text, 0);
        *isWrong = !number;
        return number ? duckdb_create_hugeint(toHugeint(*number)) : nullptr;
    }
    if (name == "bigint"_L1 || name == "int8"_L1 || name == "long"_L1) {
        bool isNumber = false;
        const qlonglong number = text.toLongLong(&isNumber);
        *isWrong = !isNumber;
        return isNumber ? duckdb_create_int64(number) : nullptr;
    }
    if (name == "double"_L1) {
        bool isNumber = false;
        const double number = value.toDouble(&isNumber);
        *isWrong = !isNumber;
        return isNumber ? duckdb_create_double(number) : nullptr;
    }
    if (name == "timestamp"_L1 && value.metaType() == QMetaType::fromType<QDateTime>()) {
        const QDateTime time = value.toDateTime();
        return duckdb_create_timestamp({ QDateTime(time.date(), time.time(), QTimeZone::UTC).toMSecsSinceEpoch() * kMicrosPerMilli });
    }
    return nullptr;
}

duckdb_value plainValue(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Bool: return duckdb_create_bool(value.toBool());
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::Short:
    case QMetaType::Int: return duckdb_create_int32(value.toInt());
    case QMetaType::UChar:
    case QMetaType::UShort:
    case QMetaType::UInt: return duckdb_create_uint32(value.toUInt());
    case QMetaType::Long:
    case QMetaType::LongLong: return duckdb_create_int64(value.toLongLong());
    case QMetaType::ULong:
    case QMetaType::ULongLong: return duckdb_create_uint64(value.toULongLong());
    case QMetaType::Float: return duckdb_create_float(value.toFloat());
    case QMetaType::Double: return duckdb_create_double(value.toDouble());
    case QMetaType::QDate: return duckdb_create_date({ int32_t(QDate(1970, 1, 1).daysTo(value.toDate())) });
    case QMetaType::QTime: return duckdb_create_time({ value.toTime().msecsSinceStartOfDay() * kMicrosPerMilli });
    case QMetaType::QDateTime: return dateTimeValue(value.toDateTime());
    case QMetaType::QByteArray: {
        const QByteArray bytes = value.toByteArray();
        return duckdb_create_blob(reinterpret_cast<const uint8_t *>(bytes.constData()), idx_t(bytes.size()));
    }
    case QMetaType::QUuid: {
        const QByteArray bytes = value.toUuid().toRfc4122();
        return duckdb_create_uuid({ qFromBigEndian<quint64>(bytes.constData() + 8), qFromBigEndian<quint64>(bytes.constData()) });
    }
    case QMetaType::QString: return textValue(value.toString());
    default: return value.canConvert<QString>() ? textValue(value.toString()) : nullptr;
    }
}

} // namespace

Result<void> bindParameters(duckdb_prepared_statement statement, const StatementOptions &options)
{
    const idx_t wanted = duckdb_nparams(statement);
    if (wanted != idx_t(options.parameters.size())) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The statement has %1 parameters, but %2 values were given."_s
                                                      .arg(wanted).arg(options.parameters.size()) });
    }
    for (idx_t i = 0; i < wanted; ++i) {
        const QVariant &value = options.parameters.at(qsizetype(i));
        const QString type = options.parameterTypes.value(qsizetype(i));
        bool isWrong = false;
        duckdb_value bound = nullptr;
        if (value.isNull())
            bound = duckdb_create_null_value();
        else if (!type.isEmpty())
            bound = typedValue(value, type, &isWrong);
        if (!bound && !isWrong)
            bound = plainValue(value);
        if (!bound) {
            return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                           .message = u"The value of parameter %1 is no %2."_s.arg(i + 1).arg(
                                                   type.isEmpty() ? u"value that DuckDB has a type for"_s : type) });
        }
        const duckdb_state state = duckdb_bind_value(statement, i + 1, bound);
        duckdb_destroy_value(&bound);
        if (state != DuckDBSuccess)
            return std::unexpected(duckdbError(duckdb_prepare_error(statement)));
    }
    return {};
}

} // namespace Grebe
