// SPDX-License-Identifier: Apache-2.0
#include "chartdata.h"

#include "cellformatter.h"
#include "chartreader.h"

#include "extension/columnformatter.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kSpotColumns = 300; // what a scatter is reduced to
constexpr int kSpotRows = 200;
constexpr int kMaximumBars = 200; // over numbers and times, where none can stand for the others

// Reads the rows once or twice and keeps what can be seen.
class Maker
{
public:
    Maker(const ChartRequest &request, const CancelCheck &isCancelled, ChartData &out)
        : m_request(request), m_reader(request.cells, request.x, request.series, isCancelled), m_out(out)
    {
    }

    Result<void> run()
    {
        for (const int column : m_request.series)
            m_out.series.push_back({ column, {} });
        switch (m_request.kind) {
        case ChartKind::Bar: return makeBars();
        case ChartKind::Line: return makeLine();
        case ChartKind::Scatter: return makeScatter();
        case ChartKind::Histogram: return makeHistogram();
        }
        return {};
    }

private:
    using Row = ChartReader::Row;

    struct Range
    {
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();
        bool isEmpty() const { return low > high; }
        void add(double value)
        {
            low = std::min(low, value);
            high = std::max(high, value);
        }
        int slot(double value, int count) const
        {
            return high > low ? std::clamp(int((value - low) / (high - low) * count), 0, count - 1) : 0;
        }
    };

    bool isLookedAt(double x) const { return x >= m_request.from && x <= m_request.to; }

    // What is said of all rows; and where those that are looked at lie.
    Result<void> survey()
    {
        auto done = m_reader.each([this](const Row &row) {
            if (std::isnan(row.x)) {
                ++m_out.leftOutCount;
                return;
            }
            for (const double y : row.y) {
                if (std::isnan(y)) {
                    ++m_out.gapCount;
                    continue;
                }
                m_out.notPositiveCount += y <= 0;
                m_all.add(y);
            }
            if (isLookedAt(row.x)) {
                ++m_lookedAt;
                m_x.add(row.x);
                for (const double y : row.y) {
                    if (!std::isnan(y))
                        m_y.add(y);
                }
            }
        });
        if (!m_all.isEmpty()) {
            m_out.lowest = m_all.low;
            m_out.highest = m_all.high;
        } else if (m_out.rowCount > 0) {
            m_out.reason = m_out.leftOutCount == m_out.rowCount ? ChartData::tr("The x axis has no values: all are NULL")
                                                                : ChartData::tr("There are no values to draw: all are NULL");
        }
        return done;
    }

    Result<void> makeLine()
    {
        if (auto done = survey(); !done || m_all.isEmpty())
            return done;
        m_out.isReduced = m_lookedAt > ChartData::kExactPoints;
        return m_out.isReduced ? reduceLine() : keepAll(true);
    }

    // With the point before and behind what is looked at, so that lines go on to the edges.
    Result<void> keepAll(bool isLine)
    {
        std::vector<ChartData::Point> before(m_out.series.size(), { qQNaN(), qQNaN() }), behind = before;
        for (ChartData::Series &series : m_out.series)
            series.points.reserve(size_t(m_lookedAt) + 2);
        auto done = m_reader.each([&](const Row &row) {
            if (std::isnan(row.x))
                return;
            for (size_t i = 0; i < row.y.size(); ++i) {
                const ChartData::Point point { row.x, row.y[i], row.number };
                if (isLookedAt(row.x)) {
                    if (isLine || !std::isnan(point.y))
                        m_out.series[i].points.push_back(point);
                } else if (row.x < m_request.from) {
                    if (!(row.x < before[i].x))
                        before[i] = point;
                } else if (!(row.x >= behind[i].x)) {
                    behind[i] = point;
                }
            }
        });
        for (size_t i = 0; isLine && i < m_out.series.size(); ++i) {
            auto &points = m_out.series[i].points;
            std::ranges::stable_sort(points, {}, &ChartData::Point::x);
            if (!std::isnan(before[i].x))
                points.insert(points.begin(), before[i]);
            if (!std::isnan(behind[i].x))
                points.push_back(behind[i]);
        }
        return done;
    }

