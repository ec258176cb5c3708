// SPDX-License-Identifier: Apache-2.0
#include "schemaview.h"

#include "metadatadialog.h"
#include "schemamodel.h"
#include "schematree.h"

#include "connections/connectionmodel.h"
#include "extension/dialect.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTimer>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

/// Shows the rows whose name holds the text, with all that is above them. Nothing is read from a server for it.
class SchemaFilter : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    bool canFetchMore(const QModelIndex &parent) const override
    {
        // A view that shows a filtered level as open would fetch what a person never opened.
        return filterRegularExpression().pattern().isEmpty() && QSortFilterProxyModel::canFetchMore(parent);
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        const QModelIndex index = sourceModel()->index(row, 0, parent);
        if (index.data(SchemaModel::MessageRole).toInt() != int(SchemaModel::MessageKind::None))
            return filterRegularExpression().pattern().isEmpty();
        return QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }
};

namespace {

bool isTable(int kind)
{
    switch (ObjectInfo::Kind(kind)) {
    case ObjectInfo::Kind::Table:
    case ObjectInfo::Kind::View:
    case ObjectInfo::Kind::MaterializedView:
    case ObjectInfo::Kind::SystemTable:
        return true;
    default:
        return false;
    }
}

QString moment(const QDateTime &when)
{
    const QString time = QLocale().toString(when.time(), QLocale::ShortFormat);
    const qint64 days = when.date().daysTo(QDate::currentDate());
    if (days <= 0)
        return time;
    return days == 1 ? SchemaView::tr("yesterday %1").arg(time)
                     : SchemaView::tr("%1 days ago (%2)").arg(days).arg(QLocale().toString(when.date(), QLocale::ShortFormat));
}

QString age(const QDateTime &since)
{
    const qint64 minutes = since.secsTo(QDateTime::currentDateTime()) / 60;
    if (minutes < 1)
        return SchemaView::tr("just now");
    if (minutes < 60)
        return SchemaView::tr("%1 min ago").arg(minutes);
    return since.date() == QDate::currentDate() ? SchemaView::tr("at %1").arg(moment(since)) : moment(since);
}

} // namespace

SchemaView::SchemaView(ConnectionModel *connections, QWidget *parent)
    : QWidget(parent), m_model(new SchemaModel(connections, this)), m_filter(new SchemaFilter(this)),
      m_tree(new SchemaTree(this)), m_search(new QLineEdit(this)), m_footer(new Label(QString(), Theme::Subdued, this))
{
    m_filter->setRecursiveFilteringEnabled(true);
    m_filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setSourceModel(m_model);
    m_tree->setModel(m_filter);
    m_tree->setAccessibleName(tr("Connections and schemas"));

    m_search->setPlaceholderText(tr("Search what was read"));
    m_search->setAccessibleName(tr("Search in connections and schemas"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(Icons::icon(u"find"_s, Theme::Subdued), QLineEdit::LeadingPosition);
    connect(m_search, &QLineEdit::textChanged, this, &SchemaView::filter);

    m_footer->setElided(true);
    m_footer->setFont(Theme::smallFont(font()));
    auto *footer = new Pane(Pane::LineAbove, this);
    footer->setFixedHeight(28);
    auto *footerLayout = new QHBoxLayout(footer);
    footerLayout->setContentsMargins(10, 1, 10, 0);
    footerLayout->addWidget(m_footer, 1);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto *searchLayout = new QHBoxLayout;
    searchLayout->setContentsMargins(8, 8, 8, 8);
    searchLayout->addWidget(m_search);
    layout->addLayout(searchLayout);
    layout->addWidget(m_tree, 1);
    layout->addWidget(footer);

    const auto shortcut = [this](const QKeySequence &key, auto slot) {
        auto *made = new QShortcut(key, m_tree);
        made->setContext(Qt::WidgetShortcut);
        connect(made, &QShortcut::activated, this, slot);
    };
    shortcut(QKeySequence(Qt::Key_F5), &SchemaView::reloadCurrent);
    shortcut(QKeySequence(QKeySequence::Copy), [this] {
        const QModelIndex index = currentSource();
        if (index.isValid())
            QGuiApplication::clipboard()->setText(index.data().toString());
    });
    connect(m_tree, &QTreeView::activated, this, &SchemaView::activate);
    connect(m_tree, &QTreeView::collapsed, this, [this](const QModelIndex &index) {
        m_model->cancel(m_filter->mapToSource(index));
        updateFooter();
    });
    connect(m_tree, &QTreeView::expanded, this, &SchemaView::updateFooter);
    connect(m_tree, &QTreeView::customContextMenuRequested, this, &SchemaView::showMenu);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &SchemaView::updateFooter);
    connect(m_model, &SchemaModel::levelEnded, this, &SchemaView::updateFooter);
    auto *minute = new QTimer(this);
    minute->start(std::chrono::minutes(1));
    connect(minute, &QTimer::timeout, this, &SchemaView::updateFooter);
    updateFooter();
}

SchemaView::~SchemaView()
{
    m_tree->selectionModel()->disconnect(this);
    m_model->disconnect(this);
}

QString SchemaView::currentConnection() const
{
    return currentSource().data(SchemaModel::ConnectionRole).toString();
}

void SchemaView::expandConnection(const QString &name)
{
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QModelIndex index = m_model->index(row, 0);
        if (index.data(SchemaModel::ConnectionRole).toString().compare(name, Qt::CaseInsensitive) == 0) {
            const QModelIndex shown = m_filter->mapFromSource(index);
            m_tree->setCurrentIndex(shown);
            m_tree->expand(shown);
        }
    }
}

