// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chartcolumn.h"

#include "extension/cellrange.h"

#include <QCoreApplication>
#include <QStringList>

#include <limits>
#include <vector>

namespace Grebe {

enum class ChartKind { Bar, Line, Scatter, Histogram };
/// What one bar says of several rows that have its category.
enum class ChartFold { Sum, Average, Minimum, Maximum };

/// What to draw: a value that a worker takes along.
///
/// Shape      columns are the result's own numbers. `x` of -1 is the row's place in `cells`; a histogram has none.
/// Units      `from` and `to` bound the part of the x axis that is looked at, as ChartColumn counts.
struct ChartRequest
{
    CellRange cells;
    ChartKind kind = ChartKind::Line;
    int x = -1;
    QList<int> series;
    ChartFold fold = ChartFold::Sum;
    double from = -std::numeric_limits<double>::infinity();
    double to = std::numeric_limits<double>::infinity();
    int pixelCount = 1200; ///< columns that a line is reduced to
    int categoryLimit = 24; ///< bars; the last of them stands for all others

    /// What one click draws of these columns: over time, else by category, else over the first number. Without `kind` the
    /// one that goes with it.
    static ChartRequest forCells(const CellRange &cells, const ChartKind *kind = nullptr);
    static QList<int> columnsOf(const CellRange &cells, ChartRole role); ///< in the order they are shown
    static constexpr int kMaximumSeries = 8;
};

/// The points of a chart, few enough to be drawn at once whatever the rows.
///
/// Shape      points of a line over time or numbers go up in x, and NaN in y is a gap. Beyond kExactPoints a line keeps of
///            every pixel column its first, lowest, highest and last point, and a scatter one point a spot and its
///            outermost: no extreme is lost. `row` is the result's row where the exact values are, -1 where a point
///            stands for several.
/// Errors     `reason` says in a person's words why there is nothing to draw; then there are no points.
/// Thread     make() any; it takes as long as the rows take to read, twice.
struct ChartData
{
    Q_DECLARE_TR_FUNCTIONS(ChartData)
public:
    struct Point
    {
        double x = 0;
        double y = 0;
        qint64 row = -1;
        qint64 rowCount = 1; ///< that it stands for
    };
    struct Series
    {
        int column = -1;
        std::vector<Point> points;
    };

    static constexpr qint64 kExactPoints = 20'000;
    static constexpr qint64 kMaximumCategories = 200'000;

    /// Fails only with Error::Code::Cancelled, or when rows on disk can't be read back.
    static Result<ChartData> make(const ChartRequest &request, const CancelCheck &isCancelled = {});

    ChartRequest request;
    ChartRole xRole = ChartRole::None; ///< None: row numbers
    std::vector<Series> series;
    QStringList categories; ///< bars stand at 0, 1, …
    double binWidth = 0; ///< of a histogram, whose points' x is where a bin begins
    qint64 rowCount = 0;
    qint64 gapCount = 0; ///< values that are NULL or no finite number
    qint64 leftOutCount = 0; ///< rows without a place on the x axis
    qint64 notPositiveCount = 0; ///< values a log scale has no place for
    double lowest = 0; ///< of all y values
    double highest = 0;
    bool isReduced = false; ///< not every row is a point
    bool isFolded = false; ///< a bar stands for several rows
    bool isRounded = false; ///< values have more digits than a double
    int otherCount = 0; ///< categories in the last bar
    QString reason;

    /// The same in a line for people; empty when every row is drawn as it is.
    QString note() const;
};

} // namespace Grebe
