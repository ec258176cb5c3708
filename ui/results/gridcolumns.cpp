// SPDX-License-Identifier: Apache-2.0
#include "gridcolumns.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace Grebe {

void GridColumns::reset(int count, int width)
{
    m_widths.assign(size_t(count), width);
    m_frozen = 0;
    showAll();
}

int GridColumns::shown(int source) const
{
    return source >= 0 && size_t(source) < m_shown.size() ? m_shown[size_t(source)] : -1;
}

QList<int> GridColumns::sources(int firstShown, int lastShown) const
{
    QList<int> list;
    for (int shown = std::max(0, firstShown); shown <= lastShown && shown < count(); ++shown)
        list += source(shown);
    return list;
}

void GridColumns::setSourceWidth(int source, int width)
{
    m_widths[size_t(source)] = width;
    place();
}

void GridColumns::setSourceWidths(const std::vector<int> &widths)
{
    m_widths = widths;
    place();
}

void GridColumns::move(int fromShown, int toShown)
{
    if (fromShown == toShown || fromShown < 0 || toShown < 0 || fromShown >= count() || toShown >= count())
        return;
    const int source = m_order[size_t(fromShown)];
    m_order.erase(m_order.begin() + fromShown);
    m_order.insert(m_order.begin() + toShown, source);
    // What is dragged over the border of the frozen columns joins or leaves them.
    if (fromShown >= m_frozen && toShown < m_frozen)
        ++m_frozen;
    else if (fromShown < m_frozen && toShown >= m_frozen)
        --m_frozen;
    place();
}

void GridColumns::hide(int shown)
{
    if (count() < 2 || shown < 0 || shown >= count())
        return;
    m_order.erase(m_order.begin() + shown);
    if (shown < m_frozen)
        --m_frozen;
    place();
}

void GridColumns::show(int source)
{
    if (source < 0 || source >= sourceCount() || !isHidden(source))
        return;
    m_order.push_back(source);
    place();
}

void GridColumns::showAll()
{
    m_order.resize(m_widths.size());
    std::iota(m_order.begin(), m_order.end(), 0);
    place();
}

bool GridColumns::isMoved() const
{
    return !std::is_sorted(m_order.begin(), m_order.end());
}

void GridColumns::setFrozen(int count)
{
    m_frozen = std::clamp(count, 0, this->count());
}

int GridColumns::at(int position) const
{
    if (position < 0 || position >= totalWidth())
        return -1;
    return int(std::upper_bound(m_lefts.begin(), m_lefts.end(), position) - m_lefts.begin()) - 1;
}

void GridColumns::place()
{
    m_frozen = std::min(m_frozen, count());
    m_shown.assign(m_widths.size(), -1);
    m_lefts.assign(m_order.size() + 1, 0);
    qint64 left = 0;
    for (size_t i = 0; i < m_order.size(); ++i) {
        m_shown[size_t(m_order[i])] = int(i);
        left = std::min<qint64>(left + m_widths[size_t(m_order[i])], std::numeric_limits<int>::max() / 2);
        m_lefts[i + 1] = int(left);
    }
}

} // namespace Grebe
