// SPDX-License-Identifier: Apache-2.0
#include "planmodel.h"

#include "results/cellformatter.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString countOf(std::optional<double> count)
{
    if (!count)
        return {};
    return *count < 10 && *count != std::floor(*count) ? QLocale().toString(*count, 'f', 1) : QLocale().toString(*count, 'f', 0);
}

QString sizeOf(std::optional<double> bytes)
{
    return bytes && *bytes < 9e18 ? sizeText(qint64(*bytes)) : QString();
}

QString timeOf(std::optional<std::chrono::nanoseconds> time)
{
    if (!time)
        return {};
    const double milliseconds = double(time->count()) / 1e6;
    return milliseconds < 10 ? PlanModel::tr("%1 ms").arg(QLocale().toString(milliseconds, 'f', milliseconds < 1 && milliseconds > 0 ? 2 : 1))
                             : durationText(qint64(milliseconds));
}

template<typename Visit>
void visit(const QList<PlanNode> &nodes, const Visit &action)
{
    for (const PlanNode &node : nodes) {
        action(node);
        visit(node.children, action);
    }
}

bool isMisjudged(const PlanNode &node)
{
    if (node.kind != PlanNode::Kind::Operator || !node.actual.rowCount || !node.estimate.rowCount)
        return false;
    const double actual = qMax(1.0, *node.actual.rowCount);
    const double expected = qMax(1.0, *node.estimate.rowCount);
    return qMax(actual, expected) >= 10 * qMin(actual, expected) && qMax(actual, expected) >= 100;
}

QString detailText(const PlanNode &node)
{
    QStringList lines { node.name };
    const auto add = [&lines](const QString &caption, const QString &value) {
        if (!value.isEmpty())
            lines << caption + u": "_s + value;
    };
    if (!node.descriptor.isEmpty())
        lines << node.descriptor;
    add(PlanModel::tr("distribution"), node.distribution);
    QStringList estimate;
    const auto part = [](QStringList &parts, const QString &caption, const QString &value) {
        if (!value.isEmpty())
            parts << caption + u' ' + value;
    };
    part(estimate, PlanModel::tr("rows"), countOf(node.estimate.rowCount));
    part(estimate, PlanModel::tr("size"), sizeOf(node.estimate.byteCount));
    part(estimate, PlanModel::tr("CPU cost"), countOf(node.estimate.cpuCost));
    part(estimate, PlanModel::tr("memory"), sizeOf(node.estimate.memoryByteCount));
    part(estimate, PlanModel::tr("network"), sizeOf(node.estimate.networkByteCount));
    add(PlanModel::tr("expected"), estimate.join(u", "_s));
    QStringList actual;
    part(actual, PlanModel::tr("rows"), countOf(node.actual.rowCount));
    part(actual, PlanModel::tr("size"), sizeOf(node.actual.byteCount));
    part(actual, PlanModel::tr("rows in"), countOf(node.actual.inputRowCount));
    part(actual, PlanModel::tr("size in"), sizeOf(node.actual.inputByteCount));
    part(actual, PlanModel::tr("CPU"), timeOf(node.actual.cpu));
    part(actual, PlanModel::tr("scheduled"), timeOf(node.actual.scheduled));
    part(actual, PlanModel::tr("blocked"), timeOf(node.actual.blocked));
    part(actual, PlanModel::tr("peak memory"), sizeOf(node.actual.memoryByteCount));
    add(PlanModel::tr("took"), actual.join(u", "_s));
    if (!node.outputs.isEmpty())
        lines << QString() << PlanModel::tr("Output") << u"  "_s + node.outputs.join(u"\n  "_s);
    if (!node.details.isEmpty())
        lines << QString() << PlanModel::tr("Details") << u"  "_s + node.details.join(u"\n  "_s);
    return lines.join(u'\n');
}

} // namespace

PlanModel::PlanModel(QObject *parent) : QAbstractItemModel(parent), m_root(std::make_unique<Entry>()) { }

PlanModel::~PlanModel() = default;

void PlanModel::setPlan(const Plan &plan)
{
    beginResetModel();
    m_plan = plan;
    m_root = std::make_unique<Entry>();
    build(*m_root, std::as_const(m_plan).roots);
    m_wholeCost = 0;
    bool hasRows = false;
    bool hasSize = false;
    bool hasCpu = false;
    visit(std::as_const(m_plan).roots, [&](const PlanNode &node) {
        hasRows = hasRows || node.estimate.rowCount;
        hasSize = hasSize || node.estimate.byteCount || node.actual.byteCount;
        hasCpu = hasCpu || (plan.isAnalyzed() ? node.actual.cpu.has_value() : node.estimate.cpuCost.has_value());
        if (node.kind != PlanNode::Kind::Fragment)
            m_wholeCost += node.estimate.cpuCost.value_or(0);
    });
    m_columns = { Operator };
    if (plan.isAnalyzed())
        m_columns.push_back(ActualRows);
    if (hasRows)
        m_columns.push_back(EstimatedRows);
    if (hasSize)
        m_columns.push_back(Size);
    if (hasCpu) {
        m_columns.push_back(Cpu);
        m_columns.push_back(Share);
    }
    endResetModel();
}

