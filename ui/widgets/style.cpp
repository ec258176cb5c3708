// SPDX-License-Identifier: Apache-2.0
#include "style.h"

#include "icons.h"
#include "theme.h"

#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QStyleOption>
#include <QTabBar>
#include <QTableView>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kScrollBarExtent = 12;
constexpr int kCellMargin = 8; // of a header's text and of a table's cells
constexpr int kHeaderHeight = 28;
constexpr int kRowHeight = 22;

void drawFrame(QPainter *painter, const QRect &rect, const QColor &line, const QBrush &fill)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(line, 1));
    painter->setBrush(fill);
    painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter->restore();
}

void drawChevron(QPainter *painter, const QPointF &centre, bool down, const QColor &color)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    painter->translate(centre);
    if (down)
        painter->drawPolyline(QPolygonF({ { -3, -1.5 }, { 0, 1.5 }, { 3, -1.5 } }));
    else
        painter->drawPolyline(QPolygonF({ { -1.5, -3 }, { 1.5, 0 }, { -1.5, 3 } }));
    painter->restore();
}

// A scroll bar lies on what it scrolls: a form has the window's colour, a list the base.
QColor surfaceBeside(const QWidget *bar, const QPalette &palette)
{
    for (const QWidget *widget = bar; widget && !widget->isWindow(); widget = widget->parentWidget()) {
        if (const auto *area = qobject_cast<const QAbstractScrollArea *>(widget))
            return area->viewport()->palette().color(area->viewport()->backgroundRole());
    }
    return palette.color(QPalette::Base);
}

bool isFlat(const QWidget *widget)
{
    return widget && widget->property("grebeFlat").toBool();
}

} // namespace

