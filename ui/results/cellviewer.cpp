// SPDX-License-Identifier: Apache-2.0
#include "cellviewer.h"

#include "cellformatter.h"
#include "jsontree.h"
#include "profilepanel.h"
#include "resultgrid.h"
#include "selectionsummary.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QImageReader>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QTabBar>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kShownChars = 2'000'000; // of one value; a text widget takes seconds for more
constexpr qsizetype kShownBytes = 256 * 1024; // in hex
constexpr qint64 kPictureBytes = 32 << 20;
constexpr int kPictureSide = 8192;

QPlainTextEdit *textView(const QFont &font)
{
    auto *view = new QPlainTextEdit;
    view->setReadOnly(true);
    view->setFrameShape(QFrame::NoFrame);
    view->setFont(font);
    view->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    view->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    return view;
}

QTreeWidget *pairView(const QStringList &header, bool isTree)
{
    auto *view = new QTreeWidget;
    view->setColumnCount(2);
    view->setHeaderLabels(header);
    view->setHeaderHidden(true);
    view->setFrameShape(QFrame::NoFrame);
    view->setRootIsDecorated(isTree);
    view->setUniformRowHeights(true);
    view->setIndentation(14);
    view->setTextElideMode(Qt::ElideRight);
    view->header()->setStretchLastSection(true);
    return view;
}

QString childrenText(const JsonTree::Node &node)
{
    const QString count = countText(node.childCount);
    switch (node.kind) {
    case JsonTree::Kind::Array:
        return node.childCount == 1 ? CellViewer::tr("1 item") : CellViewer::tr("%1 items").arg(count);
    case JsonTree::Kind::Map:
        return node.childCount == 1 ? CellViewer::tr("1 entry") : CellViewer::tr("%1 entries").arg(count);
    default:
        return node.childCount == 1 ? CellViewer::tr("1 field") : CellViewer::tr("%1 fields").arg(count);
    }
}

} // namespace

CellViewer::CellViewer(ResultGrid *grid, SelectionSummary *summary, QWidget *parent)
    : QWidget(parent), m_grid(grid), m_summary(summary)
{
    m_tabs = new QTabBar;
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->addTab(tr("Value"));
    m_tabs->addTab(tr("Row"));
    m_tabs->addTab(tr("Column"));
    auto *close = new Button(Button::Quiet, u"close"_s, QString());
    close->setAccessibleName(tr("Close the panel"));
    close->setToolTip(tr("Close (Space)"));
    m_title = new Label;
    m_title->setElided(true);
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_hint = new Label(QString(), Theme::Subdued);
    m_hint->setElided(true);
    m_hint->setFont(Theme::smallFont(font()));
    m_form = new Segmented;
    m_text = textView(font());
    m_hex = textView(Theme::fixedFont());
    m_hex->setWordWrapMode(QTextOption::NoWrap);
    m_tree = pairView({ tr("Key"), tr("Value") }, true);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_row = pairView({ tr("Column"), tr("Value") }, false);
    m_totals = pairView({ tr("Measure"), tr("Value") }, false);
    m_totals->setFont(Theme::tabularFont(font()));
    m_picture = new Label;
    m_picture->setAlignment(Qt::AlignCenter);
    m_profile = new ProfilePanel(m_grid);
    m_stack = new QStackedWidget;
    for (QWidget *view : std::initializer_list<QWidget *> { m_text, m_tree, m_hex, m_picture, m_row, m_totals, m_profile })
        m_stack->addWidget(view);

    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(6, 0, 6, 0);
    bar->addWidget(m_tabs, 1);
    bar->addWidget(close);
    auto *head = new QVBoxLayout;
    head->setContentsMargins(12, 8, 12, 8);
    head->setSpacing(2);
    head->addWidget(m_title);
    head->addWidget(m_hint);
    head->addSpacing(4);
    head->addWidget(m_form, 0, Qt::AlignLeft);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(bar);
    layout->addLayout(head);
    // Texts begin below the title's left edge, whatever margin a view has of its own.
    auto *body = new QHBoxLayout;
    body->setContentsMargins(8, 0, 4, 4);
    body->addWidget(m_stack);
    layout->addLayout(body, 1);
    updatePalette();

    connect(close, &Button::clicked, this, &CellViewer::closeRequested);
    connect(m_tabs, &QTabBar::currentChanged, this, &CellViewer::refresh);
    connect(m_form, &Segmented::currentChanged, this, [this](int index) {
        m_wantedForm = m_forms.value(index);
        showForm(index);
    });
    connect(m_profile, &ProfilePanel::scopeChanged, this, &CellViewer::refresh);
    connect(m_row, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem *item) {
        m_grid->setCurrentCell(m_grid->currentRow(), m_row->indexOfTopLevelItem(item));
        m_grid->setFocus();
    });
    connect(m_tree, &QTreeWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        const QTreeWidgetItem *item = m_tree->itemAt(at);
        if (!item)
            return;
        auto *menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addAction(tr("Copy value"), this, [text = item->data(1, Qt::UserRole).toString()] { QApplication::clipboard()->setText(text); });
        menu->addAction(tr("Copy path"), this, [text = item->data(0, Qt::UserRole).toString()] { QApplication::clipboard()->setText(text); });
        menu->popup(m_tree->viewport()->mapToGlobal(at));
    });
}

