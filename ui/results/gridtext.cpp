// SPDX-License-Identifier: Apache-2.0
#include "gridtext.h"

#include <QFontMetrics>
#include <QPainter>
#include <QTextLayout>

#include <algorithm>

namespace Grebe {

namespace {

constexpr char16_t kEllipsis = 0x2026;

// No combining marks, no script that joins its letters or runs from right to left.
bool standsAlone(char16_t code)
{
    return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x300 && code != 0xad)
        || (code >= 0x370 && code < 0x483) || (code >= 0x48a && code < 0x530) || (code >= 0x2010 && code < 0x2028)
        || (code >= 0x20a0 && code < 0x20c0) || (code >= 0x2190 && code < 0x2300) || (code >= 0x2400 && code < 0x2424)
        || code == 0x27e8 || code == 0x27e9;
}

} // namespace

void GridText::setFont(const QFont &font)
{
    if (m_font == font && !m_table.empty())
        return;
    m_font = font;
    m_table.assign(kTableSize, {});
    m_others.clear();
    const QFontMetrics metrics(font);
    m_height = metrics.height();
    m_ascent = metrics.ascent();
    m_raw = QRawFont::fromFont(font);
}

// Laid out as a text of one character, so that the font's features (figures of one width) and fallbacks are seen.
GridText::Glyph GridText::lookUp(char16_t code) const
{
    Glyph glyph { 0, 0 };
    if (!standsAlone(code))
        return glyph;
    QTextLayout layout(QString(QChar(code)), m_font);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    layout.endLayout();
    const QList<QGlyphRun> runs = line.glyphRuns();
    // Blanks have no run of their own in some fonts.
    if (code == 0x20 || code == 0xa0) {
        glyph.index = m_raw.glyphIndexesForString(QStringLiteral(" ")).value(0);
        glyph.advance = float(QFontMetricsF(m_font).horizontalAdvance(QChar(u' ')));
        return glyph;
    }
    if (runs.size() != 1 || runs[0].glyphIndexes().size() != 1 || runs[0].rawFont() != m_raw)
        return glyph;
    glyph.index = runs[0].glyphIndexes().front();
    glyph.advance = float(line.naturalTextWidth());
    return glyph;
}

const GridText::Glyph &GridText::glyph(char16_t code)
{
    Glyph &found = code < kTableSize ? m_table[code] : m_others.try_emplace(code).first->second;
    if (found.advance < 0)
        found = lookUp(code);
    return found;
}

GridText::Run &GridText::run(const QColor &color)
{
    for (Run &run : m_runs) {
        if (run.color == color)
            return run;
    }
    return m_runs.emplace_back(Run { color, {}, {} });
}

qreal GridText::width(const QString &text)
{
    qreal width = 0;
    for (const QChar character : text) {
        const Glyph &found = glyph(character.unicode());
        if (found.index == 0)
            return QFontMetricsF(m_font).horizontalAdvance(text);
        width += qreal(found.advance);
    }
    return width;
}

void GridText::add(const QRect &room, const QString &text, bool isRight, const QColor &color)
{
    if (text.isEmpty() || room.width() <= 0)
        return;
    Run &run = this->run(color);
    const size_t begin = run.glyphs.size();
    const qreal limit = room.width();
    const qreal baseline = room.top() + (room.height() - m_height) / 2 + m_ascent;
    const Glyph ellipsis = glyph(kEllipsis);
    qreal x = 0;
    size_t keep = 0; // glyphs that leave room for an ellipsis
    qreal keepWidth = 0;
    bool isCut = false;
    for (const QChar character : text) {
        const Glyph &found = glyph(character.unicode());
        if (found.index == 0 || ellipsis.index == 0) {
            run.glyphs.resize(begin);
            run.positions.resize(begin);
            m_rest.push_back(Rest { room, text, color, isRight });
            return;
        }
        if (x + qreal(found.advance) > limit + 0.5) {
            isCut = true;
            break;
        }
        run.glyphs.push_back(found.index);
        run.positions.emplace_back(x, baseline);
        x += qreal(found.advance);
        if (x + qreal(ellipsis.advance) <= limit) {
            keep = run.glyphs.size() - begin;
            keepWidth = x;
        }
    }
    if (isCut) {
        run.glyphs.resize(begin + keep);
        run.positions.resize(begin + keep);
        run.glyphs.push_back(ellipsis.index);
        run.positions.emplace_back(keepWidth, baseline);
        x = keepWidth + qreal(ellipsis.advance);
    }
    const qreal left = isRight ? room.right() + 1 - x : room.left();
    for (size_t i = begin; i < run.positions.size(); ++i)
        run.positions[i].rx() += left;
}

void GridText::flush(QPainter &painter)
{
    for (Run &run : m_runs) {
        if (run.glyphs.empty())
            continue;
        QGlyphRun glyphs;
        glyphs.setRawFont(m_raw);
        glyphs.setRawData(run.glyphs.data(), run.positions.data(), int(run.glyphs.size()));
        painter.setPen(run.color);
        painter.drawGlyphRun(QPointF(), glyphs);
        run.glyphs.clear();
        run.positions.clear();
    }
    if (m_rest.empty())
        return;
    painter.setFont(m_font);
    const QFontMetrics metrics(m_font);
    for (const Rest &rest : m_rest) {
        painter.setPen(rest.color);
        const bool fits = metrics.horizontalAdvance(rest.text) <= rest.room.width();
        // The side is the column's, whatever direction its text runs in.
        painter.drawText(rest.room,
                         int((rest.isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignAbsolute | Qt::AlignVCenter
                             | Qt::TextSingleLine),
                         fits ? rest.text : metrics.elidedText(rest.text, Qt::ElideRight, rest.room.width()));
    }
    m_rest.clear();
}

} // namespace Grebe