void SchemaView::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void SchemaView::reloadCurrent()
{
    const QModelIndex index = currentSource();
    if (index.isValid())
        m_model->reload(index);
}

QString SchemaView::footerText() const
{
    return m_footer->text();
}

QModelIndex SchemaView::currentSource() const
{
    return m_filter->mapToSource(m_tree->currentIndex());
}

void SchemaView::activate(const QModelIndex &index)
{
    const QModelIndex source = m_filter->mapToSource(index);
    if (source.data(SchemaModel::MessageRole).toInt() == int(SchemaModel::MessageKind::Failed))
        m_model->reload(source);
    else if (isTable(source.data(SchemaModel::KindRole).toInt()))
        Q_EMIT previewRequested(currentConnection(), source.data(SchemaModel::PathRole).value<ObjectPath>());
    else
        m_tree->setExpanded(index, !m_tree->isExpanded(index));
}

void SchemaView::showMenu(const QPoint &position)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QModelIndex index = m_filter->mapToSource(m_tree->indexAt(position));
    if (index.isValid()) {
        const QString connection = index.data(SchemaModel::ConnectionRole).toString();
        const auto path = index.data(SchemaModel::PathRole).value<ObjectPath>();
        const int kind = index.data(SchemaModel::KindRole).toInt();
        const QString name = index.data().toString();
        if (isTable(kind)) {
            menu->addAction(tr("&Preview Rows"), this, [=, this] { Q_EMIT previewRequested(connection, path); });
            menu->addAction(tr("Show &Definition"), this, [=, this] { Q_EMIT definitionRequested(connection, path); });
            addTopics(menu, connection, path, { MetadataTopic::Statistics, MetadataTopic::Partitions, MetadataTopic::Grants });
            menu->addSeparator();
        } else if (kind == int(ObjectInfo::Kind::Schema)) {
            addTopics(menu, connection, path, { MetadataTopic::Functions });
        } else if (kind == int(ObjectInfo::Kind::Catalog)) {
            addTopics(menu, connection, path, { MetadataTopic::Roles });
        }
        if (kind >= 0) {
            menu->addAction(Icons::icon(u"copy"_s), tr("&Copy Name"), this,
                            [name] { QGuiApplication::clipboard()->setText(name); });
            menu->addAction(tr("Copy &Full Name"), this, [=, this] {
                if (Connection *server = m_model->connections()->connection(connection))
                    QGuiApplication::clipboard()->setText(server->dialect().path(path));
            });
            menu->addAction(tr("&Insert Name into the Editor"), this, [=, this] { Q_EMIT insertNameRequested(connection, path); });
            menu->addSeparator();
        } else if (path.isEmpty()) {
            menu->addAction(Icons::icon(u"add"_s), tr("&New Editor"), this, [=, this] { Q_EMIT newEditorRequested(connection); });
            addTopics(menu, connection, path, { MetadataTopic::Functions, MetadataTopic::SessionProperties, MetadataTopic::Roles });
            menu->addSeparator();
            const StoredConnection stored = m_model->connections()->stored(m_model->connections()->row(connection));
            if (!stored.isBuiltIn) {
                menu->addAction(tr("&Edit Connection…"), this, [=, this] { Q_EMIT editConnectionRequested(connection); });
                menu->addAction(tr("Re&move Connection"), this, [=, this] { Q_EMIT removeConnectionRequested(connection); });
            }
            menu->addSeparator();
        }
        menu->addAction(Icons::icon(u"refresh"_s), tr("&Read Again"), this,
                        [this, at = QPersistentModelIndex(index)] { m_model->reload(at); })
            ->setShortcut(QKeySequence(Qt::Key_F5));
        menu->addSeparator();
    }
    menu->addAction(tr("New &Connection…"), this, &SchemaView::newConnectionRequested);
    menu->popup(m_tree->viewport()->mapToGlobal(position));
}

