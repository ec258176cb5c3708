// SPDX-License-Identifier: Apache-2.0
#include "trinoplantext.h"

#include <QRegularExpression>

#include <algorithm>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

const auto referenceMark = u"\x1f"_s;

/// 1.50kB, 527B: airlift's DataSize counts in 1024; `105.90k` and `1.2M` are counts of thousands and millions.
std::optional<double> quantity(QStringView text, bool isBytes)
{
    qsizetype end = 0;
    while (end < text.size() && (text[end].isDigit() || text[end] == u'.' || text[end] == u'-'))
        ++end;
    bool isNumber = false;
    const double value = text.first(end).toDouble(&isNumber);
    if (!isNumber)
        return {};
    const QStringView unit = text.sliced(end).trimmed();
    if (unit.isEmpty() || unit == "B"_L1)
        return unit.isEmpty() || isBytes ? value : value * 1e9;
    const qsizetype step = QStringView(u"kMGTP").indexOf(unit.front());
    if (isBytes)
        return step < 0 ? std::nullopt : std::optional(value * double(qint64(1) << (10 * (step + 1))));
    switch (unit.front().unicode()) {
    case u'k':
    case u'K': return value * 1e3;
    case u'M': return value * 1e6;
    case u'T': return value * 1e12;
    case u'Q': return value * 1e15;
    default: return {};
    }
}

