// SPDX-License-Identifier: Apache-2.0
#include "planview.h"

#include "plandelegate.h"
#include "planmodel.h"

#include "results/cellformatter.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"
#include "widgets/segmented.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextEdit>
#include <QTreeView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

namespace {

constexpr int kMargin = 10;

template<typename Field>
Field *readingField(const QString &name)
{
    auto *made = new Field;
    made->setReadOnly(true);
    made->setFrameShape(QFrame::NoFrame);
    made->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    made->setAccessibleName(name);
    made->document()->setDocumentMargin(kMargin);
    return made;
}

/// The text about an operator as a panel: its name, then what is known, headings above what belongs together.
void layOut(QTextDocument *document, const QPalette &palette)
{
    QTextCharFormat title;
    title.setFontWeight(QFont::Bold);
    QTextCharFormat faint;
    faint.setForeground(Theme::color(palette, Theme::Subdued));
    QTextBlockFormat indented;
    const qreal indentation = QFontMetricsF(document->defaultFont()).horizontalAdvance(u"  "_s);
    indented.setLeftMargin(indentation);
    indented.setTextIndent(-indentation); // the text has its blanks; what is wrapped has not
    bool isHeading = true;
    for (QTextBlock block = document->begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        const QString text = block.text();
        const bool isIndented = text.startsWith(u' ');
        if (isIndented)
            cursor.mergeBlockFormat(indented);
        cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
        if (isHeading)
            cursor.mergeCharFormat(title);
        else if (!isIndented)
            cursor.mergeCharFormat(faint);
        isHeading = text.isEmpty();
    }
}

} // namespace

PlanView::PlanView(QWidget *parent)
    : QWidget(parent), m_model(new PlanModel(this)), m_tree(new QTreeView), m_detail(readingField<QTextEdit>(tr("About the operator"))),
      m_text(readingField<QPlainTextEdit>(tr("The server's text"))), m_stack(new QStackedWidget), m_parts(new Segmented), m_status(new Label(QString(), Theme::Subdued)),
      m_stop(new Button(Button::Plain, u"stop"_s, tr("Stop"))), m_copy(new Button(Button::Quiet, u"copy"_s, QString()))
{
    m_tree->setModel(m_model);
    m_tree->setItemDelegate(new PlanDelegate(m_tree));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(16);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setMouseTracking(true);
    m_tree->setExpandsOnDoubleClick(true);
    m_tree->setAccessibleName(tr("Plan"));
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setHighlightSections(false);
    m_tree->header()->setSectionsMovable(false);
    m_text->setFont(Theme::fixedFont());
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_detail->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    updatePalette();
    m_detail->setPlaceholderText(tr("Choose an operator"));
    m_parts->addSegment(tr("Tree"));
    m_parts->addSegment(tr("Text"));
    m_status->setElided(true);
    m_stop->hide();
    m_copy->setToolTip(tr("Copy the server's text"));
    m_copy->setAccessibleName(m_copy->toolTip());

    auto *split = new QSplitter(Qt::Horizontal);
    split->setHandleWidth(1);
    split->setChildrenCollapsible(false);
    split->addWidget(m_tree);
    split->addWidget(m_detail);
    split->setStretchFactor(0, 1);
    split->setSizes({ 760, 320 });
    m_stack->addWidget(split);
    m_stack->addWidget(m_text);

    auto *strip = new Pane(Pane::LineBelow, this);
    auto *bar = new QHBoxLayout(strip);
    bar->setContentsMargins(10, 4, 8, 4);
    bar->setSpacing(8);
    bar->addWidget(m_status, 1);
    bar->addWidget(m_stop);
    bar->addWidget(m_parts);
    bar->addWidget(m_copy);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(strip);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_tree);

    connect(m_parts, &Segmented::currentChanged, this, &PlanView::showPart);
    connect(m_stop, &Button::clicked, this, &PlanView::stop);
    connect(m_copy, &Button::clicked, this, &PlanView::copy);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &PlanView::showDetail);
    m_tick.setInterval(100ms);
    connect(&m_tick, &QTimer::timeout, this, &PlanView::updateStatus);
}

PlanView::~PlanView()
{
    m_asked.cancel();
}

