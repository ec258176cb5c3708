// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <functional>
#include <optional>
#include <vector>

/// The figures of one run: a JSON line each on stdout as they come, tables on stderr at the end.
///
/// Shape      `metric` is the document's name for it (G3, D7), `name` says what was measured; a figure with a goal is met
///            or not. Peers are measured in the same run, by turns with ours, and the ratio is the median over rounds.
/// Units      as `unit` says; "ms" and "MB" get better when they fall, "rows/s" when it rises.
class Report
{
public:
    struct Figure
    {
        QString metric;
        QString name;
        double value = 0;
        QString unit;
        std::optional<double> goal {};
        QString peer {};
        std::optional<double> peerValue {};
        std::optional<double> ratioGoal {}; ///< how many times better than the peer
    };

    /// `ratio` where it is known better than from the two values.
    void add(const Figure &figure, std::optional<double> ratio = {});
    /// Runs both by turns; the figure's value and peerValue are the medians in milliseconds.
    void compare(Figure figure, const std::function<void()> &ours, const std::function<void()> &theirs, int rounds = 5);
    /// The median of some runs, in milliseconds.
    void measure(Figure figure, const std::function<void()> &ours, int rounds = 5);
    /// Something to know that is no figure.
    void note(const QString &text);
    /// The tables, one a metric. How many goals were missed.
    int end();

    static double milliseconds(const std::function<void()> &work);
    /// Bytes of this process that are nobody else's: of the heap, of its stacks, of memory files.
    static qint64 ownMemory();
    /// Gives freed memory back to the system, so that the next figure starts level.
    static void releaseMemory();

private:
    struct Row
    {
        Figure figure;
        std::optional<double> ratio;
        std::optional<bool> isMet;
    };
    std::vector<Row> m_rows;
    std::vector<double> m_copyTimes; // of the same memory copy again and again: how quiet the machine is
};

// The sections; main.cpp lists them. A section takes its numbers from nowhere but this run.
void benchStore(Report &report); ///< D7, G3
void benchArrival(Report &report); ///< D6, G3
void benchGrid(Report &report); ///< G1, G2
void benchOrder(Report &report); ///< G4
void benchExport(Report &report); ///< X1
