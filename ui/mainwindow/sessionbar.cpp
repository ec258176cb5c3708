// SPDX-License-Identifier: Apache-2.0
#include "sessionbar.h"

#include "connections/connectionmodel.h"
#include "schema/schemacache.h"
#include "widgets/button.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPointer>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// A menu shows "&" as a mnemonic's mark; a server's names mean it.
QString menuText(QString name)
{
    return name.replace(u'&', u"&&"_s);
}

} // namespace

SessionBar::SessionBar(ConnectionModel *connections, QWidget *parent)
    : Pane(LineBelow, parent, QPalette::Base), m_connections(connections),
      m_connection(new Button(Button::Chip, this)), m_schema(new Button(Button::Chip, this)),
      m_role(new Button(Button::Chip, this)), m_properties(new Button(Button::Chip, this)),
      m_explain(new Button(Button::Plain, tr("Explain"), this)),
      m_stop(new Button(Button::Danger, u"stop"_s, tr("Stop"), this)),
      m_run(new Button(Button::Primary, u"run"_s, tr("Run"), this)), m_connectionMenu(new QMenu(this)),
      m_schemaMenu(new QMenu(this)), m_roleMenu(new QMenu(this)), m_propertiesMenu(new QMenu(this))
{
    setFixedHeight(36);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 0, 8, 1);
    layout->setSpacing(6);
    for (Button *chip : { m_connection, m_schema, m_role, m_properties })
        layout->addWidget(chip);
    layout->addStretch(1);
    layout->addWidget(m_explain);
    layout->addWidget(m_stop);
    layout->addWidget(m_run);

    m_connection->setAccessibleName(tr("Connection"));
    m_connection->setToolTip(tr("The connection this editor runs on"));
    m_connection->setMenu(m_connectionMenu);
    m_schema->setAccessibleName(tr("Catalog and schema"));
    m_schema->setToolTip(tr("Where short names are looked up"));
    m_schema->setMenu(m_schemaMenu);
    m_schemaMenu->setObjectName(u"schemas"_s);
    m_role->setCaption(tr("role"));
    m_role->setMenu(m_roleMenu);
    m_properties->setCaption(tr("properties"));
    m_properties->setMenu(m_propertiesMenu);
    m_run->setToolTip(tr("Run the statement at the cursor (Ctrl+Enter)"));
    m_explain->setToolTip(tr("How the server would run it, without running it (Ctrl+Shift+E)"));
    m_stop->setToolTip(tr("Stop what runs, on the server too (Ctrl+F2)"));

    connect(m_connectionMenu, &QMenu::aboutToShow, this, &SessionBar::fillConnections);
    connect(m_schemaMenu, &QMenu::aboutToShow, this, &SessionBar::fillSchemas);
    connect(m_roleMenu, &QMenu::aboutToShow, this, [this] { fillFacts(m_roleMenu, m_state.roles); });
    connect(m_propertiesMenu, &QMenu::aboutToShow, this, [this] { fillFacts(m_propertiesMenu, m_state.properties); });
    connect(m_run, &QAbstractButton::clicked, this, &SessionBar::runRequested);
    connect(m_explain, &QAbstractButton::clicked, this, &SessionBar::explainRequested);
    connect(m_stop, &QAbstractButton::clicked, this, &SessionBar::stopRequested);
    setRunning(false);
    setConnection({}, nullptr);
}

void SessionBar::setConnection(const QString &name, Connection *session)
{
    m_connectionName = name;
    m_session = session;
    const int row = m_connections->row(name);
    m_connection->setText(row < 0 ? tr("no connection") : m_connections->stored(row).name);
    m_connection->setSquare(row < 0 ? std::nullopt
                                    : std::optional(environmentRole(m_connections->stored(row).environment)));
    m_schema->setVisible(session);
    m_run->setEnabled(session);
    setSession(session ? session->session() : SessionState {});
}

void SessionBar::setSession(const SessionState &session)
{
    m_state = session;
    m_schema->setText(session.current.isEmpty() ? tr("default schema") : session.current.parts().join(u'.'));
    m_role->setVisible(!session.roles.isEmpty());
    m_role->setText(session.roles.size() == 1 ? session.roles.first() : QString::number(session.roles.size()));
    m_properties->setVisible(!session.properties.isEmpty());
    m_properties->setText(QString::number(session.properties.size()));
}

