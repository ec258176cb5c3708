// SPDX-License-Identifier: Apache-2.0
#include "trinoplan.h"

#include "trinoplantext.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

/// The server writes NaN as a text where it does not know.
std::optional<double> number(const QJsonValue &value)
{
    if (!value.isDouble())
        return {};
    return value.toDouble();
}

/// A node that is several steps in one (scan, filter, project) has an estimate for each: the last is what comes out, and
/// the costs add up.
PlanEstimate estimateOf(const QJsonValue &value)
{
    QJsonArray steps = value.toArray();
    if (value.isObject())
        steps = { value };
    PlanEstimate estimate;
    const auto add = [](std::optional<double> &sum, std::optional<double> more) {
        if (more)
            sum = sum.value_or(0) + *more;
    };
    for (const QJsonValue &step : std::as_const(steps)) {
        const QJsonObject object = step.toObject();
        estimate.rowCount = number(object["outputRowCount"_L1]);
        estimate.byteCount = number(object["outputSizeInBytes"_L1]);
        add(estimate.cpuCost, number(object["cpuCost"_L1]));
        add(estimate.memoryByteCount, number(object["memoryCost"_L1]));
        add(estimate.memoryByteCount, number(object["maxMemory"_L1]));
        add(estimate.networkByteCount, number(object["networkCost"_L1]));
    }
    return estimate;
}

QString withoutBrackets(QString text)
{
    if (text.startsWith(u'[') && text.endsWith(u']'))
        text = text.sliced(1, text.size() - 2);
    return text;
}

QStringList sourcesOf(const QJsonObject &object)
{
    QStringList ids;
    for (const QJsonValue &id : object["remoteSources"_L1].toArray())
        ids << id.toVariant().toString();
    const QString listed = object["descriptor"_L1].toObject()["sourceFragmentIds"_L1].toString();
    for (const QString &id : withoutBrackets(listed).split(u',', Qt::SkipEmptyParts))
        ids << id.trimmed();
    return ids;
}

PlanNode nodeOf(const QJsonObject &object)
{
    PlanNode node;
    node.id = object["id"_L1].toVariant().toString();
    node.name = object["name"_L1].toString();
    const QJsonObject descriptor = object["descriptor"_L1].toObject();
    QStringList words;
    for (auto it = descriptor.begin(); it != descriptor.end(); ++it) {
        const QString value = it.value().toVariant().toString();
        if (!value.isEmpty() && value != "[]"_L1)
            words << it.key() + u" = "_s + value;
    }
    node.descriptor = descriptor.isEmpty() ? withoutBrackets(object["identifier"_L1].toString()) : words.join(u", "_s);
    for (const QJsonValue &output : object["outputs"_L1].toArray()) {
        const QJsonObject symbol = output.toObject();
        const QString name = symbol.contains("name"_L1) ? symbol["name"_L1].toString() : symbol["symbol"_L1].toString();
        node.outputs << (output.isString() ? output.toString() : name + u':' + symbol["type"_L1].toString());
    }
    if (object["details"_L1].isString())
        node.details = object["details"_L1].toString().split(u'\n', Qt::SkipEmptyParts);
    for (const QJsonValue &detail : object["details"_L1].toArray())
        node.details << detail.toString().split(u'\n', Qt::SkipEmptyParts);
    node.estimate = estimateOf(object["estimates"_L1]);
    for (const QJsonValue &child : object["children"_L1].toArray())
        node.children << nodeOf(child.toObject());
    for (const QString &id : sourcesOf(object))
        node.children << TrinoFragments::reference(id);
    return node;
}

QString boundsOf(const QJsonObject &range)
{
    const QJsonObject low = range["low"_L1].toObject();
    const QJsonObject high = range["high"_L1].toObject();
    const QString from = low["value"_L1].toVariant().toString();
    const QString to = high["value"_L1].toVariant().toString();
    const bool fromExact = low["bound"_L1].toString() == "EXACTLY"_L1;
    const bool toExact = high["bound"_L1].toString() == "EXACTLY"_L1;
    if (low.contains("value"_L1) && high.contains("value"_L1)) {
        return from == to && fromExact && toExact ? u"= "_s + from
                                                  : u"%1 %2 and %3 %4"_s.arg(fromExact ? u"≥"_s : u">"_s, from, toExact ? u"≤"_s : u"<"_s, to);
    }
    if (low.contains("value"_L1))
        return (fromExact ? u"≥ "_s : u"> "_s) + from;
    if (high.contains("value"_L1))
        return (toExact ? u"≤ "_s : u"< "_s) + to;
    return u"any"_s;
}

