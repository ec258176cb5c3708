// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <KTextEditor/Document>

namespace Grebe {

/// Between a position in the whole text and a line and column of the document.
inline qsizetype toPosition(const KTextEditor::Document &document, KTextEditor::Cursor cursor)
{
    qsizetype position = 0;
    const int last = qMin(cursor.line(), document.lines());
    for (int line = 0; line < last; ++line)
        position += document.lineLength(line) + 1;
    return position + cursor.column();
}

inline KTextEditor::Cursor toCursor(const KTextEditor::Document &document, qsizetype position)
{
    const int lines = document.lines();
    for (int line = 0; line < lines; ++line) {
        const int length = document.lineLength(line);
        if (position <= length)
            return { line, int(qMax<qsizetype>(0, position)) };
        position -= length + 1;
    }
    return document.documentEnd();
}

} // namespace Grebe
