// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionmodel.h"
#include "connections/connectionstore.h"
#include "fakeconnection.h"
#include "mainwindow/sessionbar.h"
#include "schema/schemacache.h"

#include <QMenu>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// The menus of the strip above an editor.
class tst_SessionBar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void whatIsKnownIsShownAtOnce();
    void theServersAnswerReplacesIt();
    void anErrorLeavesWhatIsKnown();
    void whatWasReadIsKept();
    void namesOfSomebodyElseAreNotShown();

private:
    void start(const QString &user);
    void know(const QString &key, const QStringList &catalogs);
    QString key() const { return SchemaCache::keyOf(m_connections->stored(0).parameters); }
    QMenu *openMenu();
    static QStringList texts(const QMenu *menu);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<ConnectionStore> m_store;
    std::unique_ptr<ConnectionModel> m_connections;
    std::unique_ptr<SchemaCache> m_cache;
    std::unique_ptr<SessionBar> m_bar;
    ConnectionPtr m_session;
};

static QList<ObjectInfo> catalogs(const QStringList &names)
{
    QList<ObjectInfo> made;
    for (const QString &name : names)
        made << ObjectInfo { .path = ObjectPath({ name }), .kind = ObjectInfo::Kind::Catalog, .hasChildren = true };
    return made;
}

void tst_SessionBar::init()
{
    m_server = std::make_unique<FakeServer>();
    m_server->slowLevels.insert(QStringList());
    start(u"ann"_s);
}

void tst_SessionBar::start(const QString &user)
{
    cleanup();
    m_folder = std::make_unique<QTemporaryDir>();
    m_store = std::make_unique<ConnectionStore>(QList { &fakeEngineInfo() }, m_folder->filePath(u"connections.json"_s));
    ConnectionParameters parameters(fakeEngineInfo());
    QVERIFY(parameters.setValue(u"host"_s, u"lake.example"_s) && parameters.setValue(u"user"_s, user));
    QVERIFY(m_store->store({ .name = u"lake"_s, .parameters = parameters }));
    m_connections = std::make_unique<ConnectionModel>(m_store.get(), [this](const ConnectionParameters &wanted) { return ConnectionPtr(new FakeConnection(m_server.get(), wanted)); });
    m_cache = std::make_unique<SchemaCache>(QString());
    m_bar = std::make_unique<SessionBar>(m_connections.get());
    m_bar->setCache(m_cache.get());
    m_session = m_connections->connection(0)->newSession();
    m_bar->setConnection(u"lake"_s, m_session.get());
}

void tst_SessionBar::cleanup()
{
    m_bar.reset();
    m_session.reset();
    m_connections.reset();
    m_cache.reset();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void tst_SessionBar::know(const QString &key, const QStringList &names)
{
    m_cache->store(key, {}, { std::make_shared<const SchemaLevel>(catalogs(names)), QDateTime::currentDateTime() });
}

QMenu *tst_SessionBar::openMenu()
{
    auto *menu = m_bar->findChild<QMenu *>(u"schemas"_s);
    Q_EMIT menu->aboutToShow();
    return menu;
}

QStringList tst_SessionBar::texts(const QMenu *menu)
{
    QStringList all;
    for (const QAction *action : menu->actions())
        all << action->text();
    return all;
}

void tst_SessionBar::whatIsKnownIsShownAtOnce()
{
    know(key(), { u"hive"_s, u"tpch"_s });
    const QMenu *menu = openMenu();
    QTRY_COMPARE(texts(menu), QStringList({ u"reading…"_s, u"hive"_s, u"tpch"_s }));
    // A menu that somebody is in does not change when there is nothing new.
    const QAction *hive = menu->actions().at(1);
    m_server->levels[{}] = catalogs({ u"hive"_s, u"tpch"_s });
    m_server->answer({});
    QTRY_COMPARE(texts(menu), QStringList({ u"hive"_s, u"tpch"_s }));
    QCOMPARE(menu->actions().first(), hive);
}

void tst_SessionBar::theServersAnswerReplacesIt()
{
    know(key(), { u"hive"_s, u"tpch"_s });
    const QMenu *menu = openMenu();
    m_server->levels[{}] = catalogs({ u"hive"_s, u"lab"_s });
    m_server->answer({});
    QTRY_COMPARE(texts(menu), QStringList({ u"hive"_s, u"lab"_s }));
}

void tst_SessionBar::anErrorLeavesWhatIsKnown()
{
    know(key(), { u"hive"_s });
    const QMenu *menu = openMenu();
    m_server->levels[{}] = std::unexpected(Error { .code = Error::Code::IO, .message = u"no way there"_s });
    m_server->answer({});
    QTRY_COMPARE(texts(menu), QStringList({ u"no way there"_s, u"hive"_s }));
}

void tst_SessionBar::whatWasReadIsKept()
{
    const QMenu *menu = openMenu();
    QCOMPARE(texts(menu), QStringList(u"reading…"_s));
    m_server->levels[{}] = catalogs({ u"hive"_s });
    m_server->answer({});
    QTRY_COMPARE(texts(menu), QStringList(u"hive"_s));
    const auto level = m_cache->level(key(), {});
    QVERIFY(level);
    QCOMPARE(level->objects->count(), 1);
}

void tst_SessionBar::namesOfSomebodyElseAreNotShown()
{
    start({});
    know(SchemaCache::keyOf(m_connections->stored(0).parameters, u"ann"_s), { u"secret"_s });
    m_server->opening->user = u"bob"_s;
    const QMenu *menu = openMenu();
    QTRY_COMPARE(m_server->asked.size(), 1);
    QCOMPARE(texts(menu), QStringList(u"reading…"_s));
    m_server->opening->user = u"ann"_s;
    QTRY_COMPARE(texts(openMenu()), QStringList({ u"reading…"_s, u"secret"_s }));
}

QTEST_MAIN(tst_SessionBar)
#include "tst_sessionbar.moc"
