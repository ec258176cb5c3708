// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionmodel.h"
#include "fakeconnection.h"
#include "schema/schemacache.h"
#include "schema/schemamodel.h"
#include "schema/schematree.h"
#include "schema/schemaview.h"

#include <QAbstractItemModelTester>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_SchemaCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void levelsArePacked();
    void packedBytesAreChecked();
    void keysTellApartWhoAsks_data();
    void keysTellApartWhoAsks();
    void whomTheServerTakesUsForIsInTheKey();
    void somebodyElsesTreeIsNotShown();
    void aTreeWhoseOwnerChangesIsReadAnew();
    void aLevelSurvivesTheProgram();
    void anotherUserSeesNothingOfIt();
    void brokenFilesAreAsIfTheyWereNotThere_data();
    void brokenFilesAreAsIfTheyWereNotThere();
    void filesAreTheUsersAlone();
    void theOldestGoFirst();
    void noSecretIsWritten();
    void whatWasReadIsShownAtOnceWithItsAge();
    void whatIsStillThereStaysOpen();
    void anErrorLeavesWhatWasKnown();
    void aMissingObjectIsForgotten();
    void aClosedBranchIsGivenUp();
    void aHundredThousandTables();
    void aHundredThousandTablesInTheWindow();
    void theFooterTellsTheAge();
};

namespace {

ObjectInfo object(const QStringList &path, ObjectInfo::Kind kind = ObjectInfo::Kind::Table)
{
    return { .path = ObjectPath(path), .kind = kind, .hasChildren = kind != ObjectInfo::Kind::Column };
}

QList<ObjectInfo> tables(const QStringList &names)
{
    QList<ObjectInfo> made;
    for (const QString &name : names)
        made << object({ u"hive"_s, u"sales"_s, name });
    return made;
}

SchemaCache::Level levelOf(const QList<ObjectInfo> &objects, const QDateTime &readAt)
{
    return { std::make_shared<const SchemaLevel>(objects), readAt };
}

std::optional<SchemaCache::Level> find(SchemaCache &cache, const QString &key, const ObjectPath &path)
{
    auto future = cache.find(key, path);
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 10'000))
        qFatal("the disk does not answer");
    return future.result();
}

ConnectionParameters parameters(const QMap<QString, QString> &values)
{
    ConnectionParameters made(fakeEngineInfo());
    for (const auto &[option, value] : values.asKeyValueRange()) {
        if (!made.setValue(option, value))
            qFatal("%s", qPrintable(option));
    }
    return made;
}

QStringList filesBelow(const QString &folder)
{
    QStringList files;
    for (QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories); it.hasNext();)
        files << it.next();
    return files;
}

const ObjectPath sales({ u"hive"_s, u"sales"_s });

/// A connection "lake" in a tree over a cache.
struct Tree
{
    explicit Tree(const QString &cacheFolder, const QString &user = u"ann"_s)
        : store(QList { &fakeEngineInfo() }, folder.filePath(u"connections.json"_s)),
          connections(&store, [this](const ConnectionParameters &wanted) { return ConnectionPtr(new FakeConnection(&server, wanted)); }),
          cache(cacheFolder), model(&connections), tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest)
    {
        tester.setUseFetchMore(false);
        model.setCache(&cache);
        server.levels[{}] = QList { object({ u"hive"_s }, ObjectInfo::Kind::Catalog) };
        server.levels[{ u"hive"_s }] = QList { object({ u"hive"_s, u"sales"_s }, ObjectInfo::Kind::Schema) };
        server.levels[sales.parts()] = tables({ u"customers"_s, u"orders"_s });
        server.levels[{ u"hive"_s, u"sales"_s, u"orders"_s }] = QList { object({ u"hive"_s, u"sales"_s, u"orders"_s, u"id"_s }, ObjectInfo::Kind::Column) };
        if (!store.store({ .name = u"lake"_s, .parameters = parameters({ { u"host"_s, u"lake"_s }, { u"user"_s, user }, { u"password"_s, u"s3cret"_s } }) }))
            qFatal("not stored");
    }
    ~Tree() { QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete); }

    QModelIndex at(std::initializer_list<int> rows) const
    {
        QModelIndex index;
        for (int row : rows)
            index = model.index(row, 0, index);
        return index;
    }
    /// Opens a level and waits until its server has answered.
    void open(const QModelIndex &index)
    {
        const QPersistentModelIndex kept = index;
        model.fetchMore(kept);
        if (!QTest::qWaitFor([&] { return kept.data(SchemaModel::LevelStateRole).toInt() > int(SchemaModel::LevelState::Loading); }, 10'000))
            qFatal("a level was not read");
    }
    void openTables()
    {
        open(at({ 0 }));
        open(at({ 0, 0 }));
        open(at({ 0, 0, 0 }));
    }
    QStringList names(const QModelIndex &parent) const
    {
        QStringList all;
        for (int row = 0; row < model.rowCount(parent); ++row)
            all << model.index(row, 0, parent).data().toString();
        return all;
    }

    QTemporaryDir folder;
    FakeServer server;
    ConnectionStore store;
    ConnectionModel connections;
    SchemaCache cache;
    SchemaModel model;
    QAbstractItemModelTester tester;
};

} // namespace