void CellViewer::setPage(Page page)
{
    m_tabs->setCurrentIndex(int(page));
    refresh();
}

CellViewer::Page CellViewer::page() const
{
    return Page(m_tabs->currentIndex());
}

QString CellViewer::shownText() const
{
    if (m_stack->currentWidget() == m_hex)
        return m_hex->toPlainText();
    return m_text->toPlainText();
}

// The panel is one surface, and a chosen line keeps the text's colour.
void CellViewer::updatePalette()
{
    QPalette views = palette();
    views.setColor(QPalette::Base, views.color(QPalette::Window));
    views.setColor(QPalette::HighlightedText, views.color(QPalette::Text));
    for (QWidget *view : std::initializer_list<QWidget *> { m_tree, m_row, m_totals })
        view->setPalette(views);
    QPalette texts = palette();
    texts.setColor(QPalette::Base, texts.color(QPalette::Window));
    for (QWidget *view : std::initializer_list<QWidget *> { m_text, m_hex })
        view->setPalette(texts);
}

void CellViewer::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_stack) {
        updatePalette();
        refresh();
    }
}

void CellViewer::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (std::exchange(m_hexLine, hexLine()) != m_hexLine && m_stack->currentWidget() == m_hex)
        refresh();
}

void CellViewer::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(0, 0, 1, height(), Theme::color(palette(), Theme::Line));
}

void CellViewer::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Escape && event->key() != Qt::Key_F7)
        return QWidget::keyPressEvent(event);
    Q_EMIT closeRequested();
    m_grid->setFocus();
}

void CellViewer::refresh()
{
    if (m_grid->store() != m_profile->profiler()->store())
        m_profile->clear();
    if (!isVisibleTo(parentWidget()))
        return;
    if (page() == Column)
        return showColumn();
    const bool hasCell = m_grid->currentRow() >= 0 && m_grid->currentColumn() >= 0;
    if (!hasCell) {
        m_title->setText(tr("No cell"));
        m_hint->clear();
        m_form->hide();
        m_text->clear();
        m_stack->setCurrentWidget(m_text);
        return;
    }
    if (page() == Row)
        showRow();
    else if (m_grid->selection().cellCount() > 1)
        fillTotals();
    else
        showValue();
}

void CellViewer::refreshRows()
{
    if (page() == Column && isVisibleTo(parentWidget()))
        m_profile->refresh();
}

void CellViewer::showColumn()
{
    const int column = m_grid->currentColumn();
    const bool isOne = !m_profile->showsAllColumns() && column >= 0 && column < m_grid->columnCount();
    m_title->setText(isOne ? singleLine(m_grid->columnName(column)) : tr("%1 columns").arg(countText(m_grid->columnCount())));
    m_hint->setText(isOne ? m_grid->typeText(m_grid->sourceColumn(column)) : tr("Enter goes to one"));
    m_form->hide();
    m_stack->setCurrentWidget(m_profile);
    m_profile->refresh();
}