void SessionBar::setRunning(bool running)
{
    m_stop->setEnabled(running);
}

void SessionBar::fillConnections()
{
    m_connectionMenu->clear();
    for (int row = 0; row < m_connections->rowCount(); ++row) {
        const StoredConnection stored = m_connections->stored(row);
        QAction *action = m_connectionMenu->addAction(
            menuText(stored.name) + u"\t"_s + environmentLabel(stored.environment), this,
            [this, name = stored.name] { Q_EMIT connectionChosen(name); });
        action->setCheckable(true);
        action->setChecked(stored.name.compare(m_connectionName, Qt::CaseInsensitive) == 0);
    }
}

void SessionBar::fillSchemas()
{
    m_schemaMenu->clear();
    if (m_session)
        addLevel(m_schemaMenu, {});
}

void SessionBar::addLevel(QMenu *menu, const ObjectPath &parent)
{
    QAction *waiting = menu->addAction(tr("reading…"));
    waiting->setEnabled(false);
    // Asked of the tree's connection: an editor's own session is busy while its statement runs.
    Connection *connection = m_connections->connection(m_connectionName);
    if (!connection)
        return;
    auto key = m_cache ? SchemaCache::keyOf(connection) : QtFuture::makeReadyValueFuture(QString());
    key.then(menu, [this, menu, waiting, parent](const QString &key) { fillLevel(menu, waiting, parent, key); });
}

// The menu may be filled anew at any time: then the waiting row is gone with its level.
void SessionBar::fillLevel(QMenu *menu, QAction *waiting, const ObjectPath &parent, const QString &key)
{
    const QPointer<Connection> connection = m_connections->connection(m_connectionName);
    if (!menu->actions().contains(waiting) || !connection)
        return;
    const auto shown = std::make_shared<SchemaLevel>();
    if (m_cache) {
        m_cache->find(key, parent).then(menu, [=, this](const std::optional<SchemaCache::Level> &known) {
            if (!known || !menu->actions().contains(waiting))
                return;
            *shown = *known->objects;
            addNames(menu, parent, *shown);
        });
    }
    connection->list(parent).then(menu, [=, this](const Result<QList<ObjectInfo>> &answer) {
        if (answer && m_cache && connection)
            m_cache->storeFor(connection, key, parent, { std::make_shared<const SchemaLevel>(*answer), QDateTime::currentDateTime() });
        if (!menu->actions().contains(waiting))
            return;
        if (!answer) {
            waiting->setText(menuText(answer.error().message));
            return;
        }
        const SchemaLevel names(*answer);
        if (names == *shown && names.count() > 0) {
            menu->removeAction(waiting);
            return;
        }
        menu->clear();
        addNames(menu, parent, names);
        if (menu->isEmpty())
            menu->addAction(tr("nothing you may see"))->setEnabled(false);
    });
}

void SessionBar::addNames(QMenu *menu, const ObjectPath &parent, const SchemaLevel &names)
{
    for (int row = 0; row < names.count(); ++row) {
        const QString name = names.name(row).toString();
        const ObjectPath path = parent.child(name);
        if (names.kind(row) == ObjectInfo::Kind::Catalog) {
            QMenu *below = menu->addMenu(menuText(name));
            connect(below, &QMenu::aboutToShow, this, [this, below, path] {
                if (below->isEmpty())
                    addLevel(below, path);
            });
        } else if (names.kind(row) == ObjectInfo::Kind::Schema) {
            QAction *action = menu->addAction(menuText(name), this, [this, path] {
                if (!m_session)
                    return;
                m_session->setCurrent(path);
                m_state.current = path;
                setSession(m_state);
            });
            action->setCheckable(true);
            action->setChecked(path == m_state.current);
        }
    }
}

void SessionBar::fillFacts(QMenu *menu, const QMap<QString, QString> &facts)
{
    menu->clear();
    for (const auto &[name, value] : facts.asKeyValueRange())
        menu->addAction(menuText(u"%1 = %2"_s.arg(name, value)))->setEnabled(false);
}

} // namespace Grebe