void SchemaView::addTopics(QMenu *menu, const QString &connection, const ObjectPath &path, const QList<MetadataTopic> &topics)
{
    static const QHash<MetadataTopic, QString> texts { { MetadataTopic::Functions, tr("&Functions") },
                                                       { MetadataTopic::Statistics, tr("&Statistics") },
                                                       { MetadataTopic::Partitions, tr("Par&titions") },
                                                       { MetadataTopic::SessionProperties, tr("&Session Properties") },
                                                       { MetadataTopic::Roles, tr("R&oles") },
                                                       { MetadataTopic::Grants, tr("&Grants") } };
    for (const MetadataTopic topic : topics)
        menu->addAction(texts.value(topic), this, [=, this] { showTopic(connection, topic, path); });
}

MetadataDialog *SchemaView::showTopic(const QString &connection, MetadataTopic topic, const ObjectPath &path)
{
    Connection *server = m_model->connections()->connection(connection);
    if (!server)
        return nullptr;
    auto *dialog = new MetadataDialog(server, topic, path, window());
    dialog->show();
    return dialog;
}

void SchemaView::updateFooter()
{
    QModelIndex index = currentSource();
    while (index.isValid() && !index.data(SchemaModel::LoadedAtRole).toDateTime().isValid())
        index = index.parent();
    if (!index.isValid()) {
        m_footer->setText(tr("Open a connection to read its schemas"));
        return;
    }
    const auto path = index.data(SchemaModel::PathRole).value<ObjectPath>();
    const QString name = path.isEmpty() ? index.data().toString() : path.name();
    const QDateTime readAt = index.data(SchemaModel::LoadedAtRole).toDateTime();
    switch (SchemaModel::LevelState(index.data(SchemaModel::LevelStateRole).toInt())) {
    case SchemaModel::LevelState::Loading:
        m_footer->setText(tr("%1 as of %2 · reading…").arg(name, moment(readAt)));
        break;
    case SchemaModel::LevelState::Failed:
    case SchemaModel::LevelState::NotLoaded:
        m_footer->setText(tr("%1 as of %2 · F5 reads again").arg(name, moment(readAt)));
        break;
    case SchemaModel::LevelState::Loaded:
        m_footer->setText(tr("%1 read %2 · F5 reads again").arg(name, age(readAt)));
        break;
    }
}

void SchemaView::filter(const QString &text)
{
    m_filter->setFilterFixedString(text);
    if (!text.isEmpty())
        m_tree->expandAll();
}

} // namespace Grebe