void tst_SchemaCache::levelsArePacked()
{
    const QList<ObjectInfo> objects {
        { .path = ObjectPath({ u"t"_s, u"id"_s }), .kind = ObjectInfo::Kind::Column, .type = u"bigint"_s, .comment = u"the key"_s, .defaultValue = u"0"_s, .isNullable = false },
        { .path = ObjectPath({ u"t"_s, u"plätze 😀"_s }), .kind = ObjectInfo::Kind::View, .hasChildren = true },
        { .path = ObjectPath({ u"t"_s, QString() }), .kind = ObjectInfo::Kind::Other, .comment = u"no name"_s },
    };
    const SchemaLevel level(objects);
    const auto back = SchemaLevel::fromBytes(level.toBytes());
    QVERIFY(back);
    QVERIFY(*back == level);
    for (int row = 0; row < 3; ++row) {
        const ObjectInfo info = back->info(ObjectPath(QStringList(u"t"_s)), row);
        QCOMPARE(info.path, objects[row].path);
        QCOMPARE(info.kind, objects[row].kind);
        QCOMPARE(info.type, objects[row].type);
        QCOMPARE(info.comment, objects[row].comment);
        QCOMPARE(info.defaultValue, objects[row].defaultValue);
        QCOMPARE(info.isNullable, objects[row].isNullable);
        QCOMPARE(info.hasChildren, objects[row].hasChildren);
    }
    SchemaLevel changed = level;
    changed.remove(1, 1);
    changed.insert(0, level, 1, 2);
    QCOMPARE(changed.count(), 4);
    QCOMPARE(changed.name(0), u"plätze 😀"_s);
    QCOMPARE(changed.comment(1), u"no name"_s);
    QCOMPARE(changed.name(2), u"id"_s);
}

void tst_SchemaCache::packedBytesAreChecked()
{
    const QByteArray bytes = SchemaLevel(tables({ u"customers"_s, u"orders"_s })).toBytes();
    QVERIFY(SchemaLevel::fromBytes(bytes));
    for (qsizetype length = 0; length < bytes.size(); ++length)
        QVERIFY2(!SchemaLevel::fromBytes(bytes.first(length)), QByteArray::number(length));
    for (qsizetype at = 0; at < bytes.size(); ++at) { // any answer but a crash
        for (const char value : { '\x00', '\x7f', '\xff' }) {
            QByteArray broken = bytes;
            broken[at] = value;
            if (const auto level = SchemaLevel::fromBytes(broken)) {
                for (int row = 0; row < level->count(); ++row)
                    (void)level->info({}, row);
            }
        }
    }
}

void tst_SchemaCache::keysTellApartWhoAsks_data()
{
    using Values = QMap<QString, QString>;
    QTest::addColumn<Values>("a");
    QTest::addColumn<Values>("b");
    QTest::addColumn<bool>("isSame");
    const Values ann { { u"host"_s, u"lake"_s }, { u"user"_s, u"ann"_s } };
    const auto with = [&](const QString &option, const QString &value) {
        Values values = ann;
        values[option] = value;
        return values;
    };
    QTest::newRow("another user") << ann << with(u"user"_s, u"bob"_s) << false;
    QTest::newRow("another host") << ann << with(u"host"_s, u"pond"_s) << false;
    QTest::newRow("another port") << ann << with(u"port"_s, u"9"_s) << false;
    QTest::newRow("with TLS") << ann << with(u"SSL"_s, u"true"_s) << false;
    QTest::newRow("another password of the same user") << ann << with(u"password"_s, u"x"_s) << true;
    QTest::newRow("another current catalog") << ann << with(u"catalog"_s, u"hive"_s) << true;
}

