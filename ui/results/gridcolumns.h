// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QtGlobal>

#include <vector>

namespace Grebe {

/// Which columns of a result are shown, in which order, how wide, and how many of the first ones stay in place.
///
/// Shape      a value. "Shown" numbers count columns from the left as they are seen, "source" numbers are the result's.
///            Frozen columns are the first shown ones; the others scroll beside them.
/// Units      widths and positions in device-independent pixels; position 0 is the first shown column's left edge.
class GridColumns
{
public:
    void reset(int count, int width);

    int sourceCount() const { return int(m_widths.size()); }
    int count() const { return int(m_order.size()); }
    int source(int shown) const { return m_order[size_t(shown)]; }
    int shown(int source) const; ///< -1: it is hidden
    QList<int> sources(int firstShown, int lastShown) const;

    int width(int shown) const { return m_widths[size_t(source(shown))]; }
    int sourceWidth(int source) const { return m_widths[size_t(source)]; }
    void setSourceWidth(int source, int width);
    void setSourceWidths(const std::vector<int> &widths);

    void move(int fromShown, int toShown);
    void hide(int shown); ///< the last one stays
    void show(int source); ///< a hidden one, at the right end
    void showAll();
    bool isHidden(int source) const { return shown(source) < 0; }
    int hiddenCount() const { return sourceCount() - count(); }
    bool isMoved() const; ///< not in the result's order

    void setFrozen(int count);
    int frozen() const { return m_frozen; }
    int frozenWidth() const { return left(m_frozen); }

    int left(int shown) const { return m_lefts[size_t(shown)]; } ///< also of count(): the right edge of all
    int totalWidth() const { return m_lefts.back(); }
    /// The column at a position, -1 beyond the last; O(log columns).
    int at(int position) const;

private:
    void place();

    std::vector<int> m_widths; // by source
    std::vector<int> m_order; // shown to source
    std::vector<int> m_shown; // source to shown
    std::vector<int> m_lefts { 0 }; // by shown, one more than columns
    int m_frozen = 0;
};

} // namespace Grebe
