// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <arrow/memory_pool.h>

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <malloc.h>

using namespace Qt::StringLiterals;

namespace {

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

bool isMoreBetter(const QString &unit)
{
    return unit.endsWith(u"/s");
}

} // namespace

double Report::milliseconds(const std::function<void()> &work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return double(timer.nsecsElapsed()) / 1e6;
}

qint64 Report::ownMemory()
{
    QFile file(u"/proc/self/status"_s);
    if (!file.open(QFile::ReadOnly))
        return 0;
    qint64 kilobytes = 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
            kilobytes += line.mid(line.indexOf(':') + 1).trimmed().split(' ').first().toLongLong();
    }
    return kilobytes * 1024;
}

void Report::releaseMemory()
{
    arrow::default_memory_pool()->ReleaseUnused();
    ::malloc_trim(0);
}

void Report::compare(Figure figure, const std::function<void()> &ours, const std::function<void()> &theirs, int rounds)
{
    std::vector<double> mine, others, ratios;
    for (int round = 0; round < rounds; ++round) {
        mine.push_back(milliseconds(ours));
        others.push_back(milliseconds(theirs));
        ratios.push_back(others.back() / mine.back());
    }
    figure.unit = u"ms"_s;
    figure.value = median(mine);
    figure.peerValue = median(others);
    add(figure, median(ratios));
}

void Report::measure(Figure figure, const std::function<void()> &ours, int rounds)
{
    std::vector<double> mine;
    for (int round = 0; round < rounds; ++round)
        mine.push_back(milliseconds(ours));
    figure.unit = u"ms"_s;
    figure.value = median(mine);
    add(figure);
}

void Report::add(const Figure &figure, std::optional<double> ratio)
{
    if (!ratio && figure.peerValue)
        ratio = isMoreBetter(figure.unit) ? figure.value / *figure.peerValue : *figure.peerValue / figure.value;
    Row row { figure, ratio, {} };
    if (figure.goal)
        row.isMet = isMoreBetter(figure.unit) ? figure.value >= *figure.goal : figure.value <= *figure.goal;
    if (figure.ratioGoal && ratio)
        row.isMet = row.isMet.value_or(true) && *ratio >= *figure.ratioGoal;
    QJsonObject line { { u"metric"_s, figure.metric }, { u"name"_s, figure.name }, { u"value"_s, figure.value }, { u"unit"_s, figure.unit } };
    if (figure.goal)
        line[u"goal"_s] = *figure.goal;
    if (figure.peerValue) {
        line[u"peer"_s] = figure.peer;
        line[u"peerValue"_s] = *figure.peerValue;
        line[u"ratio"_s] = *ratio;
    }
    if (row.isMet)
        line[u"isMet"_s] = *row.isMet;
    std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
    m_rows.push_back(row);

    static std::vector<char> from(64 << 20, 1), to(from.size());
    m_copyTimes.push_back(milliseconds([] { std::memcpy(to.data(), from.data(), from.size()); }));
}

void Report::note(const QString &text)
{
    std::fprintf(stderr, "%s\n", qPrintable(text));
}

int Report::end()
{
    int missed = 0;
    const auto number = [](double value) { return QString::number(value, 'g', value < 100 ? 3 : 6); };
    QStringList metrics;
    for (const Row &row : m_rows) {
        if (!metrics.contains(row.figure.metric))
            metrics << row.figure.metric;
    }
    for (const QString &metric : std::as_const(metrics)) {
        std::fprintf(stderr, "\n| %s | goal | reached | beside it | ratio | its goal | |\n|---|---|---|---|---|---|---|\n", qPrintable(metric));
        for (const Row &row : m_rows) {
            const Figure &figure = row.figure;
            if (figure.metric != metric)
                continue;
            missed += row.isMet == false;
            const QStringList cells {
                figure.name, figure.goal ? number(*figure.goal) + u' ' + figure.unit : QString(), number(figure.value) + u' ' + figure.unit,
                figure.peerValue ? u"%1: %2"_s.arg(figure.peer, number(*figure.peerValue)) : QString(),
                row.ratio ? number(*row.ratio) + u'x' : QString(), figure.ratioGoal ? number(*figure.ratioGoal) + u'x' : QString(),
                row.isMet ? (*row.isMet ? u"met"_s : u"MISSED"_s) : QString() };
            std::fprintf(stderr, "| %s |\n", qPrintable(cells.join(u" | ")));
        }
    }
    const auto [least, most] = std::ranges::minmax_element(m_copyTimes);
    if (!m_copyTimes.empty() && *most > 1.5 * *least) {
        std::fprintf(stderr, "\nnoisy: the same copy of memory took %.1f to %.1f ms; only ratios mean something, and they not much\n",
                     *least, *most);
    }
    return missed;
}