void CellViewer::showValue()
{
    const int column = m_grid->currentColumn();
    const int source = m_grid->sourceColumn(column);
    const ColumnFormatter &formatter = m_grid->formatter(column);
    const ResultStore::Place place = m_grid->store()->place(m_grid->sourceRow(m_grid->currentRow()));
    m_title->setText(singleLine(m_grid->columnName(column)));
    m_forms.clear();
    m_forms += tr("Text");
    QString hint = tr("%1 · row %2").arg(m_grid->typeText(source), countText(m_grid->currentRow() + 1));
    if (!place.batch || formatter.isNull(*place.batch, source, place.row)) {
        setText(place.batch ? u"NULL"_s : QString(), true);
        m_hint->setText(hint);
        m_form->hide();
        m_stack->setCurrentWidget(m_text);
        return;
    }

    // A number is shown to be copied: without groups.
    QString text = CellDisplay::isInstant(formatter)
        ? m_grid->display().text(formatter, *place.batch, source, place.row, kShownChars)
        : formatter.text(*place.batch, source, place.row, kShownChars);
    const auto typeId = place.batch->schema()->field(source)->type()->id();
    const bool isBytes = typeId == arrow::Type::BINARY || typeId == arrow::Type::LARGE_BINARY
        || typeId == arrow::Type::BINARY_VIEW || typeId == arrow::Type::FIXED_SIZE_BINARY;
    m_tree->clear();
    m_hex->clear();
    m_picture->clear();
    if (isBytes) {
        const QByteArray bytes = formatter.variant(*place.batch, source, place.row).toByteArray();
        if (!bytes.isEmpty()) {
            m_forms += tr("Hex");
            m_hex->setPlainText(hexText(bytes));
            hint += tr(" · %1").arg(sizeText(bytes.size()));
            QBuffer buffer;
            buffer.setData(bytes);
            QImageReader reader(&buffer);
            const QSize size = reader.size();
            if (bytes.size() <= kPictureBytes && size.isValid() && std::max(size.width(), size.height()) <= kPictureSide) {
                const QImage image = reader.read();
                if (!image.isNull()) {
                    m_forms += tr("Picture");
                    const QSize room(std::max(100, width() - 24), std::max(100, height() - 140));
                    const bool fits = size.width() <= room.width() && size.height() <= room.height();
                    m_picture->setPixmap(QPixmap::fromImage(fits ? image : image.scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation)));
                    hint += tr(" · %1 × %2").arg(size.width()).arg(size.height());
                }
            }
        }
    } else {
        hint += text.size() == 1 ? tr(" · 1 character") : tr(" · %1 characters").arg(countText(text.size()));
        std::string json;
        if (formatter.isNested())
            formatter.appendJson(*place.batch, source, place.row, json);
        const QString candidate = formatter.isNested() ? QString::fromStdString(json) : text;
        const QStringView trimmed = QStringView(candidate).trimmed();
        if (trimmed.startsWith(u'{') || trimmed.startsWith(u'[')) {
            JsonTree tree(candidate);
            if (tree.isValid()) {
                if (formatter.isNested())
                    tree.findMaps(*place.batch->schema()->field(source)->type());
                m_forms += tr("Tree");
                fillTree(tree, m_grid->columnName(column));
                text = JsonTree::indented(candidate);
            }
        }
    }
    if (text.size() > kShownChars)
        hint += tr(" · the first %1 shown").arg(countText(kShownChars));
    m_hint->setText(hint);
    setText(text, false);
    m_form->setVisible(m_forms.size() > 1);
    m_form->setSegments(m_forms);
    const qsizetype wanted = m_forms.indexOf(m_wantedForm);
    // A tree and a picture say more than their text.
    const int index = wanted >= 0 ? int(wanted) : int(m_forms.size()) - 1;
    {
        const QSignalBlocker blocker(m_form);
        m_form->setCurrentIndex(index);
    }
    showForm(index);
}