std::optional<std::chrono::nanoseconds> duration(QStringView text)
{
    static const std::pair<QLatin1StringView, double> units[] = { { "ns"_L1, 1 },    { "us"_L1, 1e3 },     { "ms"_L1, 1e6 },        { "s"_L1, 1e9 },
                                                                  { "m"_L1, 60e9 }, { "h"_L1, 3600e9 }, { "d"_L1, 86'400e9 } };
    qsizetype end = 0;
    while (end < text.size() && (text[end].isDigit() || text[end] == u'.'))
        ++end;
    bool isNumber = false;
    const double value = text.first(end).toDouble(&isNumber);
    const auto unit = std::ranges::find_if(units, [&](const auto &known) { return text.sliced(end) == known.first; });
    if (!isNumber || unit == std::end(units) || value * unit->second > 9e18)
        return {};
    return std::chrono::nanoseconds(qint64(value * unit->second));
}

/// "a, b[c, d]" at commas that stand in no bracket.
QStringList topLevelParts(QStringView text)
{
    QStringList parts;
    int depth = 0;
    qsizetype begin = 0;
    for (qsizetype i = 0; i <= text.size(); ++i) {
        const QChar c = i < text.size() ? text[i] : QChar(u',');
        if (c == u'[' || c == u'(' || c == u'{')
            ++depth;
        else if (c == u']' || c == u')' || c == u'}')
            --depth;
        else if (c == u',' && (depth <= 0 || i == text.size())) {
            if (const QStringView part = text.sliced(begin, i - begin).trimmed(); !part.isEmpty())
                parts << part.toString();
            begin = i + 1;
        }
    }
    return parts;
}

/// {rows: 15000 (263.67kB), cpu: 336.91k, memory: 0B, network: 0B}/{…}: the last is what comes out, costs add up.
PlanEstimate estimateOf(const QString &text)
{
    static const QRegularExpression step(uR"(\{(?:source: [^,]*, )?rows: (\S+)(?: \(([^)]+)\))?, cpu: ([^,}]+), memory: ([^,}]+), network: ([^,}]+)\})"_s);
    PlanEstimate estimate;
    const auto add = [](std::optional<double> &sum, std::optional<double> more) {
        if (more)
            sum = sum.value_or(0) + *more;
    };
    for (auto it = step.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        estimate.rowCount = quantity(match.captured(1), false);
        estimate.byteCount = quantity(match.captured(2), true);
        add(estimate.cpuCost, quantity(match.captured(3), false));
        add(estimate.memoryByteCount, quantity(match.captured(4), true));
        add(estimate.networkByteCount, quantity(match.captured(5), true));
    }
    return estimate;
}

void readRows(const QRegularExpressionMatch &match, std::optional<double> &rowCount, std::optional<double> &byteCount)
{
    rowCount = quantity(match.captured(1), false);
    byteCount = quantity(match.captured(2), true);
}

/// CPU: 1.00ms (0.09%), Scheduled: 14.00ms (0.06%), Blocked: 0.00ns (0.00%), Output: 5 rows (149B)
bool readActual(const QString &line, PlanActual &actual)
{
    static const QRegularExpression times(uR"((CPU|Scheduled|Blocked):? ([\d.]+[a-z]+))"_s);
    static const QRegularExpression output(uR"(Output: ([\d.]+[kMBTQ]?) rows? \(([^)]+)\))"_s);
    static const QRegularExpression input(uR"((?:^|, )Input: ([\d.]+[kMBTQ]?) rows? \(([^)]+)\))"_s);
    const bool isTimes = line.startsWith("CPU: "_L1);
    if (!isTimes && !line.startsWith("Input: "_L1))
        return false;
    if (isTimes) {
        for (auto it = times.globalMatch(line); it.hasNext();) {
            const QRegularExpressionMatch match = it.next();
            auto &time = match.captured(1) == "CPU"_L1 ? actual.cpu : match.captured(1) == "Blocked"_L1 ? actual.blocked : actual.scheduled;
            time = duration(match.captured(2));
        }
        if (const auto match = output.match(line); match.hasMatch())
            readRows(match, actual.rowCount, actual.byteCount);
    }
    if (const auto match = input.match(line); match.hasMatch())
        readRows(match, actual.inputRowCount, actual.inputByteCount);
    return isTimes;
}

void readDetail(PlanNode &node, const QString &line)
{
    if (line.startsWith("Layout: ["_L1) && line.endsWith(u']')) {
        node.outputs = topLevelParts(QStringView(line).sliced(9, line.size() - 10));
        return;
    }
    if (line.startsWith("Estimates: "_L1)) {
        node.estimate = estimateOf(line);
        return;
    }
    if (line.startsWith("Peak Memory: "_L1))
        node.actual.memoryByteCount = quantity(QStringView(line).sliced(13).split(u',').first(), true);
    // The times stand in columns of their own; a fragment's line says more than those hold.
    if (!readActual(line, node.actual) || node.kind == PlanNode::Kind::Fragment)
        node.details << line;
}

/// `TopN[count = 5, orderBy = [sum DESC]]`; PrestoDB: `TopN[PlanNodeId 4][5 by (sum DESC)] => [name:varchar]`.
PlanNode operatorOf(const QString &line)
{
    static const QRegularExpression planNodeId(uR"(^\[PlanNodeId ([\d,]+)\])"_s);
    PlanNode node;
    const qsizetype arrow = line.indexOf(" => ["_L1);
    QString head = arrow < 0 ? line : line.first(arrow);
    if (arrow >= 0 && line.endsWith(u']'))
        node.outputs = topLevelParts(QStringView(line).sliced(arrow + 5, line.size() - arrow - 6));
    const qsizetype bracket = head.indexOf(u'[');
    node.name = (bracket < 0 ? head : head.first(bracket)).trimmed();
    QString rest = bracket < 0 ? QString() : head.sliced(bracket);
    if (const auto match = planNodeId.match(rest); match.hasMatch()) {
        node.id = match.captured(1);
        rest = rest.sliced(match.capturedLength());
    }
    if (rest.startsWith(u'[') && rest.endsWith(u']'))
        rest = rest.sliced(1, rest.size() - 2);
    node.descriptor = rest;
    if (node.name == "RemoteSource"_L1 || node.name == "RemoteMerge"_L1) {
        static const QRegularExpression ids(uR"((?:^|\[)([\d, ]+)(?:\]|$))"_s);
        for (const QString &id : ids.match(rest).captured(1).split(u',', Qt::SkipEmptyParts))
            node.children << TrinoFragments::reference(id.trimmed());
    }
    return node;
}

/// A tree that grows line by line: an operator's column says below which earlier one it stands.
class TextTree
{
public:
    void add(qsizetype column, PlanNode node)
    {
        while (!m_open.empty() && m_open.back().column >= column)
            close();
        m_open.push_back({ column, std::move(node) });
    }
    bool isEmpty() const { return m_open.empty() && m_roots.isEmpty(); }
    PlanNode *last() { return m_open.empty() ? nullptr : &m_open.back().node; }
    QList<PlanNode> take()
    {
        while (!m_open.empty())
            close();
        return std::exchange(m_roots, {});
    }

private:
    struct Open
    {
        qsizetype column;
        PlanNode node;
    };

    void close()
    {
        PlanNode node = std::move(m_open.back().node);
        m_open.pop_back();
        (m_open.empty() ? m_roots : m_open.back().node.children) << node;
    }

    std::vector<Open> m_open;
    QList<PlanNode> m_roots;
};

} // namespace

PlanNode TrinoFragments::reference(const QString &id)
{
    return { .id = id, .name = referenceMark };
}

void TrinoFragments::add(const PlanNode &fragment)
{
    m_fragments.insert(fragment.id.toInt(), fragment);
}

QList<PlanNode> TrinoFragments::linked()
{
    // The outermost first: a fragment reads from those with greater numbers.
    QList<PlanNode> roots;
    while (!m_fragments.isEmpty()) {
        PlanNode root = m_fragments.take(m_fragments.firstKey());
        link(root);
        roots << root;
    }
    return roots;
}

void TrinoFragments::link(PlanNode &node)
{
    for (qsizetype i = node.children.size() - 1; i >= 0; --i) {
        PlanNode &child = node.children[i];
        if (child.name == referenceMark) {
            const auto found = m_fragments.find(child.id.toInt());
            if (found == m_fragments.end()) {
                node.children.removeAt(i);
                continue;
            }
            child = *found;
            m_fragments.erase(found); // before its own references are followed, so that none leads in a circle
        }
        link(child);
    }
}

Plan trinoPlanFromText(const QString &text)
{
    static const QRegularExpression fragmentLine(uR"(^Fragment (\d+) \[(.*)\]$)"_s);
    static const QRegularExpression operatorLine(uR"(^\w+(\[|$))"_s);
    Plan plan;
    TrinoFragments fragments;
    std::optional<PlanNode> fragment;
    TextTree tree;
    QStringList notes;
    const auto endFragment = [&] {
        if (fragment) {
            fragment->children = tree.take();
            fragments.add(*fragment);
            fragment.reset();
        }
    };
    const QStringList lines = text.split(u'\n');
    for (const QString &line : lines) {
        qsizetype column = 0;
        bool isBranch = false;
        while (column < line.size() && (line[column] == u' ' || line[column] == u'│' || line[column] == u'├' || line[column] == u'└' || line[column] == u'─')) {
            isBranch = isBranch || line[column] == u'├' || line[column] == u'└';
            ++column;
        }
        if (QStringView(line).sliced(column).startsWith("- "_L1) && line.size() > column + 2 && line[column + 2].isUpper()) {
            isBranch = true; // PrestoDB
            column += 2;
        }
        const QString words = line.sliced(column).trimmed();
        if (words.isEmpty())
            continue;
        if (const auto match = fragmentLine.match(line); match.hasMatch()) {
            endFragment();
            fragment = PlanNode { .kind = PlanNode::Kind::Fragment, .id = match.captured(1), .name = u"Fragment "_s + match.captured(1), .distribution = match.captured(2) };
        } else if (isBranch || (tree.isEmpty() && operatorLine.match(words).hasMatch())) {
            tree.add(column, operatorOf(words));
        } else if (PlanNode *node = tree.last()) {
            readDetail(*node, words);
        } else if (fragment) {
            readDetail(*fragment, words);
        } else {
            notes << words;
        }
    }
    endFragment();
    plan.roots = fragments.linked() + tree.take();
    plan.note = notes.join(u" · "_s);
    return plan;
}

} // namespace Grebe
