// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/resultstore.h"
#include "extension/savedresult.h"
#include "statementrun.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <arrow/util/key_value_metadata.h>

#include <QDir>
#include <QFile>
#include <QPointer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

#include <csignal>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_SavedResult : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void comesBack();
    void firstRowsOnly();
    void isPrivate();
    void tooLargeLeavesNothing();
    void fullDiskLeavesNothing();
    void brokenFiles_data();
    void brokenFiles();
    void stopped();
    void oldOnesGo();

private:
    QString folder() const { return m_folder->filePath(u"kept"_s); }
    QStringList entries() const { return QDir(folder()).entryList(QDir::Files | QDir::Hidden); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<ResultStore> m_store;
};

static const SavedResult facts { .title = u"orders"_s, .sql = u"SELECT \"ü\"\nFROM orders"_s, .connection = u"lake"_s,
                                 .ranAt = QDateTime(QDate(2026, 3, 1), QTime(12, 30), QTimeZone::UTC), .incomplete = u"stopped"_s };

void tst_SavedResult::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_store = std::make_shared<ResultStore>();
    using namespace arrow;
    const auto types = schema({ field("n", int64(), true, key_value_metadata({ kTypeKey }, { "bigint" })),
                                field("s", utf8(), true, key_value_metadata({ kTypeKey }, { "varchar(10)" })),
                                field("d", decimal128(38, 2)), field("l", list(int32())), field("t", timestamp(TimeUnit::NANO, "UTC")) });
    m_store->setSchema(types);
    const auto batch = *RecordBatch::FromStructArray(*json::ArrayFromJSONString(
        struct_(types->fields()), R"([{"n": 1, "s": "\ud83d\ude00", "d": "123456789012345678901234567890123456.78", "l": [1, null], "t": 1},
                                      {"n": null, "s": "", "d": null, "l": null, "t": null}, {"n": null, "s": null, "d": "-0.01", "l": [], "t": -1}])"));
    m_store->append(*batch->ReplaceSchema(types));
    // Row 1 of the second batch is a number that a bigint has no room for.
    auto fields = types->fields();
    fields[0] = fields[0]->WithMetadata(key_value_metadata({ kTypeKey, kRawKey }, { "bigint", R"({"1":"9223372036854775808"})" }));
    m_store->append(*batch->ReplaceSchema(schema(fields)));
}

void tst_SavedResult::comesBack()
{
    const auto saved = saveResult(*m_store, m_store->rowCount(), facts, folder(), 1 << 20);
    QVERIFY2(saved, saved ? "" : qPrintable(saved.error().ticketText()));
    const auto read = readSavedResult(saved->fileName);
    QVERIFY(read);
    QCOMPARE(read->title, facts.title);
    QCOMPARE(read->sql, facts.sql);
    QCOMPARE(read->connection, facts.connection);
    QCOMPARE(read->ranAt, facts.ranAt);
    QCOMPARE(read->incomplete, facts.incomplete);
    QCOMPARE(read->rowCount, 6);
    QCOMPARE(read->byteCount, saved->byteCount);

    StatementRun run(openSavedResult(saved->fileName));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(run.schema()->Equals(*m_store->schema(), true), run.schema()->ToString(true).c_str());
    QCOMPARE(run.batches().size(), 2);
    for (qsizetype i = 0; i < 2; ++i)
        QVERIFY2(run.batches()[i]->Equals(*m_store->batch(i), true), run.batches()[i]->schema()->ToString(true).c_str());
    QCOMPARE(run.summary().partialReason, u"stopped"_s);
    QCOMPARE(run.summary().rowCount, 6);
}

void tst_SavedResult::firstRowsOnly()
{
    const auto saved = saveResult(*m_store, 4, facts, folder(), 1 << 20);
    QVERIFY(saved);
    QCOMPARE(saved->rowCount, 4);
    StatementRun run(openSavedResult(saved->fileName));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.summary().rowCount, 4);
}

void tst_SavedResult::isPrivate()
{
    QVERIFY(QDir().mkdir(folder()));
    const auto saved = saveResult(*m_store, 6, facts, folder(), 1 << 20);
    QVERIFY(saved);
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
    QVERIFY(!(QFile::permissions(saved->fileName) & others));
    QVERIFY(!(QFile::permissions(folder()) & others));
}

void tst_SavedResult::tooLargeLeavesNothing()
{
    const auto saved = saveResult(*m_store, 6, facts, folder(), 1000);
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, Error::Code::Incomplete);
    QCOMPARE(entries(), QStringList());
}

void tst_SavedResult::fullDiskLeavesNothing()
{
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before;
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto whole = saveResult(*m_store, 6, facts, folder(), 1 << 20);
    QVERIFY(whole && QFile::remove(whole->fileName));
    for (qint64 room = 0; room < whole->byteCount; room += 97) {
        const rlimit full { rlim_t(room), before.rlim_max };
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
        const auto saved = saveResult(*m_store, 6, facts, folder(), 1 << 20);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        QVERIFY(!saved);
        QCOMPARE(entries(), QStringList());
    }
}

void tst_SavedResult::brokenFiles_data()
{
    QTest::addColumn<int>("keptBytes");
    QTest::addColumn<bool>("isOverwritten");
    QTest::newRow("empty") << 0 << false;
    QTest::newRow("its beginning") << 100 << false;
    QTest::newRow("all but the last byte") << -1 << false;
    QTest::newRow("nonsense in the middle") << 0 << true;
}

void tst_SavedResult::brokenFiles()
{
    QFETCH(int, keptBytes);
    QFETCH(bool, isOverwritten);
    const auto saved = saveResult(*m_store, 6, facts, folder(), 1 << 20);
    QVERIFY(saved);
    QFile file(saved->fileName);
    QVERIFY(file.open(QFile::ReadWrite));
    QByteArray bytes = file.readAll();
    if (isOverwritten) {
        // Every offset of the rows' texts points somewhere else.
        for (qsizetype at = bytes.size() / 4; at < bytes.size() / 2; ++at)
            bytes[at] = char(0x7F);
    } else {
        bytes.resize(keptBytes < 0 ? bytes.size() + keptBytes : keptBytes);
    }
    QVERIFY(file.resize(0) && file.seek(0) && file.write(bytes) == bytes.size());
    file.close();
    StatementRun run(openSavedResult(saved->fileName));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
    QVERIFY(run.error().message.contains(saved->fileName));
}

void tst_SavedResult::stopped()
{
    const auto saved = saveResult(*m_store, 6, facts, folder(), 1 << 20);
    QVERIFY(saved);
    StatementRun run(openSavedResult(saved->fileName), false);
    run.onBatch([](Statement &running, const auto &) { running.cancel(); }); // before start(), which may read all of it
    run.statement()->start();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY(run.error().isCancelled());
    StatementPtr letGo = openSavedResult(saved->fileName);
    const QPointer<Statement> statement = letGo.get();
    letGo->start();
    letGo.reset(); // while the file is read
    QTRY_VERIFY(!statement);
}

void tst_SavedResult::oldOnesGo()
{
    const auto first = saveResult(*m_store, 6, facts, folder(), 1 << 20), second = saveResult(*m_store, 6, facts, folder(), 1 << 20);
    QVERIFY(first && second);
    removeSavedResults(folder(), { second->fileName });
    QCOMPARE(entries(), QStringList(QFileInfo(second->fileName).fileName()));
}

QTEST_GUILESS_MAIN(tst_SavedResult)
#include "tst_savedresult.moc"