void PlanModel::build(Entry &entry, const QList<PlanNode> &nodes)
{
    for (const PlanNode &node : nodes) {
        auto child = std::make_unique<Entry>();
        child->node = &node;
        child->parent = &entry;
        child->row = int(entry.children.size());
        build(*child, node.children);
        entry.children.push_back(std::move(child));
    }
}

const PlanModel::Entry *PlanModel::entry(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<const Entry *>(index.internalPointer()) : m_root.get();
}

QModelIndex PlanModel::index(int row, int column, const QModelIndex &parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column, entry(parent)->children[size_t(row)].get()) : QModelIndex();
}

QModelIndex PlanModel::parent(const QModelIndex &index) const
{
    const Entry *up = index.isValid() ? entry(index)->parent : nullptr;
    return up && up != m_root.get() ? createIndex(up->row, 0, up) : QModelIndex();
}

int PlanModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : int(entry(parent)->children.size());
}

int PlanModel::columnCount(const QModelIndex &) const
{
    return int(m_columns.size());
}

std::optional<double> PlanModel::share(const PlanNode &node) const
{
    if (node.kind == PlanNode::Kind::Fragment)
        return {};
    if (m_plan.isAnalyzed())
        return node.actual.cpuShare;
    if (!node.estimate.cpuCost || m_wholeCost <= 0)
        return {};
    return *node.estimate.cpuCost / m_wholeCost;
}

QString PlanModel::text(const PlanNode &node, Column column) const
{
    switch (column) {
    case Operator: return node.name;
    case ActualRows: return countOf(node.actual.rowCount);
    case EstimatedRows: return countOf(node.estimate.rowCount);
    case Size: return sizeOf(m_plan.isAnalyzed() ? node.actual.byteCount : node.estimate.byteCount);
    case Cpu: return m_plan.isAnalyzed() ? timeOf(node.actual.cpu) : countOf(node.estimate.cpuCost);
    case Share: {
        const std::optional<double> part = share(node);
        return part ? tr("%1 %").arg(QLocale().toString(*part * 100, 'f', 1)) : QString();
    }
    }
    return {};
}

QVariant PlanModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const PlanNode &node = *entry(index)->node;
    const Column column = columnAt(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(node, column);
    case Qt::TextAlignmentRole:
        return int((column == Operator ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::AccessibleTextRole: {
        QStringList words { node.name, node.kind == PlanNode::Kind::Fragment ? node.distribution : node.descriptor };
        for (const Column other : m_columns) {
            if (other != Operator && !text(node, other).isEmpty())
                words << headerData(int(std::ranges::find(m_columns, other) - m_columns.begin()), Qt::Horizontal).toString() + u' ' + text(node, other);
        }
        return words.join(u", "_s);
    }
    case Qt::ToolTipRole:
        if (column == ActualRows && isMisjudged(node))
            return tr("%1 rows were expected").arg(countOf(node.estimate.rowCount));
        return column == Operator && !node.descriptor.isEmpty() ? u"<qt>"_s + node.descriptor.toHtmlEscaped() + u"</qt>"_s : QString();
    case DetailRole:
        return column != Operator ? QVariant() : node.kind == PlanNode::Kind::Fragment ? singleLine(node.distribution) : singleLine(node.descriptor);
    case ShareRole: {
        const std::optional<double> part = column == Share ? share(node) : std::nullopt;
        return part ? QVariant(*part) : QVariant();
    }
    case IsMisjudgedRole:
        return column == ActualRows && isMisjudged(node);
    case DetailTextRole:
        return detailText(node);
    default:
        return {};
    }
}

QVariant PlanModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((columnAt(section) == Operator ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (columnAt(section)) {
    case Operator: return m_plan.kind == PlanKind::Io ? tr("table") : tr("operator");
    case ActualRows: return tr("rows");
    case EstimatedRows: return m_plan.isAnalyzed() ? tr("expected rows") : tr("rows");
    case Size: return tr("size");
    case Cpu: return m_plan.isAnalyzed() ? tr("CPU") : tr("CPU cost");
    case Share: return m_plan.isAnalyzed() ? tr("of CPU") : tr("of cost");
    }
    return {};
}

} // namespace Grebe
