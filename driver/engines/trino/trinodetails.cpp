// SPDX-License-Identifier: Apache-2.0
#include "trinodetails.h"

#include "trinojson.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kMaxWords = 3;
constexpr size_t kMaxLength = 200;

/// `20261121_182729_00275_trizh.4` or, where each try of a stage has a number, `….4.0` in a query id of no dots: "4".
QString stageNumber(const QString &stageId)
{
    return stageId.section(u'.', 1, 1);
}

/// "join" for `join`, `.JoinNode`, `com.facebook.presto.sql.planner.plan.JoinNode`; empty for what only moves rows.
QString wordFor(const QString &type)
{
    static const QHash<QString, QString> words {
        { u"join"_s, u"join"_s },
        { u"semijoin"_s, u"join"_s },
        { u"spatialjoin"_s, u"join"_s },
        { u"indexjoin"_s, u"join"_s },
        { u"aggregation"_s, u"aggregate"_s },
        { u"distinctlimit"_s, u"distinct"_s },
        { u"markdistinct"_s, u"distinct"_s },
        { u"sort"_s, u"sort"_s },
        { u"topn"_s, u"top rows"_s },
        { u"limit"_s, u"limit"_s },
        { u"window"_s, u"window"_s },
        { u"rownumber"_s, u"window"_s },
        { u"topnranking"_s, u"window"_s },
        { u"topnrownumber"_s, u"window"_s },
        { u"patternrecognition"_s, u"match"_s },
        { u"unnest"_s, u"unnest"_s },
        { u"values"_s, u"values"_s },
        { u"tablescan"_s, u"scan"_s },
        { u"tablewriter"_s, u"write"_s },
        { u"mergewriter"_s, u"write"_s },
        { u"tablefinish"_s, u"commit"_s },
        { u"tabledelete"_s, u"delete"_s },
        { u"output"_s, u"output"_s },
    };
    QString name = type.section(u'.', -1).toLower();
    if (name.endsWith("node"_L1))
        name.chop(4);
    return words.value(name);
}

struct Work
{
    QStringList words;
    QStringList tables;

    void add(QStringList &list, const QString &name)
    {
        if (!name.isEmpty() && !list.contains(name))
            list << name;
    }
};

// From the root of the plan to its leaves. Recursion ends: the parser took at most 1,024 levels.
void collectWork(const simdjson::dom::element &value, Work &work)
{
    if (value.is_array()) {
        for (const simdjson::dom::element part : value.get_array().value_unsafe())
            collectWork(part, work);
    } else if (value.is_object()) {
        simdjson::dom::element id;
        if (value["id"].get(id) == simdjson::SUCCESS) { // expressions have a type and no id
            const QString word = wordFor(jsonText(value, "@type", kMaxLength));
            work.add(work.words, word);
            simdjson::dom::element handle; // Presto's
            if (word == "scan"_L1 && value.at_pointer("/table/connectorHandle").get(handle) == simdjson::SUCCESS)
                work.add(work.tables, jsonText(handle, "tableName", kMaxLength));
        }
        for (const auto &[key, part] : value.get_object().value_unsafe())
            collectWork(part, work);
    }
}

void collectStage(const simdjson::dom::element &stage, TrinoDetails &details)
{
    if (!stage.is_object())
        return;
    Work work;
    simdjson::dom::element root;
    if (stage.at_pointer("/plan/root").get(root) == simdjson::SUCCESS)
        collectWork(root, work);
    simdjson::dom::object tables;
    if (stage["tables"].get(tables) == simdjson::SUCCESS) {
        for (const auto &[node, table] : tables)
            work.add(work.tables, jsonText(table, "tableName", kMaxLength).section(u'.', -1));
    }
    QStringList words = work.words.first(std::min(work.words.size(), kMaxWords));
    if (const qsizetype scan = words.indexOf("scan"_L1); scan >= 0 && !work.tables.isEmpty())
        words[scan] += u' ' + work.tables.join(", "_L1);
    const QString number = stageNumber(jsonText(stage, "stageId", kMaxLength));
    if (!number.isEmpty() && !words.isEmpty())
        details.stageNames.insert(number, words.join(", "_L1));
    for (const char *key : { "subStages", "stages" }) {
        simdjson::dom::array parts;
        if (stage[key].get(parts) == simdjson::SUCCESS) {
            for (const simdjson::dom::element part : parts)
                collectStage(part, details);
        }
    }
}

void nameStages(QList<StageProgress> &stages, const QHash<QString, QString> &names)
{
    for (StageProgress &stage : stages) {
        stage.name = names.value(stage.id);
        nameStages(stage.stages, names);
    }
}

} // namespace

void TrinoDetails::addTo(Progress &progress) const
{
    if (!resourceGroup.isEmpty()) {
        progress.queueReason = resourceGroup;
        if (progress.text == "queued"_L1)
            progress.text = u"queued in "_s + resourceGroup;
    }
    nameStages(progress.stages, stageNames);
}

TrinoDetails trinoDetails(QByteArrayView json)
{
    TrinoDetails details;
    simdjson::dom::parser parser;
    simdjson::dom::element query;
    if (parser.parse(json.data(), size_t(json.size()), false).get(query) != simdjson::SUCCESS || !query.is_object())
        return details;
    simdjson::dom::array group;
    if (query["resourceGroupId"].get(group) == simdjson::SUCCESS) {
        QStringList parts;
        for (const simdjson::dom::element part : group) {
            std::string_view name;
            if (part.get(name) == simdjson::SUCCESS && parts.size() < 20)
                parts << QString::fromUtf8(name.data(), qsizetype(std::min(name.size(), kMaxLength)));
        }
        details.resourceGroup = parts.join(u'.');
    }
    for (const char *key : { "stages", "outputStage" }) {
        simdjson::dom::element stages;
        if (query[key].get(stages) == simdjson::SUCCESS)
            collectStage(stages, details);
    }
    return details;
}

} // namespace Grebe
