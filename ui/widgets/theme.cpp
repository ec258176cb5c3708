// SPDX-License-Identifier: Apache-2.0
#include "theme.h"

#include "style.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QGuiApplication>
#include <QStyleFactory>
#include <QStyleHints>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct Shade
{
    QRgb light;
    QRgb dark;
};

// In the order of Theme::Role.
constexpr Shade kShades[] = {
    { 0x5f6a72, 0x9aa5ad }, // Subdued
    { 0xd4d8db, 0x3b4147 }, // Line
    { 0x2980b9, 0x4aa3df }, // Accent: replaced by the palette's highlight
    { 0xd6e9f5, 0x1f3d52 }, // AccentBackground
    { 0xffffff, 0x0d1b26 }, // OnAccent
    { 0xcfe6f5, 0x254d68 }, // Selection
    { 0xe4ecf1, 0x30363b }, // Hover
    { 0xf2f4f5, 0x22272b }, // Gutter
    { 0x1b7a41, 0x4cc38a }, // Ok
    { 0x955400, 0xf0b252 }, // Warning
    { 0xfff3da, 0x3a2f1a }, // WarningBackground
    { 0xb93527, 0xff7b6b }, // Failure
    { 0xfdecea, 0x43231f }, // FailureBackground
    { 0x2471a3, 0x5fb4ee }, // Running
    { 0x6b757c, 0x8d979f }, // Null
    { 0x1f5fa8, 0x6bb2f0 }, // Keyword
    { 0x6c3fa0, 0xc39bf0 }, // Function
    { 0x9a3b1e, 0xe8a07c }, // String
    { 0x855500, 0xe0c06a }, // Number
    { 0x636c75, 0x87929b }, // Comment
    { 0x27925a, 0x4cc38a }, // Dev
    { 0xb7791f, 0xf0b252 }, // Test
    { 0xc0392b, 0xff7b6b }, // Prod
};

// Okabe and Ito's set ("Color Universal Design", 2008), darker where it stands on white and lighter where on black.
constexpr Shade kSeries[] = {
    { 0x0072b2, 0x56b4e9 }, { 0xd55e00, 0xff9455 }, { 0x00855f, 0x2fc29a }, { 0xb8578f, 0xe191c0 },
    { 0xa67400, 0xe9b000 }, { 0x2f94c9, 0x9fd6f7 }, { 0x6a51a3, 0xb9a3f0 }, { 0x5f6a72, 0xaab4bb },
};

QPalette makePalette(bool dark)
{
    const auto pick = [dark](QRgb light, QRgb night) { return QColor(dark ? night : light); };
    const QColor window = pick(0xeff0f1, 0x2a2e32);
    const QColor base = pick(0xfcfcfc, 0x1d2124);
    const QColor text = pick(0x232629, 0xe6e9eb);
    const QColor accent = pick(0x2980b9, 0x4aa3df);
    const QColor faint = pick(0x9aa1a7, 0x6b757d);

    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, pick(0xf5f6f7, 0x212529));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, window);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, pick(0xffffff, 0xffffff));
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, pick(0xffffff, 0x0d1b26));
    palette.setColor(QPalette::Accent, accent);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::PlaceholderText, pick(0x6b757c, 0x8d979f));
    palette.setColor(QPalette::Link, pick(0x1f6fa8, 0x5fb4ee));
    palette.setColor(QPalette::LinkVisited, pick(0x6c3fa0, 0xc39bf0));
    palette.setColor(QPalette::Light, pick(0xffffff, 0x3b4147));
    palette.setColor(QPalette::Midlight, pick(0xf5f6f7, 0x32373c));
    palette.setColor(QPalette::Mid, pick(0xc6cbcf, 0x3b4147));
    palette.setColor(QPalette::Dark, pick(0xaab1b6, 0x16191c));
    palette.setColor(QPalette::Shadow, pick(0x4d5559, 0x0c0e10));
    for (const auto role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText })
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, pick(0xc6cbcf, 0x3b4147));
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, faint);
    return palette;
}

} // namespace

bool Theme::isDark(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < 128;
}

QColor Theme::color(const QPalette &palette, Role role)
{
    switch (role) {
    case Accent:
        return palette.color(QPalette::Highlight);
    case OnAccent:
        return palette.color(QPalette::HighlightedText);
    default:
        break;
    }
    const Shade shade = kShades[role];
    return QColor(isDark(palette) ? shade.dark : shade.light);
}

QColor Theme::seriesColor(const QPalette &palette, int series)
{
    const Shade shade = kSeries[series % int(std::size(kSeries))];
    return QColor(isDark(palette) ? shade.dark : shade.light);
}

QColor Theme::mix(const QColor &base, const QColor &over, qreal share)
{
    const auto between = [share](float a, float b) { return float(a + (b - a) * share); };
    return QColor::fromRgbF(between(base.redF(), over.redF()), between(base.greenF(), over.greenF()),
                            between(base.blueF(), over.blueF()));
}

void Theme::apply(Scheme scheme)
{
    QStyleHints *hints = QGuiApplication::styleHints();
    hints->setColorScheme(scheme == Light ? Qt::ColorScheme::Light
                                          : scheme == Dark ? Qt::ColorScheme::Dark : Qt::ColorScheme::Unknown);
    if (QStyleFactory::keys().contains("breeze"_L1, Qt::CaseInsensitive)) {
        QApplication::setStyle(u"breeze"_s);
        if (scheme == System)
            return;
    } else {
        QApplication::setStyle(new Style);
    }
    // Without a desktop there is nobody whose fonts to follow, and Qt's own default is a size too small.
    if (qEnvironmentVariableIsEmpty("XDG_CURRENT_DESKTOP")) {
        QFont font = QApplication::font();
        font.setPixelSize(13);
        QApplication::setFont(font);
    }
    const bool dark = scheme == Dark || (scheme == System && hints->colorScheme() == Qt::ColorScheme::Dark);
    QApplication::setPalette(makePalette(dark));
}

Theme::Scheme Theme::schemeFromText(const QString &text)
{
    return text == "light"_L1 ? Light : text == "dark"_L1 ? Dark : System;
}

QFont Theme::fixedFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(QFontInfo(QGuiApplication::font()).pixelSize());
    font.setFeature(QFont::Tag("liga"), 0);
    font.setFeature(QFont::Tag("clig"), 0);
    font.setFeature(QFont::Tag("calt"), 0);
    return font;
}

QFont Theme::smallFont(const QFont &base)
{
    QFont font = base;
    font.setPixelSize(qMax(11, QFontInfo(base).pixelSize() - 2));
    return font;
}

QFont Theme::tabularFont(const QFont &base)
{
    QFont font = base;
    font.setFeature(QFont::Tag("tnum"), 1);
    return font;
}

} // namespace Grebe