// NULL does not look like the text of four letters.
void CellViewer::setText(const QString &text, bool isNull)
{
    QTextCharFormat format;
    format.setFontItalic(isNull);
    if (isNull)
        format.setForeground(Theme::color(palette(), Theme::Null));
    m_text->clear();
    m_text->setCurrentCharFormat(format);
    m_text->setPlainText(text);
}

void CellViewer::showForm(int index)
{
    const QString form = m_forms.value(index);
    if (form == tr("Tree"))
        m_stack->setCurrentWidget(m_tree);
    else if (form == tr("Hex"))
        m_stack->setCurrentWidget(m_hex);
    else if (form == tr("Picture"))
        m_stack->setCurrentWidget(m_picture);
    else
        m_stack->setCurrentWidget(m_text);
}

void CellViewer::fillTree(const JsonTree &tree, const QString &root)
{
    const QColor subdued = Theme::color(palette(), Theme::Subdued);
    std::vector<QTreeWidgetItem *> items;
    items.reserve(tree.nodes().size());
    QList<QTreeWidgetItem *> top;
    for (size_t i = 0; i < tree.nodes().size(); ++i) {
        const JsonTree::Node &node = tree.nodes()[i];
        if (node.kind == JsonTree::Kind::Nothing) {
            items.push_back(nullptr);
            continue;
        }
        auto *item = new QTreeWidgetItem;
        items.push_back(item);
        const bool isContainer = node.kind == JsonTree::Kind::Object || node.kind == JsonTree::Kind::Array || node.kind == JsonTree::Kind::Map;
        item->setText(0, singleLine(node.key.left(200)));
        if (isContainer) {
            item->setText(1, childrenText(node));
            item->setForeground(1, subdued);
        } else {
            item->setText(1, singleLine(node.value.left(500)));
            item->setData(1, Qt::UserRole, node.value);
            if (node.kind == JsonTree::Kind::Word)
                item->setForeground(1, Theme::color(palette(), node.value == "null"_L1 ? Theme::Null : Theme::Keyword));
            else if (node.kind == JsonTree::Kind::Number)
                item->setForeground(1, Theme::color(palette(), Theme::Number));
            else
                item->setForeground(1, Theme::color(palette(), Theme::String));
        }
        item->setData(0, Qt::UserRole, tree.path(int(i), root));
        if (node.parent > 0)
            items[size_t(node.parent)]->addChild(item);
        else if (node.parent == 0)
            top += item;
    }
    if (top.isEmpty() && !items.empty())
        top += items.front();
    else
        delete items.front();
    m_tree->addTopLevelItems(top);
    if (tree.nodes().size() <= 500)
        m_tree->expandAll();
    m_tree->resizeColumnToContents(0);
    m_tree->header()->resizeSection(0, std::clamp(m_tree->columnWidth(0) + 8, 60, 180));
}

// As many bytes as there is room for: a place of six digits, then four characters a byte.
qsizetype CellViewer::hexLine() const
{
    const qreal room = (width() - 32) / QFontMetricsF(m_hex->font()).horizontalAdvance(u'0') - 9;
    return room >= 64 ? 16 : room >= 32 ? 8 : 4;
}

QString CellViewer::hexText(const QByteArray &bytes) const
{
    const qsizetype line = hexLine();
    QString out;
    const qsizetype shown = std::min(bytes.size(), kShownBytes);
    for (qsizetype at = 0; at < shown; at += line) {
        QString text;
        out += u"%1  "_s.arg(at, 6, 16, '0'_L1);
        for (qsizetype i = at; i < at + line; ++i) {
            if (i >= shown) {
                out += u"   "_s;
                continue;
            }
            const uchar byte = uchar(bytes.at(i));
            out += u"%1 "_s.arg(uint(byte), 2, 16, '0'_L1);
            text += QChar(byte >= 0x20 && byte < 0x7f ? char16_t(byte) : u'·');
        }
        out += u' ' + text + u'\n';
    }
    if (shown < bytes.size())
        out += tr("… %1 more").arg(sizeText(bytes.size() - shown));
    return out;
}

