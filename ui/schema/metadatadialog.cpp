// SPDX-License-Identifier: Apache-2.0
#include "metadatadialog.h"

#include "widgets/icons.h"
#include "widgets/label.h"

#include <QAbstractTableModel>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QLocale>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

class MetadataModel : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(const MetadataTable &table)
    {
        beginResetModel();
        m_table = table;
        m_isNumber.assign(size_t(table.columns.size()), !table.rows.isEmpty());
        for (const QStringList &row : table.rows) {
            for (qsizetype column = 0; column < table.columns.size(); ++column) {
                bool isNumber = row.value(column).isEmpty();
                if (!isNumber)
                    (void)row.value(column).toDouble(&isNumber);
                if (!isNumber)
                    m_isNumber[size_t(column)] = false;
            }
        }
        endResetModel();
    }
    const MetadataTable &table() const { return m_table; }

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_table.rows.size()); }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_table.columns.size()); }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (orientation != Qt::Horizontal)
            return {};
        if (role == Qt::DisplayRole)
            return m_table.columns.value(section);
        return role == Qt::TextAlignmentRole ? QVariant(int(alignment(section))) : QVariant();
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        const QString text = m_table.rows.value(index.row()).value(index.column());
        switch (role) {
        case Qt::DisplayRole: return text.isNull() ? QVariant() : QVariant(text);
        case Qt::TextAlignmentRole: return int(alignment(index.column()));
        case Qt::ToolTipRole: return text.size() > 40 ? u"<qt>"_s + text.toHtmlEscaped() + u"</qt>"_s : QString();
        default: return {};
        }
    }

private:
    Qt::Alignment alignment(int column) const
    {
        return (size_t(column) < m_isNumber.size() && m_isNumber[size_t(column)] ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
    }

    MetadataTable m_table;
    std::vector<bool> m_isNumber; ///< every cell that is not null
};

MetadataDialog::MetadataDialog(Connection *connection, MetadataTopic topic, const ObjectPath &path, QWidget *parent)
    : QDialog(parent), m_connection(connection), m_topic(topic), m_path(path), m_model(new MetadataModel(this)),
      m_table(new QTableView(this)), m_filter(new QLineEdit(this)), m_status(new Label(QString(), Theme::Subdued, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(titleOf(topic, path.isEmpty() ? connection->parameters().displayName() : connection->dialect().path(path)));
    resize(820, 520);
    m_filter->setPlaceholderText(tr("Search"));
    m_filter->setAccessibleName(tr("Search in this table"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(Icons::icon(u"find"_s, Theme::Subdued), QLineEdit::LeadingPosition);
    auto *filter = new QSortFilterProxyModel(this);
    filter->setFilterKeyColumn(-1);
    filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filter->setSourceModel(m_model);
    connect(m_filter, &QLineEdit::textChanged, filter, &QSortFilterProxyModel::setFilterFixedString);
    m_table->setModel(filter);
    m_table->setAccessibleName(windowTitle());
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(qMax(22, fontMetrics().height() + 6));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setTabKeyNavigation(false);
    m_status->setContentsMargins(10, 4, 10, 6);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(8, 8, 8, 8);
    top->addWidget(m_filter);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_status);
    reload();
}

MetadataDialog::~MetadataDialog()
{
    m_asked.cancel();
}

QString MetadataDialog::titleOf(MetadataTopic topic, const QString &name)
{
    switch (topic) {
    case MetadataTopic::Functions: return tr("Functions of %1").arg(name);
    case MetadataTopic::Statistics: return tr("Statistics of %1").arg(name);
    case MetadataTopic::Partitions: return tr("Partitions of %1").arg(name);
    case MetadataTopic::SessionProperties: return tr("Session properties of %1").arg(name);
    case MetadataTopic::Roles: return tr("Roles of %1").arg(name);
    case MetadataTopic::Grants: return tr("Grants on %1").arg(name);
    }
    return name;
}

QString MetadataDialog::statusText() const
{
    return m_status->text();
}

void MetadataDialog::reload()
{
    if (!m_connection)
        return;
    m_asked.cancel();
    m_status->setRole(Theme::Subdued);
    m_status->setText(tr("reading…"));
    m_asked = m_connection->describe(m_topic, m_path);
    m_asked.then(this, [this](const Result<MetadataTable> &answer) { setAnswer(answer); });
}

void MetadataDialog::setAnswer(const Result<MetadataTable> &answer)
{
    if (!answer) {
        m_status->setRole(Theme::Failure);
        m_status->setText(answer.error().message + (answer.error().hint.isEmpty() ? QString() : u' ' + answer.error().hint));
        return;
    }
    m_model->setTable(*answer);
    m_table->resizeColumnsToContents();
    for (int column = 0; column < m_model->columnCount() - 1; ++column)
        m_table->setColumnWidth(column, qMin(m_table->columnWidth(column), 320));
    const QString count = QLocale().toString(answer->rows.size());
    m_status->setRole(Theme::Subdued);
    m_status->setText(answer->rows.isEmpty() ? tr("The server has none, or none you may see.")
                          : answer->isCut    ? tr("The first %1; the server has more.").arg(count)
                          : answer->rows.size() == 1 ? tr("1 row") : tr("%1 rows").arg(count));
}

void MetadataDialog::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F5)
        reload();
    else if (event->matches(QKeySequence::Copy))
        copySelection();
    else
        QDialog::keyPressEvent(event);
}

void MetadataDialog::copySelection() const
{
    QStringList lines { m_model->table().columns.join(u'\t') };
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::ranges::sort(rows);
    for (const QModelIndex &row : std::as_const(rows)) {
        QStringList cells;
        for (int column = 0; column < m_model->columnCount(); ++column)
            cells << row.siblingAtColumn(column).data().toString();
        lines << cells.join(u'\t');
    }
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

} // namespace Grebe
