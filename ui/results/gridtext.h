// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QGlyphRun>
#include <QList>
#include <QRawFont>
#include <QRect>

#include <unordered_map>
#include <vector>

class QPainter;

namespace Grebe {

/// Draws thousands of short texts at once: all of one colour as a single run of glyphs.
///
/// Shape      add() takes texts, flush() draws them; between the two the painter's clip must not change. Characters that
///            stand alone (Latin, Greek, Cyrillic, figures, common signs) are looked up one by one, without shaping,
///            which is what makes it fast; a text with any other character is laid out by Qt when it is flushed. A text
///            wider than its room ends in an ellipsis.
/// Units      device-independent pixels.
/// Thread     GUI.
class GridText
{
public:
    void setFont(const QFont &font);
    const QFont &font() const { return m_font; }

    qreal width(const QString &text);
    void add(const QRect &room, const QString &text, bool isRight, const QColor &color);
    void flush(QPainter &painter);

private:
    struct Glyph
    {
        quint32 index = 0;
        float advance = -1; ///< below 0: not looked up yet; index 0 then: not a glyph that stands alone
    };
    struct Run
    {
        QColor color;
        std::vector<quint32> glyphs;
        std::vector<QPointF> positions;
    };
    struct Rest
    {
        QRect room;
        QString text;
        QColor color;
        bool isRight = false;
    };

    const Glyph &glyph(char16_t code);
    Glyph lookUp(char16_t code) const;
    Run &run(const QColor &color);

    static constexpr char16_t kTableSize = 0x530;

    QFont m_font;
    QRawFont m_raw;
    int m_height = 0;
    int m_ascent = 0;
    std::vector<Glyph> m_table;
    std::unordered_map<char16_t, Glyph> m_others;
    std::vector<Run> m_runs;
    std::vector<Rest> m_rest;
};

} // namespace Grebe