    Result<void> reduceLine()
    {
        struct Slot
        {
            ChartData::Point first { qQNaN(), 0 }, last, low, high;
            bool hasGap = false;
        };
        const int count = std::max(2, m_request.pixelCount);
        std::vector<std::vector<Slot>> slots(m_out.series.size(), std::vector<Slot>(size_t(count) + 2));
        auto done = m_reader.each([&](const Row &row) {
            if (std::isnan(row.x))
                return;
            // One slot on either side takes what is outside, of which only the nearest counts.
            const int at = row.x < m_x.low ? 0 : row.x > m_x.high ? count + 1 : m_x.slot(row.x, count) + 1;
            for (size_t i = 0; i < row.y.size(); ++i) {
                Slot &slot = slots[i][size_t(at)];
                const ChartData::Point point { row.x, row.y[i], row.number };
                if (std::isnan(point.y)) {
                    slot.hasGap = true;
                    continue;
                }
                const bool isFirst = std::isnan(slot.first.x);
                if (isFirst || point.x < slot.first.x)
                    slot.first = point;
                if (isFirst || point.x >= slot.last.x)
                    slot.last = point;
                if (isFirst || point.y < slot.low.y)
                    slot.low = point;
                if (isFirst || point.y > slot.high.y)
                    slot.high = point;
            }
        });
        for (size_t i = 0; i < m_out.series.size(); ++i) {
            auto &points = m_out.series[i].points;
            for (int at = 0; at < count + 2; ++at) {
                const Slot &slot = slots[i][size_t(at)];
                const double middle = m_x.low + (m_x.high - m_x.low) * (at - 0.5) / count;
                if (std::isnan(slot.first.x)) {
                    if (slot.hasGap && at > 0 && at <= count)
                        points.push_back({ middle, qQNaN() });
                    continue;
                }
                if (at == 0) {
                    points.push_back(slot.last);
                } else if (at > count) {
                    points.push_back(slot.first);
                } else {
                    std::array<ChartData::Point, 4> kept { slot.first, slot.low, slot.high, slot.last };
                    std::ranges::stable_sort(kept, {}, &ChartData::Point::x);
                    for (const ChartData::Point &point : kept) {
                        if (points.empty() || points.back().row != point.row)
                            points.push_back(point);
                    }
                }
            }
        }
        return done;
    }

    Result<void> makeScatter()
    {
        if (auto done = survey(); !done || m_all.isEmpty())
            return done;
        m_out.isReduced = m_lookedAt > ChartData::kExactPoints;
        if (!m_out.isReduced)
            return keepAll(false);
        std::vector<std::vector<bool>> taken(m_out.series.size(), std::vector<bool>(kSpotColumns * kSpotRows));
        return m_reader.each([&](const Row &row) {
            if (std::isnan(row.x) || !isLookedAt(row.x))
                return;
            const bool isOutermostX = row.x == m_x.low || row.x == m_x.high;
            for (size_t i = 0; i < row.y.size(); ++i) {
                const double y = row.y[i];
                if (std::isnan(y))
                    continue;
                const size_t spot = size_t(m_y.slot(y, kSpotRows) * kSpotColumns + m_x.slot(row.x, kSpotColumns));
                const bool isOutermost = (isOutermostX || y == m_y.low || y == m_y.high)
                    && qint64(m_out.series[i].points.size()) < 2 * kSpotColumns * kSpotRows;
                if (!isOutermost && taken[i][spot])
                    continue;
                taken[i][spot] = true;
                m_out.series[i].points.push_back({ row.x, y, row.number });
            }
        });
    }