void tst_SchemaCache::keysTellApartWhoAsks()
{
    using Values = QMap<QString, QString>;
    QFETCH(Values, a);
    QFETCH(Values, b);
    QFETCH(bool, isSame);
    const QString key = SchemaCache::keyOf(parameters(a));
    QVERIFY(!key.isEmpty());
    QCOMPARE(key == SchemaCache::keyOf(parameters(b)), isSame);
}

void tst_SchemaCache::whomTheServerTakesUsForIsInTheKey()
{
    const ConnectionParameters nobody = parameters({ { u"host"_s, u"lake"_s } });
    const QString ann = SchemaCache::keyOf(nobody, u"ann"_s);
    QVERIFY(!ann.isEmpty());
    QVERIFY(ann != SchemaCache::keyOf(nobody, u"bob"_s));
    QCOMPARE(SchemaCache::keyOf(nobody), QString()); // somebody, and nobody knows who
    const ConnectionParameters configured = parameters({ { u"host"_s, u"lake"_s }, { u"user"_s, u"ann"_s } });
    QCOMPARE(SchemaCache::keyOf(configured, u"ann"_s), SchemaCache::keyOf(configured));
}

void tst_SchemaCache::somebodyElsesTreeIsNotShown()
{
    QTemporaryDir folder;
    {
        Tree tree(folder.path(), {});
        tree.server.opening->user = u"ann"_s;
        tree.openTables();
        QCOMPARE(tree.names(tree.at({ 0, 0, 0 })), QStringList({ u"customers"_s, u"orders"_s }));
    }
    const auto isShownTo = [&](const QString &user, const QStringList &names) {
        Tree tree(folder.path(), {});
        if (user.isEmpty())
            tree.server.opening = std::unexpected(Error { .code = Error::Code::Unauthenticated, .message = u"not signed in"_s });
        else
            tree.server.opening->user = user;
        tree.server.slowLevels.insert(QStringList());
        tree.model.fetchMore(tree.at({ 0 }));
        // What the disk is asked now is answered after everything that the tree asked it.
        find(tree.cache, SchemaCache::keyOf(parameters({ { u"host"_s, u"pond"_s }, { u"user"_s, u"x"_s } })), {});
        QCoreApplication::processEvents();
        return QTest::qWaitFor([&] {
            QStringList shown = tree.names(tree.at({ 0 }));
            shown.removeAll(u"reading…"_s);
            return shown == names;
        }, 5'000);
    };
    QVERIFY(isShownTo(u"ann"_s, { u"hive"_s }));
    QVERIFY(isShownTo(u"bob"_s, {}));
    QVERIFY(isShownTo({}, { u"not signed in"_s }));
}

void tst_SchemaCache::aTreeWhoseOwnerChangesIsReadAnew()
{
    QTemporaryDir folder;
    Tree tree(folder.path(), {});
    tree.server.opening->user = u"ann"_s;
    tree.openTables();
    tree.server.opening->user = u"bob"_s;
    tree.server.levels[{}] = QList { object({ u"lab"_s }, ObjectInfo::Kind::Catalog) };
    tree.server.levels[{ u"hive"_s, u"sales"_s, u"customers"_s }] = QList<ObjectInfo>();
    tree.model.fetchMore(tree.at({ 0, 0, 0, 0 }));
    QTRY_COMPARE(tree.names(tree.at({ 0 })), QStringList(u"lab"_s));
    // What was asked for ann and is answered for bob is kept for neither.
    tree.server.slowLevels.insert(QStringList(u"lab"_s));
    tree.model.fetchMore(tree.at({ 0, 0 }));
    tree.server.opening->user = u"ann"_s;
    tree.server.levels[{ u"lab"_s }] = QList { object({ u"lab"_s, u"secret"_s }, ObjectInfo::Kind::Schema) };
    tree.server.answer({ u"lab"_s });
    QTRY_COMPARE(tree.names(tree.at({ 0, 0 })), QStringList(u"secret"_s));
    const ConnectionParameters asked = tree.connections.stored(0).parameters;
    for (const QString &user : { u"ann"_s, u"bob"_s })
        QVERIFY(!find(tree.cache, SchemaCache::keyOf(asked, user), ObjectPath({ u"lab"_s })));
    QVERIFY(find(tree.cache, SchemaCache::keyOf(asked, u"bob"_s), {}));
}

void tst_SchemaCache::aLevelSurvivesTheProgram()
{
    QTemporaryDir folder;
    const QDateTime then = QDateTime::currentDateTime().addDays(-3);
    {
        SchemaCache cache(folder.filePath(u"schemas"_s));
        cache.store(u"ann"_s, sales, levelOf(tables({ u"customers"_s, u"orders"_s }), then));
        QVERIFY(cache.level(u"ann"_s, sales));
    }
    SchemaCache cache(folder.filePath(u"schemas"_s));
    QVERIFY(!cache.level(u"ann"_s, sales)); // the disk is not read unasked
    QSignalSpy changed(&cache, &SchemaCache::changed);
    const auto level = find(cache, u"ann"_s, sales);
    QVERIFY(level);
    QCOMPARE(level->objects->count(), 2);
    QCOMPARE(level->objects->name(1), u"orders"_s);
    QCOMPARE(level->readAt.toMSecsSinceEpoch(), then.toMSecsSinceEpoch());
    QCOMPARE(changed.count(), 1);
    QVERIFY(cache.level(u"ann"_s, sales)); // from now on, names without asking anybody
    QVERIFY(!find(cache, u"ann"_s, sales.parent()));
    cache.forget(u"ann"_s, sales);
    QVERIFY(!cache.level(u"ann"_s, sales));
    QVERIFY(!find(cache, u"ann"_s, sales));
}

void tst_SchemaCache::anotherUserSeesNothingOfIt()
{
    QTemporaryDir folder;
    {
        SchemaCache cache(folder.path());
        cache.store(u"ann"_s, sales, levelOf(tables({ u"salaries"_s }), QDateTime::currentDateTime()));
        cache.store(QString(), sales, levelOf(tables({ u"nobody's"_s }), QDateTime::currentDateTime()));
    }
    SchemaCache cache(folder.path());
    QVERIFY(!find(cache, u"bob"_s, sales));
    QVERIFY(!find(cache, QString(), sales));
    QCOMPARE(filesBelow(folder.path()).size(), 1);
    // Even under the name of another's: a file says whose it is.
    {
        SchemaCache other(folder.filePath(u"other"_s));
        other.store(u"bob"_s, sales, levelOf(tables({ u"x"_s }), QDateTime::currentDateTime()));
    }
    const QString bobs = filesBelow(folder.filePath(u"other"_s)).first();
    QVERIFY(QFile::remove(bobs));
    for (const QString &file : filesBelow(folder.path()))
        QVERIFY(QFile::copy(file, bobs));
    SchemaCache other(folder.filePath(u"other"_s));
    QVERIFY(!find(other, u"bob"_s, sales));
}

void tst_SchemaCache::brokenFilesAreAsIfTheyWereNotThere_data()
{
    QTest::addColumn<int>("at"); // byte to change; from the end when negative; 0 cuts the file in half
    QTest::newRow("another format") << 3;
    QTest::newRow("a wrong sum") << 12;
    QTest::newRow("a changed byte") << -5;
    QTest::newRow("a file that was cut") << 0;
}

void tst_SchemaCache::brokenFilesAreAsIfTheyWereNotThere()
{
    QFETCH(int, at);
    QTemporaryDir folder;
    {
        SchemaCache cache(folder.path());
        cache.store(u"ann"_s, sales, levelOf(tables({ u"customers"_s, u"orders"_s }), QDateTime::currentDateTime()));
    }
    QFile file(filesBelow(folder.path()).first());
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray bytes = file.readAll();
    if (at == 0)
        bytes.resize(bytes.size() / 2);
    else
        bytes[at < 0 ? bytes.size() + at : at] = char(bytes[at < 0 ? bytes.size() + at : at] ^ 0x15);
    QVERIFY(file.resize(0) && file.seek(0) && file.write(bytes) == bytes.size());
    file.close();
    SchemaCache cache(folder.path());
    QVERIFY(!find(cache, u"ann"_s, sales));
    // And it is written anew.
    cache.store(u"ann"_s, sales, levelOf(tables({ u"orders"_s }), QDateTime::currentDateTime()));
    QVERIFY(find(cache, u"ann"_s, sales));
}

void tst_SchemaCache::filesAreTheUsersAlone()
{
    QTemporaryDir folder;
    const QString schemas = folder.filePath(u"schemas"_s);
    {
        SchemaCache cache(schemas);
        cache.store(u"ann"_s, sales, levelOf(tables({ u"orders"_s }), QDateTime::currentDateTime()));
    }
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
    const QString file = filesBelow(schemas).first();
    for (const QString &path : { file, QFileInfo(file).path(), schemas })
        QVERIFY2(!(QFile::permissions(path) & others), qPrintable(path));
}

void tst_SchemaCache::theOldestGoFirst()
{
    QTemporaryDir folder;
    {
        SchemaCache cache(folder.path());
        for (int i = 0; i < 4; ++i)
            cache.store(u"ann"_s, ObjectPath({ u"hive"_s, QString::number(i) }), levelOf(tables({ QString(1000, u'x') }), QDateTime::currentDateTime()));
    }
    for (const QString &name : filesBelow(folder.path())) { // old, all of them
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(-1), QFileDevice::FileModificationTime));
    }
    {
        SchemaCache cache(folder.path(), 3000);
        cache.store(u"ann"_s, ObjectPath({ u"hive"_s, u"new"_s }), levelOf(tables({ QString(1000, u'y') }), QDateTime::currentDateTime()));
    }
    qint64 bytes = 0;
    for (const QString &name : filesBelow(folder.path()))
        bytes += QFileInfo(name).size();
    QVERIFY2(bytes <= 3000 && bytes > 1000, QByteArray::number(bytes));
    SchemaCache cache(folder.path());
    QVERIFY(find(cache, u"ann"_s, ObjectPath({ u"hive"_s, u"new"_s })));
}