Style::Style() : QProxyStyle(u"fusion"_s) { }

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                          const QWidget *widget) const
{
    const QPalette &palette = option->palette;
    switch (element) {
    case PE_PanelLineEdit: {
        const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option);
        if (isFlat(widget) || (frame && frame->lineWidth <= 0)) {
            if (!isFlat(widget))
                painter->fillRect(option->rect, palette.brush(QPalette::Base));
            return;
        }
        const bool focus = option->state & State_HasFocus;
        drawFrame(painter, option->rect, Theme::color(palette, focus ? Theme::Accent : Theme::Line),
                  option->state & State_Enabled ? palette.brush(QPalette::Base) : palette.brush(QPalette::Window));
        return;
    }
    case PE_FrameLineEdit:
    case PE_FrameTabBarBase:
        return;
    case PE_IndicatorTabClose: {
        if (option->state & State_MouseOver)
            drawFrame(painter, option->rect, Theme::color(palette, Theme::Line), Theme::color(palette, Theme::Hover));
        Icons::paint(painter, option->rect.adjusted(2, 2, -2, -2), u"close"_s,
                     Theme::color(palette, option->state & State_MouseOver ? Theme::Failure : Theme::Subdued));
        return;
    }
    case PE_IndicatorBranch:
        if (option->state & State_Children) {
            drawChevron(painter, QRectF(option->rect).center(), option->state & State_Open,
                        Theme::color(palette, Theme::Subdued));
        }
        return;
    case PE_PanelItemViewRow:
    case PE_PanelItemViewItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionViewItem *>(option);
        if (!item)
            break;
        if (item->state & State_Selected)
            painter->fillRect(item->rect, Theme::color(palette, Theme::Selection));
        else if (element == PE_PanelItemViewItem && (item->state & State_MouseOver))
            painter->fillRect(item->rect, Theme::color(palette, Theme::Hover));
        return;
    }
    case PE_PanelButtonCommand: {
        const bool isDefault = [option] {
            const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option);
            return button && (button->features & QStyleOptionButton::DefaultButton);
        }();
        const QColor line = Theme::color(palette, option->state & State_HasFocus || isDefault ? Theme::Accent : Theme::Line);
        QColor fill = palette.color(QPalette::Window);
        if (option->state & (State_Sunken | State_On))
            fill = Theme::color(palette, Theme::Selection);
        else if (option->state & State_MouseOver)
            fill = Theme::color(palette, Theme::Hover);
        drawFrame(painter, option->rect, line, fill);
        return;
    }
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: {
        const bool isOn = option->state & (State_On | State_NoChange);
        const bool isEnabled = option->state & State_Enabled;
        const QColor accent = Theme::color(palette, isEnabled ? Theme::Accent : Theme::Subdued);
        // Without a mark the frame alone says what this is: it needs the contrast of text.
        drawFrame(painter, option->rect, isOn ? accent : Theme::color(palette, Theme::Subdued),
                  isOn ? QBrush(accent) : palette.brush(isEnabled ? QPalette::Base : QPalette::Window));
        if (!isOn)
            return;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRectF room = QRectF(option->rect);
        const QPointF center = room.center();
        const qreal unit = room.width() / 14;
        painter->setPen(QPen(palette.color(QPalette::HighlightedText), 1.6 * unit, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        if (option->state & State_NoChange)
            painter->drawLine(center - QPointF(3.5 * unit, 0), center + QPointF(3.5 * unit, 0));
        else
            painter->drawPolyline(QPolygonF({ center + QPointF(-3.2, 0.2) * unit, center + QPointF(-0.9, 2.6) * unit,
                                              center + QPointF(3.4, -2.6) * unit }));
        painter->restore();
        return;
    }
    case PE_PanelScrollAreaCorner:
        painter->fillRect(option->rect, palette.brush(QPalette::Base));
        return;
    case PE_FrameFocusRect: {
        if (qobject_cast<const QAbstractScrollArea *>(widget))
            return; // the current row shows where the focus is
        drawFrame(painter, option->rect, Theme::color(palette, Theme::Accent), Qt::NoBrush);
        return;
    }
    case PE_PanelMenu:
    case PE_FrameMenu:
    case PE_PanelTipLabel:
    case PE_Frame:
        if (element == PE_PanelTipLabel || element == PE_PanelMenu)
            painter->fillRect(option->rect, palette.brush(element == PE_PanelMenu ? QPalette::Base : QPalette::ToolTipBase));
        painter->save();
        // A popup lies on text and grids: its edge has to be seen on both.
        painter->setPen(element == PE_FrameMenu || element == PE_PanelMenu
                            ? Theme::mix(palette.color(QPalette::Base), palette.color(QPalette::Text), 0.35)
                            : Theme::color(palette, Theme::Line));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
        return;
    default:
        break;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void Style::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    switch (element) {
    case CE_MenuBarEmptyArea:
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                          Theme::color(option->palette, Theme::Line));
        return;
    case CE_TabBarTabShape: {
        const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option);
        if (!tab || tab->shape > QTabBar::RoundedSouth)
            break;
        painter->fillRect(tab->rect, tab->palette.brush(QPalette::Window));
        if ((tab->state & State_MouseOver) && !(tab->state & State_Selected))
            painter->fillRect(tab->rect, Theme::color(tab->palette, Theme::Hover));
        painter->fillRect(QRect(tab->rect.left(), tab->rect.bottom(), tab->rect.width(), 1), Theme::color(tab->palette, Theme::Line));
        if (tab->state & State_Selected)
            painter->fillRect(QRect(tab->rect.left(), tab->rect.bottom() - 1, tab->rect.width(), 2), Theme::color(tab->palette, Theme::Accent));
        return;
    }
    case CE_TabBarTabLabel: {
        const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option);
        if (!tab)
            break;
        QStyleOptionTab label(*tab);
        label.palette.setColor(QPalette::WindowText,
                               tab->state & State_Selected ? tab->palette.color(QPalette::WindowText)
                                                           : Theme::color(tab->palette, Theme::Subdued));
        label.state &= ~State_HasFocus;
        QProxyStyle::drawControl(element, &label, painter, widget);
        if (tab->state & State_HasFocus)
            drawFrame(painter, tab->rect.adjusted(3, 4, -3, -5), Theme::color(tab->palette, Theme::Accent), Qt::NoBrush);
        return;
    }
    case CE_MenuItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (!item || item->menuItemType != QStyleOptionMenuItem::Separator || !item->text.isEmpty())
            break;
        painter->fillRect(QRect(item->rect.left() + 8, item->rect.center().y(), item->rect.width() - 16, 1),
                          Theme::color(option->palette, Theme::Line));
        return;
    }
    case CE_MenuBarItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (!item)
            break;
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        if ((item->state & State_Selected) && (item->state & State_Enabled)) {
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(Theme::color(option->palette, item->state & State_Sunken ? Theme::Selection : Theme::Hover));
            painter->drawRoundedRect(item->rect.adjusted(1, 3, -1, -3), 4, 4);
            painter->restore();
        }
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                          Theme::color(option->palette, Theme::Line));
        drawItemText(painter, item->rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextHideMnemonic, item->palette,
                     item->state & State_Enabled, item->text, QPalette::WindowText);
        return;
    }
    case CE_ItemViewItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionViewItem *>(option);
        if (!item)
            break;
        QStyleOptionViewItem plain(*item); // the selection is made for text in its usual colour
        plain.palette.setColor(QPalette::HighlightedText, plain.palette.color(QPalette::Text));
        QProxyStyle::drawControl(element, &plain, painter, widget);
        return;
    }
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: {
        const QColor line = Theme::color(option->palette, Theme::Line);
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), line);
        const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option);
        if (header && header->orientation == Qt::Horizontal && header->position != QStyleOptionHeader::End
            && header->position != QStyleOptionHeader::OnlyOneSection)
            painter->fillRect(QRect(option->rect.right(), option->rect.top(), 1, option->rect.height()), line);
        return;
    }
    case CE_HeaderLabel: {
        const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option);
        if (!header)
            break;
        QStyleOptionHeaderV2 label;
        if (const auto *known = qstyleoption_cast<const QStyleOptionHeaderV2 *>(option))
            label = *known;
        else
            static_cast<QStyleOptionHeader &>(label) = *header;
        label.rect.adjust(0, 1 - kCellMargin, 0, kCellMargin - 1); // the margin is for the sides alone
        label.state &= ~State_On; // no bold for the section of the chosen cell
        label.palette.setColor(QPalette::ButtonText, Theme::color(option->palette, Theme::Subdued));
        QProxyStyle::drawControl(element, &label, painter, widget);
        return;
    }
    case CE_Splitter:
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        painter->setPen(Theme::color(option->palette, Theme::Line));
        if (option->state & State_Horizontal) {
            painter->drawLine(option->rect.center().x(), option->rect.top(), option->rect.center().x(), option->rect.bottom());
        } else {
            painter->drawLine(option->rect.topLeft(), option->rect.topRight());
            painter->drawLine(option->rect.bottomLeft(), option->rect.bottomRight());
        }
        return;
    default:
        break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                               const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option);
        const QPalette &palette = option->palette;
        painter->fillRect(option->rect, surfaceBeside(widget, palette));
        if (!bar || bar->minimum >= bar->maximum)
            return;
        QRectF slider = subControlRect(CC_ScrollBar, option, SC_ScrollBarSlider, widget);
        const bool vertical = bar->orientation == Qt::Vertical;
        slider = vertical ? slider.adjusted(3, 1, -3, -1) : slider.adjusted(1, 3, -1, -3);
        const bool active = (bar->state & State_MouseOver) && (bar->activeSubControls & SC_ScrollBarSlider);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(Theme::mix(palette.color(QPalette::Base), palette.color(QPalette::Text), active ? 0.5 : 0.28));
        const qreal radius = (vertical ? slider.width() : slider.height()) / 2;
        painter->drawRoundedRect(slider, radius, radius);
        painter->restore();
        return;
    }
    if (control == CC_ComboBox) {
        const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
        if (combo && !combo->editable) {
            const QPalette &palette = option->palette;
            const bool focus = option->state & State_HasFocus;
            drawFrame(painter, option->rect, Theme::color(palette, focus ? Theme::Accent : Theme::Line),
                      palette.brush(option->state & State_Enabled ? QPalette::Base : QPalette::Window));
            const QRect arrow = subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget);
            drawChevron(painter, QRectF(arrow).center(), true, Theme::color(palette, Theme::Subdued));
            return;
        }
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl subControl,
                            const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option);
        if (bar) {
            // No buttons at the ends: the groove is the whole bar.
            const bool vertical = bar->orientation == Qt::Vertical;
            const int length = vertical ? bar->rect.height() : bar->rect.width();
            int slider = length;
            if (bar->maximum > bar->minimum) {
                const qint64 range = qint64(bar->maximum) - bar->minimum;
                slider = qBound(qMin(28, length), int(qint64(bar->pageStep) * length / (range + bar->pageStep)), length);
            }
            const int start = sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition, length - slider,
                                                      bar->upsideDown);
            const auto along = [&](int from, int size) {
                return vertical ? QRect(bar->rect.x(), bar->rect.y() + from, bar->rect.width(), size)
                                : QRect(bar->rect.x() + from, bar->rect.y(), size, bar->rect.height());
            };
            switch (subControl) {
            case SC_ScrollBarAddLine:
            case SC_ScrollBarSubLine:
                return {};
            case SC_ScrollBarSubPage:
                return along(0, start);
            case SC_ScrollBarAddPage:
                return along(start + slider, length - start - slider);
            case SC_ScrollBarGroove:
                return bar->rect;
            case SC_ScrollBarSlider:
                return along(start, slider);
            default:
                break;
            }
        }
    }
    const QRect rect = QProxyStyle::subControlRect(control, option, subControl, widget);
    if (control == CC_ComboBox && subControl == SC_ComboBoxEditField) {
        const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
        if (combo && !combo->editable) // its text below that of a line edit
            return rect.adjusted(4, 0, 0, 0);
    }
    return rect;
}