    Result<void> makeHistogram()
    {
        bool isWhole = true;
        qint64 valueCount = 0;
        auto done = m_reader.each([&](const Row &row) {
            for (const double y : row.y) {
                if (std::isnan(y)) {
                    ++m_out.gapCount;
                    continue;
                }
                ++valueCount;
                m_y.add(y);
                isWhole = isWhole && y == std::floor(y);
            }
        });
        if (!done || m_y.isEmpty()) {
            m_out.reason = ChartData::tr("There are no values to draw: all are NULL");
            return done;
        }
        const auto [start, width, count] = m_out.xRole == ChartRole::Number ? numberBins(isWhole, valueCount) : timeBins(valueCount);
        m_out.binWidth = width;
        for (ChartData::Series &series : m_out.series) {
            series.points.resize(size_t(count));
            for (int i = 0; i < count; ++i)
                series.points[size_t(i)] = { start + width * i, 0, -1, 0 };
        }
        done = m_reader.each([&](const Row &row) {
            for (size_t i = 0; i < row.y.size(); ++i) {
                if (std::isnan(row.y[i]))
                    continue;
                ChartData::Point &bin = m_out.series[i].points[size_t(std::clamp(int((row.y[i] - start) / width), 0, count - 1))];
                bin.y = double(++bin.rowCount);
                m_out.highest = std::max(m_out.highest, bin.y);
            }
        });
        return done;
    }

    struct Bins
    {
        double start;
        double width;
        int count;
    };

    static int wantedBins(qint64 valueCount) { return std::clamp(int(std::ceil(std::sqrt(double(valueCount)))), 5, 40); }

    Bins numberBins(bool isWhole, qint64 valueCount) const
    {
        const double span = m_y.high - m_y.low;
        if (!(span > 0))
            return { m_y.low - 0.5, 1, 1 };
        if (isWhole && span <= 60)
            return { m_y.low - 0.5, 1, int(span) + 1 }; // a bar a number, around it
        // Edges a person would choose: 1, 2 or 5 times a power of ten.
        const double raw = span / wantedBins(valueCount);
        const double power = std::pow(10, std::floor(std::log10(raw)));
        const double digit = raw / power;
        double width = power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
        if (isWhole)
            width = std::max(1.0, width);
        const double start = std::floor(m_y.low / width) * width;
        return { start, width, int((m_y.high - start) / width) + 1 };
    }

    Bins timeBins(qint64 valueCount) const
    {
        constexpr double kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
        constexpr double kWidths[] = { 1, 10, 100, kSecond, 10 * kSecond, kMinute, 5 * kMinute, 15 * kMinute, kHour,
                                       6 * kHour, kDay, 7 * kDay, 30 * kDay, 365 * kDay, 3650 * kDay, 36500 * kDay };
        const double raw = (m_y.high - m_y.low) / wantedBins(valueCount);
        const auto found = std::ranges::lower_bound(kWidths, raw);
        const double width = found == std::end(kWidths) ? std::ceil(raw / kDay) * kDay : *found;
        const double start = std::floor(m_y.low / width) * width;
        return { start, width, int((m_y.high - start) / width) + 1 };
    }

    struct Folded
    {
        double sum = 0;
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();
        qint64 count = 0;

        void add(const Folded &other)
        {
            sum += other.sum;
            low = std::min(low, other.low);
            high = std::max(high, other.high);
            count += other.count;
        }
        double value(ChartFold fold) const
        {
            if (count == 0)
                return qQNaN();
            switch (fold) {
            case ChartFold::Sum: return sum;
            case ChartFold::Average: return sum / double(count);
            case ChartFold::Minimum: return low;
            case ChartFold::Maximum: return high;
            }
            return sum;
        }
    };
    struct Category
    {
        std::string name;
        double x = 0;
        qint64 row = -1;
        qint64 rowCount = 0;
        std::vector<Folded> values;
    };

