// SPDX-License-Identifier: Apache-2.0
#include "celldisplay.h"

#include "cellformatter.h"

#include <arrow/array/data.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QCoreApplication>
#include <QDateTime>

#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

qint64 ticksPerSecond(arrow::TimeUnit::type unit)
{
    switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1000;
    case arrow::TimeUnit::MICRO: return 1'000'000;
    case arrow::TimeUnit::NANO: return 1'000'000'000;
    }
    return 1;
}

// The whole second of an instant; empty for what is no instant, or one that its Arrow type can't hold.
std::optional<qint64> secondOf(const arrow::RecordBatch &batch, int source, qint64 row)
{
    const arrow::ArrayData *data = batch.column_data()[size_t(source)].get();
    if (data->IsNull(row))
        return {};
    if (data->type->id() == arrow::Type::STRUCT && data->type->num_fields() == 2) {
        row += data->offset;
        data = data->child_data[0].get();
        if (data->IsNull(row))
            return {};
    }
    if (data->type->id() != arrow::Type::TIMESTAMP)
        return {};
    const qint64 unit = ticksPerSecond(static_cast<const arrow::TimestampType &>(*data->type).unit());
    const qint64 ticks = data->GetValues<int64_t>(1)[row];
    return ticks / unit - (ticks % unit < 0 ? 1 : 0);
}

QString twoDigits(int number)
{
    return u"%1"_s.arg(number, 2, 10, '0'_L1);
}

QString offsetText(int seconds)
{
    const int positive = std::abs(seconds);
    QString text = (seconds < 0 ? u"-"_s : u"+"_s) + twoDigits(positive / 3600) + u':' + twoDigits(positive / 60 % 60);
    if (positive % 60)
        text += u':' + twoDigits(positive % 60);
    return text;
}

QTimeZone zoneNamed(const QByteArray &name)
{
    // Asked for every cell that is painted; making a QTimeZone reads a file.
    thread_local QHash<QByteArray, QTimeZone> zones;
    auto found = zones.find(name);
    if (found == zones.end())
        found = zones.insert(name, QTimeZone(name));
    return *found;
}

} // namespace

CellDisplay::Zone CellDisplay::Zone::fromText(const QString &text)
{
    if (text == "utc"_L1)
        return { .kind = Utc };
    if (text == "local"_L1)
        return { .kind = Local };
    if (!text.isEmpty() && QTimeZone::isTimeZoneIdAvailable(text.toUtf8()))
        return { .kind = Named, .name = text.toUtf8() };
    return {};
}

QString CellDisplay::Zone::toText() const
{
    switch (kind) {
    case AsSent: return {};
    case Utc: return u"utc"_s;
    case Local: return u"local"_s;
    case Named: break;
    }
    return QString::fromUtf8(name);
}

QString CellDisplay::Zone::label() const
{
    switch (kind) {
    case AsSent: return QCoreApplication::translate("CellDisplay", "as sent");
    case Utc: return u"UTC"_s;
    case Local:
        return QCoreApplication::translate("CellDisplay", "local (%1)").arg(QString::fromUtf8(QTimeZone::systemTimeZoneId()));
    case Named: break;
    }
    return QString::fromUtf8(name);
}

void CellDisplay::setZone(const Zone &zone)
{
    m_zone = zone;
    m_columnZones.clear();
}

void CellDisplay::setColumnZone(int source, const Zone &zone)
{
    if (zone == m_zone)
        m_columnZones.remove(source);
    else
        m_columnZones.insert(source, zone);
}

bool CellDisplay::operator==(const CellDisplay &other) const
{
    return m_groupsThousands == other.m_groupsThousands && m_zone == other.m_zone && m_columnZones == other.m_columnZones;
}

QString CellDisplay::text(const ColumnFormatter &formatter, const arrow::RecordBatch &batch, int source, qint64 row,
                          qsizetype maxChars) const
{
    if (m_groupsThousands && formatter.isNumeric())
        return numberText(formatter.text(batch, source, row));
    const QString sent = formatter.text(batch, source, row, maxChars);
    if ((m_zone.kind == Zone::AsSent && m_columnZones.isEmpty()) || formatter.isNested())
        return sent;
    const Zone zone = columnZone(source);
    return zone.kind == Zone::AsSent || !isInstant(formatter)
        ? sent
        : zonedText(formatter.text(batch, source, row), batch, source, row, zone);
}

QString CellDisplay::zonedText(const QString &sent, const arrow::RecordBatch &batch, int source, qint64 row, const Zone &zone)
{
    const std::optional<qint64> second = secondOf(batch, source, row);
    // Before the year 1 and behind 9999 what the engine wrote is the only spelling without doubt.
    if (!second || *second < -62'135'596'800 || *second >= 253'402'300'800 || sent.endsWith("infinity"_L1))
        return sent;
    int offset = 0;
    if (zone.kind != Zone::Utc) {
        const QTimeZone there = zoneNamed(zone.kind == Zone::Local ? QTimeZone::systemTimeZoneId() : zone.name);
        if (!there.isValid())
            return sent;
        offset = there.offsetFromUtc(QDateTime::fromSecsSinceEpoch(*second, QTimeZone::UTC));
    }
    const QDateTime local = QDateTime::fromSecsSinceEpoch(*second + offset, QTimeZone::UTC);
    const QDate date = local.date();
    const QTime time = local.time();
    QString text = u"%1-%2-%3 %4:%5:%6"_s.arg(date.year(), 4, 10, '0'_L1)
                       .arg(twoDigits(date.month()), twoDigits(date.day()), twoDigits(time.hour()), twoDigits(time.minute()),
                            twoDigits(time.second()));
    // The zone moves no digit of the fraction.
    const qsizetype point = sent.indexOf(u'.');
    if (point > 0) {
        qsizetype end = point + 1;
        while (end < sent.size() && sent.at(end).isDigit())
            ++end;
        text += sent.mid(point, end - point);
    }
    return text + (zone.kind == Zone::Utc ? u" UTC"_s : u' ' + offsetText(offset));
}

QString CellDisplay::typeText(const ColumnFormatter &formatter, int source) const
{
    const QString type = formatter.typeText();
    return isInstant(formatter) ? QCoreApplication::translate("CellDisplay", "%1 · %2").arg(type, columnZone(source).label()) : type;
}

// What engines call them: Trino and DuckDB "timestamp with time zone", Databend and Databricks their own words, Arrow
// "timestamp[us, tz=UTC]".
bool CellDisplay::isInstant(const ColumnFormatter &formatter)
{
    if (formatter.isNumeric() || formatter.isNested())
        return false;
    const QString type = formatter.typeText();
    if (!type.startsWith("timestamp"_L1, Qt::CaseInsensitive))
        return false;
    return type.endsWith("with time zone"_L1, Qt::CaseInsensitive) || type.contains("tz"_L1, Qt::CaseInsensitive)
        || type.contains("_ltz"_L1, Qt::CaseInsensitive);
}

} // namespace Grebe