QRect Style::subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const
{
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    if (element == SE_LineEditContents && qobject_cast<const QLineEdit *>(widget)
        && !qobject_cast<const QAbstractSpinBox *>(widget->parentWidget()))
        return rect.adjusted(5, 0, -5, 0);
    return rect;
}

QIcon Style::standardIcon(StandardPixmap icon, const QStyleOption *option, const QWidget *widget) const
{
    return icon == SP_LineEditClearButton ? Icons::icon(u"close"_s, Theme::Subdued) : QProxyStyle::standardIcon(icon, option, widget);
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent:
        return kScrollBarExtent;
    case PM_SplitterWidth:
        return 5;
    case PM_MenuBarHMargin:
        return 0;
    case PM_MenuBarItemSpacing:
        return 0;
    case PM_TreeViewIndentation:
        return 18;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ListViewIconSize:
        return 16;
    case PM_TabBarTabOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_TabBarBaseOverlap:
    case PM_MenuBarPanelWidth:
    case PM_MenuBarVMargin:
        return 0;
    case PM_TabCloseIndicatorWidth:
    case PM_TabCloseIndicatorHeight:
        return 16;
    case PM_TabBarTabHSpace:
        return 20;
    case PM_FocusFrameHMargin: // and one more pixel: the margin of a cell's text
        return qobject_cast<const QTableView *>(widget) ? kCellMargin - 1 : 2;
    case PM_HeaderMargin:
        return kCellMargin;
    case PM_ScrollView_ScrollBarSpacing:
        return 0;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *returnData) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
        return 0;
    case SH_ItemView_ShowDecorationSelected:
        return 1;
    case SH_ScrollBar_LeftClickAbsolutePosition:
        return QProxyStyle::styleHint(hint, option, widget, returnData);
    case SH_UnderlineShortcut:
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, returnData);
    }
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size, const QWidget *widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_MenuBarItem:
        return QSize(size.width() + 20, 28);
    case CT_MenuItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (item && item->menuItemType != QStyleOptionMenuItem::Separator)
            result.setHeight(qMax(26, result.height()));
        return result;
    }
    case CT_LineEdit:
    case CT_ComboBox:
    case CT_SpinBox:
        result.setHeight(qMax(28, result.height()));
        return result;
    case CT_TabBarTab:
        result.setHeight(qMax(31, result.height()));
        return result;
    case CT_HeaderSection:
        result.setHeight(qMax(kHeaderHeight, option ? option->fontMetrics.height() + 8 : 0));
        return result;
    case CT_ItemViewItem:
        result.setHeight(qMax(kRowHeight, result.height()));
        return result;
    case CT_PushButton:
        return QSize(qMax(result.width(), 64), qMax(28, result.height()));
    default:
        return result;
    }
}

} // namespace Grebe
