// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace Grebe {

/// The colours and fonts that a palette has no role for: the one place in Grebe where a colour is spelled.
///
/// Shape      a role is asked with the palette it must go with, so that it follows light, dark and a widget's own palette:
///            `Theme::color(palette(), Theme::Line)`. Nothing is kept between calls.
/// Units      contrast of text roles is at least 4.5:1 against Base and Window of the two palettes made here.
/// Thread     GUI.
class Theme
{
public:
    enum Scheme { System, Light, Dark };
    enum Role {
        Subdued, ///< types, ages, hints
        Line, ///< between panes, around fields
        Accent, ///< the palette's highlight: run button, current cell's outline, underline of the active tab
        AccentBackground, ///< behind a chosen segment
        OnAccent, ///< text and icons on Accent
        Selection, ///< selected rows and cells, under text in the normal colour
        Hover,
        Gutter, ///< behind line numbers
        Ok,
        Warning,
        WarningBackground,
        Failure,
        FailureBackground,
        Running,
        Null, ///< the word NULL in a grid
        Keyword,
        Function,
        String,
        Number,
        Comment,
        Dev, ///< kinds of connections
        Test,
        Prod
    };

    static bool isDark(const QPalette &palette);
    static QColor color(const QPalette &palette, Role role);
    /// Of one of eight series of a chart; told apart also by people who see fewer colours.
    static QColor seriesColor(const QPalette &palette, int series);
    /// `base` and `over` in between: 0 is base, 1 is over.
    static QColor mix(const QColor &base, const QColor &over, qreal share);

    /// Takes the scheme for the whole application: palette, and the style where Fusion has to stand in for Breeze.
    static void apply(Scheme scheme);
    static Scheme schemeFromText(const QString &text); ///< "light", "dark", anything else is System

    static QFont fixedFont(); ///< the system's fixed font at the editor's size, without ligatures
    static QFont smallFont(const QFont &base); ///< one step smaller, never below 11 px
    static QFont tabularFont(const QFont &base); ///< all figures of the same width
};

} // namespace Grebe
