// SPDX-License-Identifier: Apache-2.0
#include "duckdbplan.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString textOf(const QJsonValue &value)
{
    if (!value.isArray())
        return value.toVariant().toString();
    QStringList parts;
    for (const QJsonValue &part : value.toArray())
        parts << part.toVariant().toString();
    return parts.join(u", "_s);
}

std::optional<double> number(const QJsonValue &value)
{
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

std::chrono::nanoseconds nanoseconds(double seconds)
{
    return std::chrono::nanoseconds(qint64(seconds * 1e9));
}

PlanNode nodeOf(const QJsonObject &object)
{
    PlanNode node;
    node.name = object.contains("name"_L1) ? object["name"_L1].toString() : object["type"_L1].toString();
    const QJsonObject extra = object["extra_info"_L1].toObject();
    for (auto it = extra.begin(); it != extra.end(); ++it) {
        const QString text = textOf(it.value());
        if (it.key() == "Estimated Cardinality"_L1)
            node.estimate.rowCount = text.toDouble();
        else
            node.details << text.split(u'\n').join(u' ').prepend(it.key() + u": "_s);
    }
    // What an operator is about, in DuckDB's own order of importance.
    for (const auto key : { "Table"_L1, "Conditions"_L1, "Groups"_L1, "Filters"_L1, "Expression"_L1, "Order By"_L1, "Projections"_L1, "Function"_L1 }) {
        if (extra.contains(key)) {
            node.descriptor = textOf(extra[key]);
            break;
        }
    }
    node.actual.rowCount = number(object["intermediate_rows"_L1]);
    node.actual.byteCount = number(object["intermediate_size_bytes"_L1]);
    node.actual.inputRowCount = number(object["rows_scanned"_L1]);
    if (const auto seconds = number(object["timing"_L1]))
        node.actual.cpu = nanoseconds(*seconds);
    for (const QJsonValue &child : object["children"_L1].toArray())
        node.children << nodeOf(child.toObject());
    return node;
}

/// The operators that are there because of EXPLAIN ANALYZE itself.
PlanNode withoutFrame(PlanNode node)
{
    while (node.children.size() == 1
           && (node.name == "RESULT_COLLECTOR"_L1 || node.name == "EXECUTE"_L1 || node.name == "EXPLAIN_ANALYZE"_L1)) {
        PlanNode inner = node.children.takeFirst();
        node = std::move(inner);
    }
    return node;
}

} // namespace

Result<QString> duckdbExplain(const QString &sql, PlanKind kind)
{
    switch (kind) {
    case PlanKind::Distributed:
    case PlanKind::Validate: return u"EXPLAIN (FORMAT JSON)\n"_s + sql;
    case PlanKind::Analyze: return u"EXPLAIN (ANALYZE, FORMAT JSON)\n"_s + sql;
    case PlanKind::Logical:
    case PlanKind::Io: break;
    }
    return std::unexpected(Error { .code = Error::Code::NotImplemented, .message = u"DuckDB tells its physical plan only."_s });
}

Plan duckdbPlan(const QString &text, PlanKind kind)
{
    Plan plan { .kind = kind, .text = text };
    if (kind == PlanKind::Validate) {
        plan.note = u"The statement is valid."_s;
        return plan;
    }
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
    const QJsonArray operators = document.isArray() ? document.array() : document.object()["operator"_L1].toArray();
    for (const QJsonValue &root : operators)
        plan.roots << withoutFrame(nodeOf(root.toObject()));
    if (plan.roots.isEmpty())
        plan.note = u"This plan is in a form that is not known here; its text is whole."_s;
    const QJsonObject query = document.object()["query"_L1].toObject();
    if (const auto seconds = number(query["total_time"_L1]))
        plan.note = u"%1 ms in all, %2 ms of CPU"_s.arg(*seconds * 1e3, 0, 'f', 1).arg(query["cpu_time"_L1].toDouble() * 1e3, 0, 'f', 1);
    setCpuShares(plan);
    return plan;
}

} // namespace Grebe