    Result<void> makeBars()
    {
        std::vector<Category> categories;
        std::unordered_map<std::string, size_t> known;
        bool isTooMany = false;
        const bool isOrdered = m_out.xRole != ChartRole::Category;
        const qsizetype limit = isOrdered ? kMaximumBars : ChartData::kMaximumCategories;
        std::string name;
        auto done = m_reader.each([&](const Row &row) {
            if (isTooMany)
                return;
            name.clear();
            if (!m_reader.appendName(name))
                name = "NULL";
            const auto [found, isNew] = known.try_emplace(name, categories.size());
            if (isNew) {
                isTooMany = qsizetype(categories.size()) >= limit;
                categories.push_back({ name, row.x, row.number, 0, std::vector<Folded>(row.y.size()) });
            }
            Category &category = categories[found->second];
            ++category.rowCount;
            for (size_t i = 0; i < row.y.size(); ++i) {
                const double y = row.y[i];
                if (std::isnan(y))
                    ++m_out.gapCount;
                else
                    category.values[i].add({ y, y, y, 1 });
            }
        });
        if (isTooMany) {
            m_out.reason = isOrdered ? ChartData::tr("More than %1 different values are too many for bars: a line shows them").arg(kMaximumBars)
                                     : ChartData::tr("More than %1 different texts are too many for bars").arg(countText(limit));
            return done;
        }
        if (!done)
            return done;
        if (isOrdered)
            std::ranges::stable_sort(categories, [](const Category &a, const Category &b) {
                return std::isnan(a.x) || std::isnan(b.x) ? !std::isnan(a.x) && std::isnan(b.x) : a.x < b.x;
            });
        else
            gatherOthers(categories);
        Range values;
        for (size_t at = 0; at < categories.size(); ++at) {
            const Category &category = categories[at];
            m_out.categories += singleLine(QString::fromStdString(category.name));
            m_out.isFolded = m_out.isFolded || category.rowCount > 1;
            for (size_t i = 0; i < category.values.size(); ++i) {
                const double y = category.values[i].value(m_request.fold);
                m_out.series[i].points.push_back({ double(at), y, category.rowCount == 1 ? category.row : -1, category.rowCount });
                if (std::isnan(y))
                    continue;
                values.add(y);
                m_out.notPositiveCount += y <= 0;
            }
        }
        if (values.isEmpty()) {
            m_out.reason = ChartData::tr("There are no values to draw: all are NULL");
        } else {
            m_out.lowest = values.low;
            m_out.highest = values.high;
        }
        return done;
    }

    void gatherOthers(std::vector<Category> &categories)
    {
        const size_t limit = size_t(std::max(2, m_request.categoryLimit));
        if (categories.size() <= limit || m_request.series.isEmpty())
            return;
        const auto weight = [this](const Category &category) {
            const double value = category.values.front().value(m_request.fold);
            return std::isnan(value) ? -1.0 : std::abs(value);
        };
        std::ranges::stable_sort(categories, [&](const Category &a, const Category &b) { return weight(a) > weight(b); });
        Category others { {}, 0, -1, 0, std::vector<Folded>(size_t(m_request.series.size())) };
        m_out.otherCount = int(categories.size() - (limit - 1));
        for (size_t at = limit - 1; at < categories.size(); ++at) {
            others.rowCount += categories[at].rowCount;
            for (size_t i = 0; i < others.values.size(); ++i)
                others.values[i].add(categories[at].values[i]);
        }
        others.name = ChartData::tr("%1 others").arg(countText(m_out.otherCount)).toStdString();
        categories.resize(limit - 1);
        categories.push_back(others);
    }

    const ChartRequest &m_request;
    ChartReader m_reader;
    ChartData &m_out;
    Range m_all; // y of all rows
    Range m_x, m_y; // of the rows that are looked at
    qint64 m_lookedAt = 0;
};

} // namespace