void tst_SchemaCache::noSecretIsWritten()
{
    QTemporaryDir folder;
    {
        Tree tree(folder.path());
        tree.openTables();
    }
    const QStringList files = filesBelow(folder.path());
    QCOMPARE(files.size(), 3);
    for (const QString &name : files) {
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(!bytes.contains("s3cret") && !bytes.contains(QByteArray("s\0003\000c\000r", 7)));
    }
}

void tst_SchemaCache::whatWasReadIsShownAtOnceWithItsAge()
{
    QTemporaryDir folder;
    QDateTime readAt;
    {
        Tree tree(folder.path());
        tree.openTables();
        readAt = tree.at({ 0, 0, 0 }).data(SchemaModel::LoadedAtRole).toDateTime();
    }
    Tree tree(folder.path());
    tree.server.slowLevels = { QStringList(), QStringList(u"hive"_s), sales.parts() };
    tree.model.fetchMore(tree.at({ 0 }));
    QTRY_COMPARE(tree.names(tree.at({ 0 })), QStringList(u"hive"_s));
    tree.model.fetchMore(tree.at({ 0, 0 }));
    QTRY_COMPARE(tree.model.rowCount(tree.at({ 0, 0 })), 1);
    tree.model.fetchMore(tree.at({ 0, 0, 0 }));
    QTRY_COMPARE(tree.names(tree.at({ 0, 0, 0 })), QStringList({ u"customers"_s, u"orders"_s }));
    // Nothing has come from the server, and it is being asked.
    QCOMPARE(tree.at({ 0, 0, 0 }).data(SchemaModel::LevelStateRole).toInt(), int(SchemaModel::LevelState::Loading));
    QCOMPARE(tree.at({ 0, 0, 0 }).data(SchemaModel::LoadedAtRole).toDateTime().toMSecsSinceEpoch(), readAt.toMSecsSinceEpoch());
    QTRY_COMPARE(tree.server.waiting.value(sales.parts()).size(), 1);
    tree.server.answer(sales.parts());
    QTRY_COMPARE(tree.at({ 0, 0, 0 }).data(SchemaModel::LevelStateRole).toInt(), int(SchemaModel::LevelState::Loaded));
    QVERIFY(tree.at({ 0, 0, 0 }).data(SchemaModel::LoadedAtRole).toDateTime() > readAt);
}