void CellViewer::showRow()
{
    m_title->setText(tr("Row %1").arg(countText(m_grid->currentRow() + 1)));
    m_hint->setText(tr("%1 columns · Enter goes to one").arg(countText(m_grid->columnCount())));
    m_form->hide();
    m_stack->setCurrentWidget(m_row);
    const QColor subdued = Theme::color(palette(), Theme::Subdued);
    const QColor nullColor = Theme::color(palette(), Theme::Null);
    if (m_row->topLevelItemCount() != m_grid->columnCount()) {
        m_row->clear();
        QList<QTreeWidgetItem *> items;
        for (int column = 0; column < m_grid->columnCount(); ++column)
            items += new QTreeWidgetItem;
        m_row->addTopLevelItems(items);
    }
    int widest = 0;
    for (int column = 0; column < m_grid->columnCount(); ++column) {
        QTreeWidgetItem *item = m_row->topLevelItem(column);
        bool isNull = false;
        const QString value = m_grid->cellText(m_grid->currentRow(), column, 500, &isNull);
        QFont italic = font();
        italic.setItalic(isNull);
        item->setText(0, singleLine(m_grid->columnName(column)));
        item->setForeground(0, subdued);
        item->setText(1, singleLine(value));
        item->setFont(1, italic);
        item->setForeground(1, isNull ? nullColor : palette().color(QPalette::Text));
        item->setToolTip(0, singleLine(m_grid->columnName(column)).toHtmlEscaped() + u"<br>"_s
                                + m_grid->formatter(column).typeText().toHtmlEscaped());
        if (column < 300)
            widest = std::max(widest, fontMetrics().horizontalAdvance(item->text(0)));
    }
    m_row->header()->resizeSection(0, std::clamp(widest + 24, 60, std::max(120, width() / 2)));
    m_row->setCurrentItem(m_row->topLevelItem(m_grid->currentColumn()));
}

void CellViewer::fillTotals()
{
    const CellTotals &totals = m_summary->totals();
    const ResultGrid::Range range = m_grid->selection();
    m_title->setText(tr("%1 cells").arg(countText(range.cellCount())));
    const qint64 rows = range.lastRow - range.firstRow + 1;
    const int columns = range.lastColumn - range.firstColumn + 1;
    m_hint->setText(u"%1 × %2"_s.arg(rows == 1 ? tr("1 row") : tr("%1 rows").arg(countText(rows)),
                                     columns == 1 ? tr("1 column") : tr("%1 columns").arg(countText(columns))));
    m_form->hide();
    m_totals->clear();
    m_stack->setCurrentWidget(m_totals);
    if (!m_summary->isKnown()) {
        m_totals->addTopLevelItem(new QTreeWidgetItem({ tr("computing"), QString() }));
        return;
    }
    const auto add = [this](const QString &name, const QString &value) {
        if (value.isEmpty())
            return;
        auto *item = new QTreeWidgetItem({ name, singleLine(value) });
        item->setForeground(0, Theme::color(palette(), Theme::Subdued));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        m_totals->addTopLevelItem(item);
    };
    add(tr("values"), countText(totals.valueCount()));
    add(tr("null"), countText(totals.nullCount));
    if (totals.distinctCount >= 0)
        add(tr("distinct"), countText(totals.distinctCount));
    add(tr("min"), totals.sum.isEmpty() ? totals.minimum : numberText(totals.minimum));
    add(tr("max"), totals.sum.isEmpty() ? totals.maximum : numberText(totals.maximum));
    add(totals.isExact ? tr("sum") : tr("sum, real"), numberText(totals.sum));
    add(tr("average"), numberText(totals.average));
    m_totals->header()->resizeSection(0, 90);
}

} // namespace Grebe