QList<int> ChartRequest::columnsOf(const CellRange &cells, ChartRole role)
{
    QList<int> columns;
    const std::shared_ptr<arrow::Schema> schema = cells.store ? cells.store->schema() : nullptr;
    for (const int column : cells.columns) {
        if (schema && column < schema->num_fields() && ChartColumn::roleOf(*schema->field(column)) == role)
            columns += column;
    }
    return columns;
}

ChartRequest ChartRequest::forCells(const CellRange &cells, const ChartKind *kind)
{
    ChartRequest request { .cells = cells };
    QList<int> numbers = columnsOf(cells, ChartRole::Number);
    QList<int> times = columnsOf(cells, ChartRole::Time) + columnsOf(cells, ChartRole::TimeOfDay);
    const QList<int> texts = columnsOf(cells, ChartRole::Category);
    if (numbers.isEmpty()) {
        // How many rows a time has is worth a look; texts alone are the column profile's.
        request.kind = ChartKind::Histogram;
        request.series = times.mid(0, 1);
        return request;
    }
    if (!times.isEmpty()) {
        request.kind = ChartKind::Line;
        request.x = times.first();
    } else if (!texts.isEmpty()) {
        request.kind = ChartKind::Bar;
        request.x = texts.first();
    } else if (numbers.size() > 1) {
        request.kind = ChartKind::Scatter;
        request.x = numbers.takeFirst();
    } else {
        request.kind = ChartKind::Histogram;
    }
    if (kind)
        request.kind = *kind;
    const auto isFitting = [&](int column) { return request.kind == ChartKind::Bar || !texts.contains(column); };
    if (!isFitting(request.x))
        request.x = -1;
    request.series = numbers.mid(0, kMaximumSeries);
    return request;
}

Result<ChartData> ChartData::make(const ChartRequest &request, const CancelCheck &isCancelled)
{
    ChartData out;
    out.request = request;
    const std::shared_ptr<arrow::Schema> schema = request.cells.store ? request.cells.store->schema() : nullptr;
    out.rowCount = request.cells.rowCount;
    if (!schema || out.rowCount == 0) {
        out.reason = tr("There are no rows to draw");
        return out;
    }
    if (request.series.isEmpty()) {
        out.reason = tr("Nothing numeric is selected");
        return out;
    }
    const int axis = request.kind == ChartKind::Histogram ? request.series.first() : request.x;
    if (axis >= 0)
        out.xRole = ChartColumn::roleOf(*schema->field(axis));
    if (out.xRole == ChartRole::Category && request.kind != ChartKind::Bar) {
        out.reason = tr("Texts have no place on this axis: bars show them");
        return out;
    }
    for (const int column : request.series)
        out.isRounded = out.isRounded || ChartColumn::isRounded(*schema->field(column));
    if (auto done = Maker(request, isCancelled, out).run(); !done)
        return std::unexpected(done.error());
    if (!out.reason.isEmpty()) {
        out.series.clear();
        out.categories.clear();
    }
    return out;
}

QString ChartData::note() const
{
    QStringList parts;
    if (isFolded) {
        const QString fold = request.fold == ChartFold::Sum ? tr("sum")
            : request.fold == ChartFold::Average            ? tr("average")
            : request.fold == ChartFold::Minimum            ? tr("lowest")
                                                            : tr("highest");
        parts += tr("%1 of all rows with the same value").arg(fold);
    }
    if (isReduced)
        parts += tr("%1 rows drawn by what is seen of them, extremes kept").arg(countText(rowCount));
    if (leftOutCount > 0)
        parts += tr("%1 rows without a place on the x axis left out").arg(countText(leftOutCount));
    if (gapCount > 0)
        parts += request.kind == ChartKind::Line ? tr("%1 gaps").arg(countText(gapCount)) : tr("%1 values missing").arg(countText(gapCount));
    if (isRounded && request.kind != ChartKind::Histogram)
        parts += tr("drawn to 15 digits");
    return parts.join(u" · "_s);
}

} // namespace Grebe
