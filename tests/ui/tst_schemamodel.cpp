// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionmodel.h"
#include "extension/questionprogress.h"
#include "fakeconnection.h"
#include "schema/schemamodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_SchemaModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void connectionsComeFirstAndAskNothing();
    void aLevelIsReadOnceWhenItIsFetched();
    void aSlowLevelSaysThatItIsRead();
    void aLevelThatWaitsForOthersSaysSo();
    void aFailedLevelShowsWhyAndCanBeReadAgain();
    void anEmptyLevelSaysWhatIsMissing();
    void aRefusedSignInIsTheConnectionsError();
    void columnsHaveTheirTypeAndNoChildren();
    void anAnswerThatComesTooLateIsDropped();
    void aConnectionThatIsRemovedTakesItsTreeAlong();
    void aConnectionThatIsAddedLeavesTheOthersOpen();
    void serverTextInAToolTipIsNoMarkup();

private:
    Result<void> store(const QString &name);
    QModelIndex at(std::initializer_list<int> rows) const;
    void open(const QModelIndex &index);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeServer> m_server;
    std::unique_ptr<ConnectionStore> m_store;
    std::unique_ptr<ConnectionModel> m_connections;
    std::unique_ptr<SchemaModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

static ObjectInfo object(const QStringList &path, ObjectInfo::Kind kind, const QString &type = {})
{
    return { .path = ObjectPath(path), .kind = kind, .type = type, .hasChildren = kind != ObjectInfo::Kind::Column };
}

Result<void> tst_SchemaModel::store(const QString &name)
{
    ConnectionParameters parameters(fakeEngineInfo());
    if (const auto set = parameters.setValue(u"host"_s, name); !set)
        return set;
    return m_store->store({ .name = name, .parameters = parameters });
}

void tst_SchemaModel::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<FakeServer>();
    m_server->levels[{}] = QList { object({ u"hive"_s }, ObjectInfo::Kind::Catalog) };
    m_server->levels[{ u"hive"_s }] = QList { object({ u"hive"_s, u"sales"_s }, ObjectInfo::Kind::Schema) };
    m_store = std::make_unique<ConnectionStore>(QList { &fakeEngineInfo() }, m_folder->filePath(u"connections.json"_s));
    m_connections = std::make_unique<ConnectionModel>(m_store.get(), [this](const ConnectionParameters &wanted) {
        return ConnectionPtr(new FakeConnection(m_server.get(), wanted));
    });
    m_model = std::make_unique<SchemaModel>(m_connections.get());
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_tester->setUseFetchMore(false); // what is read here is read because the test opened it
    QVERIFY(store(u"lake"_s)); // after the tester, which fetches all there is when it is made
}

