// SPDX-License-Identifier: Apache-2.0
#include "messagesview.h"

#include "cellformatter.h"
#include "querylink.h"
#include "widgets/label.h"
#include "widgets/linkbutton.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include <optional>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kKeptMessages = 200;

Label *textLabel(const QString &text, std::optional<Theme::Role> role = {}, bool bold = false)
{
    auto *label = role ? new Label(text, *role) : new Label(text);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    if (bold) {
        QFont font = label->font();
        font.setBold(true);
        label->setFont(font);
    }
    return label;
}

/// The coloured ground with a bar at its left edge that an error or a warning stands on.
class Card : public QWidget
{
public:
    Card(Theme::Role background, Theme::Role bar) : m_background(background), m_bar(bar)
    {
        auto *layout = new QVBoxLayout(this);
        layout->setContentsMargins(16, 10, 14, 10);
        layout->setSpacing(4);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Theme::color(palette(), m_background));
        painter.fillRect(QRect(0, 0, 3, height()), Theme::color(palette(), m_bar));
    }

private:
    Theme::Role m_background;
    Theme::Role m_bar;
};

} // namespace

MessagesView::MessagesView(QWidget *parent) : QScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setBackgroundRole(QPalette::Base);
    auto *content = new QWidget;
    content->setBackgroundRole(QPalette::Base);
    content->setAutoFillBackground(true);
    m_layout = new QVBoxLayout(content);
    m_layout->setContentsMargins(12, 12, 12, 12);
    m_layout->setSpacing(8);
    m_empty = new Label(tr("No messages yet. What statements did, and errors and warnings, are told here."), Theme::Subdued);
    m_empty->setContentsMargins(4, 0, 0, 0);
    m_empty->setWordWrap(true);
    m_layout->addWidget(m_empty);
    m_layout->addStretch(1);
    setWidget(content);
    setAccessibleName(tr("Messages"));
}

void MessagesView::addWidget(QWidget *widget)
{
    delete std::exchange(m_empty, nullptr);
    m_layout->insertWidget(0, widget);
    while (m_layout->count() > kKeptMessages + 1) {
        QLayoutItem *oldest = m_layout->takeAt(m_layout->count() - 2);
        delete oldest->widget();
        delete oldest;
    }
    ensureVisible(0, 0);
}

void MessagesView::addError(const Error &error, const QString &sql, std::chrono::milliseconds took, qint64 rowsKept)
{
    ++m_errorCount;
    auto *entry = new QWidget;
    auto *layout = new QVBoxLayout(entry);
    layout->setContentsMargins(0, 0, 0, 8);
    layout->setSpacing(8);

    auto *card = new Card(Theme::FailureBackground, Theme::Failure);
    Label *title = textLabel(errorTitle(error), Theme::Failure, true);
    card->layout()->addWidget(title);
    QStringList sentences;
    if (!error.hint.isEmpty())
        sentences << error.hint;
    if (rowsKept > 0)
        sentences << tr("Incomplete: the %1 rows that came before are kept.").arg(countText(rowsKept));
    if (error.mayHaveRun)
        sentences << tr("The server may have run this statement: look before you run it again.");
    if (error.line > 0)
        sentences << (error.column > 0 ? tr("Line %1, column %2 of the statement.").arg(error.line).arg(error.column)
                                       : tr("Line %1 of the statement.").arg(error.line));
    auto *actions = new QHBoxLayout;
    actions->setSpacing(16);
    if (!sentences.isEmpty())
        card->layout()->addWidget(textLabel(sentences.join(u' ')));
    if (error.line > 0) {
        auto *show = linkButton(tr("Show"));
        connect(show, &QToolButton::clicked, this, [this, error] { Q_EMIT errorActivated(error); });
        actions->addWidget(show);
    }
    auto *copy = linkButton(tr("Copy all for a ticket"));
    connect(copy, &QToolButton::clicked, this,
            [error, sql] { QGuiApplication::clipboard()->setText(error.ticketText() + u"\n\n"_s + sql); });
    actions->addWidget(copy);
    actions->addStretch(1);
    static_cast<QVBoxLayout *>(card->layout())->addLayout(actions);
    layout->addWidget(card);

    auto *facts = new QGridLayout;
    facts->setContentsMargins(4, 0, 0, 0);
    facts->setHorizontalSpacing(20);
    facts->setVerticalSpacing(4);
    facts->setColumnStretch(1, 1);
    const auto addFact = [facts](const QString &name, QWidget *value) {
        const int row = facts->rowCount();
        facts->addWidget(textLabel(name, Theme::Subdued), row, 0);
        facts->addWidget(value, row, 1);
    };
    QString code = codeName(error.code);
    if (!error.vendorCode.isEmpty())
        code = error.vendorNumber ? u"%1 (%2)"_s.arg(error.vendorCode).arg(error.vendorNumber) : error.vendorCode;
    addFact(tr("error"), textLabel(code));
    if (!error.queryId.isEmpty())
        addFact(tr("query"), new QueryLink(error.queryId, error.infoUrl));
    addFact(tr("took"), textLabel(durationText(took.count())));
    layout->addLayout(facts);
    if (!error.detail.isEmpty()) {
        auto *detail = textLabel(error.detail.left(20'000), Theme::Subdued);
        detail->hide();
        auto *fold = linkButton(tr("Details"));
        fold->setCheckable(true);
        connect(fold, &QToolButton::toggled, detail, &QWidget::setVisible);
        layout->addWidget(fold, 0, Qt::AlignLeft);
        layout->addWidget(detail);
    }
    addWidget(entry);
}

void MessagesView::addWarning(const Warning &warning)
{
    auto *card = new Card(Theme::WarningBackground, Theme::Warning);
    card->layout()->addWidget(textLabel(
        warning.code.isEmpty() ? warning.message : u"%1: %2"_s.arg(warning.code, warning.message)));
    addWidget(card);
}

void MessagesView::addLine(const QString &text, const QString &queryId, const QString &infoUrl)
{
    Label *line = textLabel(text);
    line->setContentsMargins(4, 0, 0, 0);
    if (queryId.isEmpty()) {
        addWidget(line);
        return;
    }
    auto *entry = new QWidget;
    auto *layout = new QHBoxLayout(entry);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(16);
    line->setWordWrap(false);
    line->setElided(true);
    layout->addWidget(line);
    layout->addWidget(new QueryLink(queryId, infoUrl), 1);
    addWidget(entry);
}

} // namespace Grebe