QString fullName(const QJsonObject &table)
{
    const QJsonObject inSchema = table["schemaTable"_L1].toObject();
    return QStringList { table["catalog"_L1].toString(), inSchema["schema"_L1].toString(), inSchema["table"_L1].toString() }.join(u'.');
}

QStringList constraintsOf(const QJsonObject &info)
{
    QStringList lines;
    const QJsonObject constraint = info["constraint"_L1].toObject();
    if (constraint["none"_L1].toBool())
        lines << u"nothing of it is read"_s;
    // Before 430 or so, and in PrestoDB, they stood beside the table.
    const QJsonArray columns = info.contains("columnConstraints"_L1) ? info["columnConstraints"_L1].toArray()
                                                                     : constraint["columnConstraints"_L1].toArray();
    for (const QJsonValue &value : columns) {
        const QJsonObject column = value.toObject();
        const QJsonObject domain = column["domain"_L1].toObject();
        QStringList ranges;
        for (const QJsonValue &range : domain["ranges"_L1].toArray())
            ranges << boundsOf(range.toObject());
        if (domain["nullsAllowed"_L1].toBool())
            ranges << u"NULL"_s;
        lines << column["columnName"_L1].toString() + u' ' + ranges.join(u" or "_s);
    }
    return lines;
}

Plan ioPlan(const QJsonObject &object)
{
    Plan plan;
    const QJsonArray inputs = object["inputTableColumnInfos"_L1].toArray();
    for (const QJsonValue &value : inputs) {
        const QJsonObject info = value.toObject();
        PlanNode node { .kind = PlanNode::Kind::Table, .name = fullName(info["table"_L1].toObject()), .descriptor = u"read"_s };
        node.details = constraintsOf(info);
        node.estimate = estimateOf(info["estimate"_L1]);
        plan.roots << node;
    }
    const QJsonObject output = object["outputTable"_L1].toObject();
    if (!output.isEmpty())
        plan.roots << PlanNode { .kind = PlanNode::Kind::Table, .name = fullName(output), .descriptor = u"written"_s,
                                 .estimate = estimateOf(object["estimate"_L1]) };
    return plan;
}

} // namespace

TrinoExplainText trinoExplain(const QString &sql, PlanKind kind, int version)
{
    // On a line of its own, so that the columns of errors stay as they are.
    switch (kind) {
    case PlanKind::Logical:
        return { .sql = (version > 0 && version < 479 ? u"EXPLAIN (TYPE LOGICAL, FORMAT JSON)\n"_s : u"EXPLAIN (FORMAT JSON)\n"_s) + sql };
    case PlanKind::Distributed: return { .sql = u"EXPLAIN (FORMAT JSON)\n"_s + sql };
    case PlanKind::Io: return { .sql = u"EXPLAIN (TYPE IO, FORMAT JSON)\n"_s + sql };
    case PlanKind::Validate: return { .sql = u"EXPLAIN (TYPE VALIDATE)\n"_s + sql };
    case PlanKind::Analyze: return { .sql = u"EXPLAIN ANALYZE\n"_s + sql };
    }
    return { .sql = sql, .prefixLines = 0 };
}

Plan trinoPlan(const QString &text, PlanKind kind)
{
    Plan plan;
    const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
    if (kind == PlanKind::Validate) {
        plan.note = u"The statement is valid."_s;
    } else if (object.contains("inputTableColumnInfos"_L1)) {
        plan = ioPlan(object);
    } else if (object.contains("name"_L1)) {
        TrinoFragments fragments; // of one, so that nothing in it waits for another
        fragments.add({ .kind = PlanNode::Kind::Fragment, .id = u"0"_s, .children = { nodeOf(object) } });
        plan.roots = fragments.linked().first().children;
    } else if (!object.isEmpty()) {
        TrinoFragments fragments;
        for (auto it = object.begin(); it != object.end(); ++it) {
            QJsonObject root = it.value().toObject();
            if (root["plan"_L1].isObject())
                root = root["plan"_L1].toObject();
            fragments.add({ .kind = PlanNode::Kind::Fragment, .id = it.key(), .name = u"Fragment "_s + it.key(),
                            .children = { nodeOf(root) } });
        }
        plan.roots = fragments.linked();
    } else {
        plan = trinoPlanFromText(text);
    }
    plan.kind = kind;
    plan.text = text;
    if (plan.roots.isEmpty() && kind != PlanKind::Validate)
        plan.note = u"This server's plan is in a form that is not known here; its text is whole."_s;
    setCpuShares(plan);
    return plan;
}

} // namespace Grebe
