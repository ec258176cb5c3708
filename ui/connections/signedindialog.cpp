// SPDX-License-Identifier: Apache-2.0
#include "signedindialog.h"

#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

/// The selection of our themes is pale: its text is that of the other rows.
class RowDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        option->palette.setColor(QPalette::HighlightedText, option->palette.color(QPalette::Text));
    }
};

} // namespace

SignedInDialog::SignedInDialog(SignedInModel *model, QWidget *parent)
    : QDialog(parent), m_model(model), m_table(new QTableView(this)),
      m_empty(new Label(tr("Nobody is signed in with the browser or by a token command."), Theme::Subdued, this)),
      m_signOut(new Button(Button::Danger, tr("Sign out"), this))
{
    setWindowTitle(tr("Signed in"));
    resize(860, 320);

    auto *note = new Label(tr("Every tab shares these sign-ins. Signing out forgets the token here and in the keychain; the next "
                              "statement signs in anew. What runs goes on."),
                           Theme::Subdued, this);
    note->setWordWrap(true);
    m_table->setModel(model);
    m_table->setItemDelegate(new RowDelegate(m_table));
    m_table->setAccessibleName(tr("Sign-ins"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setStretchLastSection(true);

    auto *body = new QVBoxLayout;
    body->setContentsMargins(20, 16, 20, 12);
    body->setSpacing(8);
    body->addWidget(note);
    body->addWidget(m_empty);
    body->addWidget(m_table, 1);
    body->addStretch(0); // for when there is no table

    auto *footer = new Pane(Pane::LineAbove, this);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(18, 12, 18, 12);
    buttons->setSpacing(8);
    auto *close = new Button(Button::Plain, tr("Close"), footer);
    buttons->addWidget(m_signOut);
    buttons->addStretch(1);
    buttons->addWidget(close);
    connect(m_signOut, &QAbstractButton::clicked, this, &SignedInDialog::signOut);
    connect(close, &QAbstractButton::clicked, this, &QDialog::reject);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addLayout(body, 1);
    layout->addWidget(footer);
    setTabOrder({ m_table, m_signOut, close });

    connect(model, &QAbstractItemModel::modelReset, this, &SignedInDialog::update);
    connect(model, &QAbstractItemModel::rowsRemoved, this, &SignedInDialog::update);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        m_signOut->setEnabled(m_table->selectionModel()->hasSelection());
    });
    connect(&m_refresh, &QTimer::timeout, model, [model] { model->refresh(false); });
    m_refresh.start(std::chrono::seconds(2));
    model->refresh(true);
    update();
    m_table->setFocus();
}

void SignedInDialog::update()
{
    const bool isEmpty = m_model->rowCount() == 0;
    m_empty->setVisible(isEmpty);
    m_table->setVisible(!isEmpty);
    m_table->resizeColumnsToContents();
    for (int column = 0; column < SignedInModel::Kept; ++column)
        m_table->setColumnWidth(column, std::min(m_table->columnWidth(column) + 16, 260));
    if (!isEmpty && !m_table->selectionModel()->hasSelection())
        m_table->selectRow(0);
    m_signOut->setEnabled(m_table->selectionModel()->hasSelection());
}

void SignedInDialog::signOut()
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (!rows.isEmpty())
        m_model->signOut(rows.first().row());
    m_table->setFocus();
}

void SignedInDialog::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Delete && m_table->hasFocus()) {
        signOut();
        return;
    }
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return; // no button is the default
    QDialog::keyPressEvent(event);
}

} // namespace Grebe
