// SPDX-License-Identifier: Apache-2.0
#include "connections/connectionstore.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ConnectionStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void emptyStoreHasTheSample();
    void storedConnectionsReadBack();
    void secretsAreNotStored();
    void namesAreUnique();
    void theSampleStays();
    void removing();
    void damagedFileIsSetAside_data();
    void damagedFileIsSetAside();
    void unreadableEntriesStay_data();
    void unreadableEntriesStay();
    void twoProcessesKeepEachOthersChanges();

private:
    ConnectionParameters at(const QString &url) const { return *ConnectionParameters::fromUrl(url, m_engines); }
    QString fileName() const { return m_dir->filePath(u"config/connections.json"_s); }
    void writeFile(const QByteArray &text) const;
    QByteArray readFile() const;

    EngineInfo m_lake;
    EngineInfo m_duckdb;
    QList<const EngineInfo *> m_engines;
    std::unique_ptr<QTemporaryDir> m_dir;
};

void tst_ConnectionStore::initTestCase()
{
    m_lake = { .id = u"lake"_s, .name = u"Lake"_s, .pathOptions = { u"catalog"_s }, .defaultPort = 1,
               .features = EngineInfo::Network,
               .options = { { .name = u"host"_s }, { .name = u"port"_s, .type = OptionInfo::Type::Integer },
                            { .name = u"user"_s }, { .name = u"password"_s, .isSecret = true },
                            { .name = u"catalog"_s } } };
    m_duckdb = { .id = u"duckdb"_s, .name = u"DuckDB"_s, .pathOptions = { u"path"_s },
                 .options = { { .name = u"path"_s, .type = OptionInfo::Type::FilePath } } };
    m_engines = { &m_lake, &m_duckdb };
}

void tst_ConnectionStore::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(m_dir->isValid());
}

void tst_ConnectionStore::writeFile(const QByteArray &text) const
{
    QDir().mkpath(m_dir->filePath(u"config"_s));
    QFile file(fileName());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

QByteArray tst_ConnectionStore::readFile() const
{
    QFile file(fileName());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void tst_ConnectionStore::emptyStoreHasTheSample()
{
    ConnectionStore store(m_engines, fileName());
    QVERIFY(store.load());
    QCOMPARE(store.connections().size(), 1);
    QCOMPARE(store.connections().first().name, u"Sample lake"_s);
    QVERIFY(store.connections().first().isBuiltIn);
    QVERIFY(!QFile::exists(fileName()));
}

void tst_ConnectionStore::storedConnectionsReadBack()
{
    ConnectionStore store(m_engines, fileName());
    QSignalSpy changed(&store, &ConnectionStore::changed);
    const StoredConnection lake { u"Größe \"x\""_s, Environment::Production, at(u"lake://me@h:5/c"_s) };
    QVERIFY(store.store(lake));
    QVERIFY(!changed.isEmpty());
    QCOMPARE(QFile::permissions(fileName()) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
             QFile::Permissions());

    ConnectionStore other(m_engines, fileName());
    QVERIFY2(other.load(), qPrintable(other.problems().join(u'\n')));
    const auto read = other.connection(u"größe \"X\""_s);
    QVERIFY(read);
    QCOMPARE(read->parameters, lake.parameters);
    QCOMPARE(read->environment, Environment::Production);
    QCOMPARE(read->parameters.connectionName(), lake.name);

    QVERIFY(other.store({ u"renamed"_s, Environment::Test, at(u"lake://h"_s) }, lake.name));
    QCOMPARE(other.connections().size(), 2);
    QVERIFY(other.connection(u"renamed"_s));
}

void tst_ConnectionStore::secretsAreNotStored()
{
    ConnectionStore store(m_engines, fileName());
    ConnectionParameters parameters = at(u"lake://me@h"_s);
    QVERIFY(parameters.setValue(u"password"_s, u"hunter2"_s));
    QVERIFY(store.store({ u"a"_s, Environment::Development, parameters }));
    QVERIFY(!readFile().contains("hunter2"));
    QVERIFY(!store.connection(u"a"_s)->parameters.hasValue(u"password"_s));
}

void tst_ConnectionStore::namesAreUnique()
{
    ConnectionStore store(m_engines, fileName());
    QVERIFY(store.store({ u"Lake"_s, Environment::Development, at(u"lake://h"_s) }));
    const auto again = store.store({ u"lake"_s, Environment::Development, at(u"lake://other"_s) });
    QVERIFY(!again);
    QCOMPARE(again.error().code, Error::Code::AlreadyExists);
    QVERIFY(store.store({ u"lake"_s, Environment::Development, at(u"lake://other"_s) }, u"Lake"_s));
    QCOMPARE(store.connection(u"LAKE"_s)->parameters.host(), u"other"_s);
    QVERIFY(!store.store({ u"  "_s, Environment::Development, at(u"lake://h"_s) }));
}

void tst_ConnectionStore::theSampleStays()
{
    ConnectionStore store(m_engines, fileName());
    store.load();
    QVERIFY(!store.remove(u"Sample lake"_s));
    QVERIFY(!store.store({ u"sample LAKE"_s, Environment::Development, at(u"lake://h"_s) }));
    QVERIFY(store.connection(u"Sample lake"_s));
}

void tst_ConnectionStore::removing()
{
    ConnectionStore store(m_engines, fileName());
    QVERIFY(store.store({ u"Lake"_s, Environment::Development, at(u"lake://h"_s) }));
    const auto wrong = store.remove(u"Lakke"_s);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().hint, u"Did you mean \"Lake\"?"_s);
    QVERIFY(store.remove(u"lake"_s));
    QVERIFY(!store.connection(u"Lake"_s));
    ConnectionStore other(m_engines, fileName());
    QVERIFY(other.load());
    QCOMPARE(other.connections().size(), 1);
}

void tst_ConnectionStore::damagedFileIsSetAside_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("cut") << QByteArray("{\"connections\": [{\"name\": ");
    QTest::newRow("no object") << QByteArray("[]");
    QTest::newRow("no list") << QByteArray("{\"connections\": 1}");
    QTest::newRow("empty") << QByteArray("");
}