void tst_SchemaCache::whatIsStillThereStaysOpen()
{
    QTemporaryDir folder;
    Tree tree(folder.path());
    tree.openTables();
    tree.open(tree.at({ 0, 0, 0, 1 }));
    const QPersistentModelIndex orders = tree.at({ 0, 0, 0, 1 });
    const QPersistentModelIndex id = tree.at({ 0, 0, 0, 1, 0 });
    const QPersistentModelIndex customers = tree.at({ 0, 0, 0, 0 });
    QCOMPARE(id.data().toString(), u"id"_s);
    tree.server.levels[sales.parts()] = tables({ u"a"_s, u"b"_s, u"orders"_s, u"z"_s });
    QSignalSpy ended(&tree.model, &SchemaModel::levelEnded);
    tree.model.reload(tree.at({ 0, 0, 0 }));
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(tree.names(tree.at({ 0, 0, 0 })), QStringList({ u"a"_s, u"b"_s, u"orders"_s, u"z"_s }));
    QVERIFY(!customers.isValid());
    QVERIFY(orders.isValid() && id.isValid());
    QCOMPARE(orders.row(), 2);
    QCOMPARE(id.data().toString(), u"id"_s);
    QCOMPARE(id.parent(), QModelIndex(orders));
    // Too much has changed to follow it row by row.
    QStringList many;
    for (int i = 0; i < 400; ++i)
        many << u"t%1"_s.arg(i, 4, 10, QChar(u'0'));
    tree.server.levels[sales.parts()] = tables(many);
    tree.model.reload(tree.at({ 0, 0, 0 }));
    QTRY_COMPARE(ended.count(), 2);
    QStringList half;
    for (int i = 0; i < 400; i += 2)
        half << many[i];
    tree.server.levels[sales.parts()] = tables(half);
    tree.model.reload(tree.at({ 0, 0, 0 }));
    QTRY_COMPARE(ended.count(), 3);
    QCOMPARE(tree.names(tree.at({ 0, 0, 0 })), half);
}

