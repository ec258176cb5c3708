// SPDX-License-Identifier: Apache-2.0
#include "trinostats.h"

#include "trinojson.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr size_t kLongestText = 1000; // bytes

qint64 count(const simdjson::dom::element &object, std::string_view key)
{
    simdjson::dom::element value;
    if (object[key].get(value) != simdjson::SUCCESS)
        return 0;
    int64_t number;
    if (value.get(number) == simdjson::SUCCESS)
        return std::max<qint64>(0, number);
    double real;
    if (value.get(real) != simdjson::SUCCESS || !(real > 0))
        return 0;
    return real < 9.2e18 ? qint64(real) : std::numeric_limits<qint64>::max();
}

int smallCount(const simdjson::dom::element &object, std::string_view key)
{
    return int(std::min<qint64>(count(object, key), std::numeric_limits<int>::max()));
}

std::chrono::milliseconds milliseconds(const simdjson::dom::element &object, std::string_view key)
{
    return std::chrono::milliseconds(count(object, key));
}

bool flag(const simdjson::dom::element &object, std::string_view key)
{
    bool value;
    return object[key].get(value) == simdjson::SUCCESS && value;
}

// Recursion ends: the parser took at most 1,024 levels.
StageProgress stage(const simdjson::dom::element &object)
{
    StageProgress result;
    result.id = jsonText(object, "stageId", kLongestText);
    result.state = jsonText(object, "state", kLongestText).toLower();
    result.isDone = flag(object, "done");
    result.nodeCount = smallCount(object, "nodes");
    result.splitsDone = count(object, "completedSplits");
    result.splitsRunning = count(object, "runningSplits");
    result.splitsTotal = count(object, "totalSplits");
    result.rowCount = count(object, "processedRows");
    result.byteCount = count(object, "processedBytes");
    result.failedTasks = smallCount(object, "failedTasks");
    result.cpu = milliseconds(object, "cpuTimeMillis");
    simdjson::dom::array parts;
    if (object["subStages"].get(parts) == simdjson::SUCCESS) {
        for (const simdjson::dom::element part : parts) {
            if (part.is_object())
                result.stages.append(stage(part));
        }
    }
    return result;
}

struct StateWord
{
    const char *name;
    Progress::State state;
    const char *words;
};

// Source: QueryState in Trino; the words are ours.
constexpr StateWord kStates[] = {
    {"QUEUED", Progress::State::Queued, "queued"},
    {"WAITING_FOR_PREREQUISITES", Progress::State::Queued, "waiting for prerequisites"},
    {"WAITING_FOR_RESOURCES", Progress::State::Queued, "waiting for resources"},
    {"DISPATCHING", Progress::State::Queued, "being dispatched"},
    {"PLANNING", Progress::State::Planning, "planning"},
    {"STARTING", Progress::State::Starting, "starting"},
    {"RUNNING", Progress::State::Running, "running"},
    {"FINISHING", Progress::State::Finishing, "finishing"},
    {"FINISHED", Progress::State::Finished, "finished"},
    {"FAILED", Progress::State::Finished, "failed"},
};

} // namespace

Progress trinoProgress(const simdjson::dom::element &stats)
{
    Progress progress;
    const QString state = jsonText(stats, "state", kLongestText);
    const auto known = std::ranges::find_if(kStates, [&](const StateWord &word) { return state == QLatin1StringView(word.name); });
    if (known != std::end(kStates)) {
        progress.state = known->state;
        progress.text = QString::fromLatin1(known->words);
    } else {
        progress.state = Progress::State::Running;
        progress.text = state.toLower().replace(u'_', u' ');
    }
    progress.isTotalKnown = flag(stats, "scheduled");
    progress.rowCount = count(stats, "processedRows");
    progress.byteCount = count(stats, "processedBytes");
    progress.splitsDone = count(stats, "completedSplits");
    progress.splitsRunning = count(stats, "runningSplits");
    progress.splitsTotal = count(stats, "totalSplits");
    progress.peakMemoryBytes = count(stats, "peakMemoryBytes");
    progress.spilledBytes = count(stats, "spilledBytes");
    progress.nodeCount = smallCount(stats, "nodes");
    progress.elapsed = milliseconds(stats, "elapsedTimeMillis");
    progress.queued = milliseconds(stats, "queuedTimeMillis");
    progress.planning = milliseconds(stats, "planningTimeMillis");
    progress.cpu = milliseconds(stats, "cpuTimeMillis");
    double percent;
    if (stats["progressPercentage"].get(percent) == simdjson::SUCCESS && !std::isnan(percent))
        progress.percent = std::clamp(percent, 0.0, 100.0);
    else if (progress.isTotalKnown && progress.splitsTotal > 0) // Presto sends no percentage
        progress.percent = std::clamp(100.0 * double(progress.splitsDone) / double(progress.splitsTotal), 0.0, 100.0);
    simdjson::dom::element root;
    if (stats["rootStage"].get(root) == simdjson::SUCCESS && root.is_object())
        progress.stages.append(stage(root));
    return progress;
}

} // namespace Grebe