void tst_ConnectionStore::damagedFileIsSetAside()
{
    QFETCH(QByteArray, text);
    writeFile(text);
    ConnectionStore store(m_engines, fileName());
    QVERIFY(!store.load());
    QCOMPARE(store.problems().size(), 1);
    const QStringList aside = QDir(m_dir->filePath(u"config"_s)).entryList({ u"connections.json.damaged-*"_s });
    QCOMPARE(aside.size(), 1);
    QVERIFY(store.problems().first().contains(aside.first()));
    QFile kept(m_dir->filePath(u"config/"_s + aside.first()));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), text);
    QVERIFY(store.store({ u"Lake"_s, Environment::Development, at(u"lake://h"_s) }));
    QVERIFY(store.load());
}

void tst_ConnectionStore::unreadableEntriesStay_data()
{
    QTest::addColumn<QByteArray>("entry");
    QTest::newRow("an unknown key") << QByteArray(R"({"name": "odd", "colour": "red", "parameters": {"engine": "lake"}})");
    QTest::newRow("an unknown environment") << QByteArray(R"({"name": "odd", "environment": "moon"})");
    QTest::newRow("an unknown engine") << QByteArray(R"({"name": "odd", "parameters": {"engine": "sqlsrv"}})");
    QTest::newRow("no name") << QByteArray(R"({"parameters": {"engine": "lake", "odd": "1"}})");
}

void tst_ConnectionStore::unreadableEntriesStay()
{
    QFETCH(QByteArray, entry);
    writeFile("{\"version\": 1, \"connections\": [" + entry + "]}");
    ConnectionStore store(m_engines, fileName());
    QVERIFY(!store.load());
    QCOMPARE(store.problems().size(), 1);
    QCOMPARE(store.connections().size(), 1);
    QVERIFY(store.store({ u"Lake"_s, Environment::Development, at(u"lake://h"_s) }));
    QVERIFY(readFile().contains("odd"));
    QVERIFY(store.connection(u"Lake"_s));
}

void tst_ConnectionStore::twoProcessesKeepEachOthersChanges()
{
    ConnectionStore first(m_engines, fileName());
    ConnectionStore second(m_engines, fileName());
    first.load();
    second.load();
    QVERIFY(first.store({ u"a"_s, Environment::Development, at(u"lake://a"_s) }));
    QVERIFY(second.store({ u"b"_s, Environment::Development, at(u"lake://b"_s) }));
    QVERIFY(first.load());
    QVERIFY(first.connection(u"a"_s));
    QVERIFY(first.connection(u"b"_s));
}

QTEST_GUILESS_MAIN(tst_ConnectionStore)
#include "tst_connectionstore.moc"