void tst_SchemaCache::anErrorLeavesWhatWasKnown()
{
    QTemporaryDir folder;
    {
        Tree tree(folder.path());
        tree.openTables();
    }
    Tree tree(folder.path());
    tree.server.opening = std::unexpected(Error { .code = Error::Code::IO, .message = u"no route to lake"_s });
    tree.open(tree.at({ 0 }));
    QTRY_COMPARE(tree.names(tree.at({ 0 })), QStringList({ u"no route to lake"_s, u"hive"_s }));
    QCOMPARE(tree.at({ 0, 0 }).data(SchemaModel::MessageRole).toInt(), int(SchemaModel::MessageKind::Failed));
    QCOMPARE(tree.at({ 0, 1 }).data(SchemaModel::PathRole).value<ObjectPath>(), ObjectPath({ u"hive"_s }));
    // The levels below can be opened all the same.
    tree.model.fetchMore(tree.at({ 0, 1 }));
    QTRY_VERIFY(tree.names(tree.at({ 0, 1 })).contains(u"sales"_s));
    tree.server.opening = ServerInfo { .product = u"Fake"_s };
    tree.model.reload(tree.at({ 0, 0 }));
    QTRY_COMPARE(tree.names(tree.at({ 0 })), QStringList(u"hive"_s));
}

void tst_SchemaCache::aMissingObjectIsForgotten()
{
    QTemporaryDir folder;
    Tree tree(folder.path());
    tree.openTables();
    tree.server.levels[sales.parts()] = std::unexpected(Error { .code = Error::Code::NotFound, .message = u"There is no hive.sales."_s });
    QSignalSpy ended(&tree.model, &SchemaModel::levelEnded);
    tree.model.reload(tree.at({ 0, 0, 0 }));
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(tree.names(tree.at({ 0, 0, 0 })), QStringList(u"There is no hive.sales."_s));
    QVERIFY(!tree.cache.level(SchemaCache::keyOf(tree.connections.stored(0).parameters), sales));
}

void tst_SchemaCache::aClosedBranchIsGivenUp()
{
    Tree tree((QString()));
    tree.open(tree.at({ 0 }));
    tree.server.slowLevels += QStringList(u"hive"_s);
    tree.model.fetchMore(tree.at({ 0, 0 }));
    QTRY_COMPARE(tree.server.waiting.value({ u"hive"_s }).size(), 1);
    const auto promise = tree.server.waiting.take({ u"hive"_s }).first();
    tree.model.cancel(tree.at({ 0 })); // above it: the branch with all that is in it
    QVERIFY(promise->isCanceled());
    QCOMPARE(tree.model.rowCount(tree.at({ 0, 0 })), 0);
    promise->finish();
    QVERIFY(tree.model.canFetchMore(tree.at({ 0, 0 })));
    tree.server.slowLevels.clear();
    tree.open(tree.at({ 0, 0 }));
    QCOMPARE(tree.names(tree.at({ 0, 0 })), QStringList(u"sales"_s));
}