void tst_SchemaModel::cleanup()
{
    m_tester.reset();
    m_model.reset();
    m_connections.reset();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

QModelIndex tst_SchemaModel::at(std::initializer_list<int> rows) const
{
    QModelIndex index;
    for (int row : rows)
        index = m_model->index(row, 0, index);
    return index;
}

void tst_SchemaModel::open(const QModelIndex &index)
{
    QSignalSpy ended(m_model.get(), &SchemaModel::levelEnded);
    QVERIFY(m_model->canFetchMore(index));
    m_model->fetchMore(index);
    QTRY_VERIFY(!ended.isEmpty());
}

static SchemaModel::MessageKind message(const QModelIndex &index)
{
    return SchemaModel::MessageKind(index.data(SchemaModel::MessageRole).toInt());
}

void tst_SchemaModel::connectionsComeFirstAndAskNothing()
{
    QCOMPARE(m_model->rowCount(), 1);
    QCOMPARE(at({ 0 }).data().toString(), u"lake"_s);
    QVERIFY(m_model->hasChildren(at({ 0 })));
    QCOMPARE(m_model->rowCount(at({ 0 })), 0);
    QVERIFY(m_server->asked.isEmpty());
}

void tst_SchemaModel::aLevelIsReadOnceWhenItIsFetched()
{
    open(at({ 0 }));
    QCOMPARE(m_model->rowCount(at({ 0 })), 1);
    QCOMPARE(at({ 0, 0 }).data().toString(), u"hive"_s);
    QVERIFY(!m_model->canFetchMore(at({ 0 })));
    QCOMPARE(m_server->asked, QList<QStringList> { {} });
    QVERIFY(at({ 0 }).data(SchemaModel::DetailRole).toString().contains(u"Fake 1"_s));
    open(at({ 0, 0 }));
    QCOMPARE(m_server->asked, (QList<QStringList> { {}, { u"hive"_s } }));
    QCOMPARE(at({ 0, 0, 0 }).data(SchemaModel::PathRole).value<ObjectPath>(), ObjectPath({ u"hive"_s, u"sales"_s }));
}

void tst_SchemaModel::aSlowLevelSaysThatItIsRead()
{
    m_server->slowLevels += QStringList {};
    m_model->fetchMore(at({ 0 }));
    QTRY_COMPARE(m_server->waiting.size(), 1);
    QCOMPARE(m_model->rowCount(at({ 0 })), 0); // nothing flickers in the first moment
    QTRY_COMPARE(m_model->rowCount(at({ 0 })), 1);
    QCOMPARE(message(at({ 0, 0 })), SchemaModel::MessageKind::Loading);
    QVERIFY(!m_model->hasChildren(at({ 0, 0 })));
    m_server->answer({});
    QTRY_COMPARE(at({ 0, 0 }).data().toString(), u"hive"_s);
    QCOMPARE(m_model->rowCount(at({ 0 })), 1);
}

void tst_SchemaModel::aLevelThatWaitsForOthersSaysSo()
{
    m_server->slowLevels += QStringList {};
    m_model->fetchMore(at({ 0 }));
    QTRY_COMPARE(m_server->waiting.size(), 1);
    const auto promise = m_server->waiting.value({}).first();
    promise->setProgressRange(0, QuestionAsked);
    promise->setProgressValue(QuestionQueued);
    QTRY_COMPARE(m_model->rowCount(at({ 0 })), 1);
    QTRY_COMPARE(at({ 0, 0 }).data().toString(), u"queued…"_s);
    QCOMPARE(message(at({ 0, 0 })), SchemaModel::MessageKind::Loading);
    promise->setProgressValue(QuestionAsked);
    QTRY_COMPARE(at({ 0, 0 }).data().toString(), u"reading…"_s);
    m_server->answer({});
    QTRY_COMPARE(at({ 0, 0 }).data().toString(), u"hive"_s);
}

void tst_SchemaModel::aFailedLevelShowsWhyAndCanBeReadAgain()
{
    m_server->levels[{ u"hive"_s }] = std::unexpected(Error { .code = Error::Code::IO, .message = u"metastore is down"_s });
    open(at({ 0 }));
    open(at({ 0, 0 }));
    QCOMPARE(message(at({ 0, 0, 0 })), SchemaModel::MessageKind::Failed);
    QCOMPARE(at({ 0, 0, 0 }).data().toString(), u"metastore is down"_s);
    m_server->levels[{ u"hive"_s }] = QList { object({ u"hive"_s, u"sales"_s }, ObjectInfo::Kind::Schema) };
    m_model->reload(at({ 0, 0, 0 }));
    QTRY_COMPARE(at({ 0, 0, 0 }).data().toString(), u"sales"_s);
}

void tst_SchemaModel::anEmptyLevelSaysWhatIsMissing()
{
    m_server->levels[{ u"hive"_s }] = QList<ObjectInfo> {};
    open(at({ 0 }));
    open(at({ 0, 0 }));
    QCOMPARE(message(at({ 0, 0, 0 })), SchemaModel::MessageKind::Empty);
    QCOMPARE(at({ 0, 0, 0 }).data().toString(), u"no schemas you may see"_s);
    QCOMPARE(at({ 0, 0 }).data(SchemaModel::LevelStateRole).toInt(), int(SchemaModel::LevelState::Loaded));
}

void tst_SchemaModel::aRefusedSignInIsTheConnectionsError()
{
    m_server->opening = std::unexpected(Error { .code = Error::Code::Unauthenticated, .message = u"The server refused the password."_s });
    open(at({ 0 }));
    QCOMPARE(message(at({ 0, 0 })), SchemaModel::MessageKind::Failed);
    QCOMPARE(at({ 0, 0 }).data().toString(), u"The server refused the password."_s);
    QVERIFY(m_server->asked.isEmpty());
}

void tst_SchemaModel::columnsHaveTheirTypeAndNoChildren()
{
    m_server->levels[{ u"hive"_s }] = QList { object({ u"hive"_s, u"n"_s }, ObjectInfo::Kind::Column, u"decimal(12, 2)"_s) };
    open(at({ 0 }));
    open(at({ 0, 0 }));
    const QModelIndex column = at({ 0, 0, 0 });
    QCOMPARE(column.data(SchemaModel::DetailRole).toString(), u"decimal(12, 2)"_s);
    QVERIFY(!m_model->hasChildren(column));
    QVERIFY(!m_model->canFetchMore(column));
}

void tst_SchemaModel::anAnswerThatComesTooLateIsDropped()
{
    m_server->slowLevels += QStringList {};
    m_model->fetchMore(at({ 0 }));
    QTRY_COMPARE(m_server->waiting.value({}).size(), 1);
    const auto first = m_server->waiting.take({}).first();
    m_model->reload(at({ 0 }));
    QTRY_COMPARE(m_server->waiting.value({}).size(), 1);
    m_server->levels[{}] = QList { object({ u"iceberg"_s }, ObjectInfo::Kind::Catalog) };
    m_server->answer({});
    QTRY_COMPARE(at({ 0, 0 }).data().toString(), u"iceberg"_s);
    first->addResult(QList { object({ u"hive"_s }, ObjectInfo::Kind::Catalog), object({ u"tpch"_s }, ObjectInfo::Kind::Catalog) });
    first->finish();
    QCoreApplication::sendPostedEvents();
    QCOMPARE(m_model->rowCount(at({ 0 })), 1);
    QCOMPARE(at({ 0, 0 }).data().toString(), u"iceberg"_s);
}

void tst_SchemaModel::aConnectionThatIsRemovedTakesItsTreeAlong()
{
    open(at({ 0 }));
    m_server->slowLevels += QStringList { u"hive"_s };
    m_model->fetchMore(at({ 0, 0 }));
    QTRY_COMPARE(m_server->waiting.size(), 1);
    QVERIFY(m_store->remove(u"lake"_s));
    QCOMPARE(m_model->rowCount(), 0);
    m_server->answer({ u"hive"_s });
    QCoreApplication::sendPostedEvents();
    QCOMPARE(m_model->rowCount(), 0);
}

void tst_SchemaModel::aConnectionThatIsAddedLeavesTheOthersOpen()
{
    open(at({ 0 }));
    QVERIFY(store(u"other"_s));
    QCOMPARE(m_model->rowCount(), 2);
    QCOMPARE(m_model->rowCount(at({ 0 })), 1);
    QCOMPARE(m_model->rowCount(at({ 1 })), 0);
    QCOMPARE(at({ 1 }).data().toString(), u"other"_s);
}

void tst_SchemaModel::serverTextInAToolTipIsNoMarkup()
{
    m_server->levels[{}] = QList { object({ u"<b>x</b>"_s }, ObjectInfo::Kind::Catalog) };
    open(at({ 0 }));
    QVERIFY(at({ 0, 0 }).data(Qt::ToolTipRole).toString().contains(u"&lt;b&gt;x"_s));
}

QTEST_MAIN(tst_SchemaModel)
#include "tst_schemamodel.moc"