void PlanView::ask(Connection *connection, const QString &sql, PlanKind kind)
{
    m_asked.cancel();
    m_kind = kind;
    m_isAsking = true;
    m_clock.start();
    m_tick.start();
    m_stop->show();
    showPlan({ .kind = kind });
    updateStatus();
    m_asked = connection->explain(sql, kind);
    m_asked.then(this, [this, question = ++m_question](const Result<Plan> &answer) {
        if (question == m_question)
            setAnswer(answer);
    });
}

void PlanView::stop()
{
    if (!m_isAsking)
        return;
    m_asked.cancel();
    ++m_question;
    setAnswer(std::unexpected(Error { .code = Error::Code::Cancelled, .message = tr("Stopped.") }));
}

void PlanView::setAnswer(const Result<Plan> &answer)
{
    m_isAsking = false;
    m_tick.stop();
    m_stop->hide();
    if (!answer) {
        m_status->setRole(answer.error().isCancelled() ? Theme::Subdued : Theme::Failure);
        m_status->setText(answer.error().message + (answer.error().hint.isEmpty() ? QString() : u' ' + answer.error().hint));
        Q_EMIT ended(answer.error());
        return;
    }
    showPlan(*answer);
    updateStatus();
    Q_EMIT ended(std::nullopt);
}

void PlanView::showPlan(const Plan &plan)
{
    m_model->setPlan(plan);
    m_text->setPlainText(plan.text);
    m_detail->clear();
    m_tree->expandAll();
    fitColumns();
    m_tree->setCurrentIndex(m_model->index(0, 0));
    const bool hasTree = !plan.roots.isEmpty() || plan.text.isEmpty();
    m_parts->setCurrentIndex(hasTree ? 0 : 1);
    showPart(hasTree ? 0 : 1);
}

void PlanView::fitColumns()
{
    QHeaderView *header = m_tree->header();
    for (int section = 0; section < m_model->columnCount(); ++section) {
        const bool isOperator = m_model->columnAt(section) == PlanModel::Operator;
        header->setSectionResizeMode(section, isOperator ? QHeaderView::Stretch : QHeaderView::Interactive);
        if (isOperator)
            continue;
        m_tree->resizeColumnToContents(section);
        header->resizeSection(section, m_model->columnAt(section) == PlanModel::Share ? 150 : qMax(90, header->sectionSize(section)));
    }
}

void PlanView::updateStatus()
{
    if (m_isAsking) {
        m_status->setRole(Theme::Subdued);
        const QString took = durationText(m_clock.elapsed());
        m_status->setText(m_kind == PlanKind::Analyze ? tr("running the statement, %1").arg(took) : tr("the server is planning, %1").arg(took));
        return;
    }
    const Plan &plan = m_model->plan();
    const auto kindText = [&plan] {
        switch (plan.kind) {
        case PlanKind::Logical: return tr("Logical plan");
        case PlanKind::Distributed: return tr("Plan");
        case PlanKind::Io: return tr("What is read and written");
        case PlanKind::Validate: return tr("Check");
        case PlanKind::Analyze: return tr("Plan as it ran");
        }
        return QString();
    };
    m_status->setRole(Theme::Subdued);
    m_status->setText(plan.note.isEmpty() ? kindText() : kindText() + u" · "_s + plan.note);
}

void PlanView::showPart(int index)
{
    m_stack->setCurrentIndex(index);
}

void PlanView::showDetail()
{
    m_detail->setPlainText(m_tree->currentIndex().data(PlanModel::DetailTextRole).toString());
    layOut(m_detail->document(), palette());
}

// What is beside the tree is one surface with the strip above it, as the panel beside a result.
void PlanView::updatePalette()
{
    QPalette texts = palette();
    texts.setColor(QPalette::Base, texts.color(QPalette::Window));
    m_detail->setPalette(texts);
}

void PlanView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_detail) {
        updatePalette();
        showDetail();
    }
}

void PlanView::copy() const
{
    QGuiApplication::clipboard()->setText(m_model->plan().text);
}

const Plan &PlanView::plan() const
{
    return m_model->plan();
}

QString PlanView::statusText() const
{
    return m_status->text();
}

QString PlanView::detailText() const
{
    return m_detail->toPlainText();
}

QString PlanView::rawText() const
{
    return m_text->toPlainText();
}

} // namespace Grebe