void tst_SchemaCache::aHundredThousandTables()
{
    Tree tree((QString()));
    QStringList names;
    for (int i = 0; i < 100'000; ++i)
        names << u"table_of_facts_%1"_s.arg(i, 6, 10, QChar(u'0'));
    tree.server.levels[sales.parts()] = tables(names);
    tree.open(tree.at({ 0 }));
    tree.open(tree.at({ 0, 0 }));
    QSignalSpy inserted(&tree.model, &QAbstractItemModel::rowsInserted);
    QElapsedTimer clock;
    clock.start();
    tree.open(tree.at({ 0, 0, 0 }));
    qInfo("100,000 tables in the model after %lld ms", clock.elapsed());
    QCOMPARE(tree.model.rowCount(tree.at({ 0, 0, 0 })), 100'000);
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(tree.at({ 0, 0, 0, 99'999 }).data().toString(), names.last());
    // A table that came and one that went are two small changes.
    names.insert(50'000, u"table_of_facts_050000a"_s);
    names.removeAt(10);
    tree.server.levels[sales.parts()] = tables(names);
    inserted.clear();
    QSignalSpy ended(&tree.model, &SchemaModel::levelEnded);
    tree.model.reload(tree.at({ 0, 0, 0 }));
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(inserted.first().at(1).toInt(), 49'999);
    QCOMPARE(tree.model.rowCount(tree.at({ 0, 0, 0 })), 100'000);
}

void tst_SchemaCache::aHundredThousandTablesInTheWindow()
{
    Tree tree((QString()));
    QStringList names;
    for (int i = 0; i < 100'000; ++i)
        names << u"table_of_facts_%1"_s.arg(i, 6, 10, QChar(u'0'));
    tree.server.levels[sales.parts()] = tables(names);
    SchemaView view(&tree.connections);
    view.resize(300, 800);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QAbstractItemModel *shown = view.tree()->model();
    const auto expand = [&](const QModelIndex &index) {
        view.tree()->expand(index);
        return QTest::qWaitFor([&] { return shown->rowCount(index) > 0; }, 10'000);
    };
    const QPersistentModelIndex lake = shown->index(0, 0);
    QVERIFY(expand(lake));
    const QPersistentModelIndex hive = shown->index(0, 0, lake);
    QVERIFY(expand(hive));
    const QPersistentModelIndex folder = shown->index(0, 0, hive);
    QElapsedTimer clock;
    clock.start();
    QVERIFY(expand(folder));
    const QModelIndex last = shown->index(99'999, 0, folder);
    QVERIFY(view.tree()->visualRect(last).isValid()); // all rows are laid out
    (void)view.grab();
    qInfo("100,000 tables on the screen after %lld ms", clock.restart());
    view.tree()->scrollTo(last);
    (void)view.grab();
    qInfo("scrolled to the last one in %lld ms", clock.elapsed());
}

void tst_SchemaCache::theFooterTellsTheAge()
{
    QTemporaryDir folder;
    Tree tree(folder.path());
    const QString key = SchemaCache::keyOf(tree.connections.stored(0).parameters);
    tree.cache.store(key, {}, levelOf({ object({ u"hive"_s }, ObjectInfo::Kind::Catalog) }, QDateTime::currentDateTime().addDays(-3)));
    SchemaView view(&tree.connections);
    view.model()->setCache(&tree.cache);
    view.show();
    tree.server.slowLevels += QStringList();
    view.expandConnection(u"lake"_s);
    QTRY_VERIFY2(view.footerText().contains(u"3 days ago"_s) && view.footerText().contains(u"reading…"_s), qPrintable(view.footerText()));
    QTRY_COMPARE(tree.server.waiting.value({}).size(), 1);
    tree.server.answer({});
    QTRY_VERIFY2(view.footerText().contains(u"lake read just now"_s), qPrintable(view.footerText()));
    // Closing the branch while it is read again stops that.
    view.reloadCurrent();
    QTRY_COMPARE(tree.server.waiting.value({}).size(), 1);
    const auto promise = tree.server.waiting.take({}).first();
    view.tree()->collapse(view.tree()->currentIndex());
    QVERIFY(promise->isCanceled());
    promise->finish();
}

QTEST_MAIN(tst_SchemaCache)
#include "tst_schemacache.moc"
