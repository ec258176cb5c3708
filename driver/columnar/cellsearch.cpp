// SPDX-License-Identifier: Apache-2.0
#include "extension/cellrange.h"

#include "extension/columnformatter.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 kCheckRows = 4096;

char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c + 32) : c;
}

/// One text looked for in many: bytes alone as long as it is ASCII, which is nearly always.
class Needle
{
public:
    explicit Needle(const QString &text) : m_text(text), m_bytes(text.toStdString())
    {
        m_isAscii = std::all_of(m_bytes.begin(), m_bytes.end(), [](char c) { return uchar(c) < 0x80; });
        std::transform(m_bytes.begin(), m_bytes.end(), m_bytes.begin(), folded);
    }

    bool isIn(const std::string &value) const
    {
        if (!m_isAscii)
            return QString::fromStdString(value).contains(m_text, Qt::CaseInsensitive);
        if (value.size() < m_bytes.size())
            return false;
        const char first = m_bytes.front();
        const size_t last = value.size() - m_bytes.size();
        for (size_t i = 0; i <= last; ++i) {
            if (folded(value[i]) != first)
                continue;
            size_t k = 1;
            while (k < m_bytes.size() && folded(value[i + k]) == m_bytes[k])
                ++k;
            if (k == m_bytes.size())
                return true;
        }
        return false;
    }

private:
    const QString m_text;
    std::string m_bytes;
    bool m_isAscii = true;
};

Error cancelled()
{
    return { .code = Error::Code::Cancelled, .message = u"Stopped."_s };
}

/// Reads the cells of a range one after the other, in either direction.
class Reader
{
public:
    Reader(const CellRange &range, const QString &text) : m_range(range), m_needle(text)
    {
        const std::shared_ptr<arrow::Schema> schema = range.store->schema();
        for (const int column : range.columns)
            m_formatters.emplace_back(schema->field(column));
    }

    bool hasRow(qint64 position)
    {
        const qint64 row = m_range.rowAt ? m_range.rowAt(position) : position;
        if (m_place.batch && row >= m_place.firstRow && row - m_place.firstRow < m_place.batch->num_rows())
            m_place.row = row - m_place.firstRow;
        else
            m_place = m_range.store->place(row);
        return m_place.batch != nullptr;
    }

    bool matches(int index)
    {
        m_value.clear();
        return m_formatters[size_t(index)].appendText(*m_place.batch, m_range.columns[index], m_place.row, m_value)
            && m_needle.isIn(m_value);
    }

private:
    const CellRange &m_range;
    const Needle m_needle;
    std::vector<ColumnFormatter> m_formatters;
    ResultStore::Place m_place;
    std::string m_value;
};

} // namespace

Result<qint64> countMatches(const CellRange &range, const QString &text, const CancelCheck &isCancelled,
                            const std::function<void(qint64)> &found)
{
    if (text.isEmpty() || !range.store || !range.store->schema())
        return 0;
    Reader reader(range, text);
    const int columnCount = int(range.columns.size());
    qint64 count = 0;
    const qint64 end = range.firstPosition + range.rowCount;
    for (qint64 position = range.firstPosition; position < end; ++position) {
        if (position % kCheckRows == 0) {
            if (isCancelled && isCancelled())
                return std::unexpected(cancelled());
            if (found)
                found(count);
        }
        if (!reader.hasRow(position))
            break;
        for (int i = 0; i < columnCount; ++i)
            count += reader.matches(i);
    }
    return count;
}

Result<CellPosition> findMatch(const CellRange &range, const QString &text, CellPosition from, bool isBackward,
                               const CancelCheck &isCancelled)
{
    const qint64 columnCount = range.columns.size();
    const qint64 cells = range.cellCount();
    if (text.isEmpty() || cells <= 0 || !range.store || !range.store->schema())
        return CellPosition();
    Reader reader(range, text);
    const qint64 step = isBackward ? -1 : 1;
    qint64 cell = from.isValid() ? (from.position - range.firstPosition) * columnCount + from.columnIndex
                                 : isBackward ? cells : -1;
    qint64 shownRow = -1;
    bool isThere = false;
    // Once around; the cell it started from comes last.
    for (qint64 i = 0; i < cells; ++i) {
        cell = (cell + step + cells) % cells;
        const qint64 row = cell / columnCount;
        if (row != shownRow) {
            shownRow = row;
            isThere = reader.hasRow(range.firstPosition + row);
            if (row % kCheckRows == 0 && isCancelled && isCancelled())
                return std::unexpected(cancelled());
        }
        if (isThere && reader.matches(int(cell % columnCount)))
            return CellPosition { range.firstPosition + row, int(cell % columnCount) };
    }
    return CellPosition();
}

} // namespace Grebe
