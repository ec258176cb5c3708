// SPDX-License-Identifier: Apache-2.0
#include "app/resultoutput.h"

#include <arrow/api.h>

#include <QSemaphore>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

using namespace Grebe;
using namespace Qt::StringLiterals;

// Gives as many batches as it is let, each of 1 MiB.
class EagerStatement final : public Statement
{
    Q_OBJECT
public:
    static constexpr int kRows = 1 << 17;

    explicit EagerStatement(int batchCount) : m_batchCount(batchCount)
    {
        arrow::Int64Builder builder;
        for (int i = 0; i < kRows; ++i)
            (void)builder.Append(i);
        m_batch = arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int64()) }), kRows,
                                           { *builder.Finish() });
    }

    std::atomic<int> given = 0;
    std::atomic<int> pauses = 0;
    std::optional<Error> lastWords;

protected:
    void doStart() override
    {
        Q_EMIT schemaReady(m_batch->schema());
        giveNext();
    }
    void doCancel() override { fail({ .code = Error::Code::Cancelled, .message = u"cancelled"_s }); }
    void doPause() override { ++pauses; }
    void doResume() override { giveNext(); }

private:
    void giveNext()
    {
        if (isPaused() || isEnded() || m_isWaiting)
            return;
        if (given == m_batchCount) {
            lastWords ? fail(*lastWords) : finish({ .rowCount = qint64(given) * kRows });
            return;
        }
        ++given;
        Q_EMIT batchReady(m_batch);
        m_isWaiting = true;
        QMetaObject::invokeMethod(this, [this] {
            m_isWaiting = false;
            giveNext();
        }, Qt::QueuedConnection);
    }

    const int m_batchCount;
    std::shared_ptr<arrow::RecordBatch> m_batch;
    bool m_isWaiting = false;
};

// Takes bytes when the test lets it.
class SlowSink final : public ByteSink
{
public:
    QSemaphore permits;
    std::atomic<int> writes = 0;
    std::atomic<bool> isBroken = false;

protected:
    Result<void> doWrite(std::string_view) override
    {
        permits.acquire();
        ++writes;
        if (isBroken)
            return std::unexpected(Error { .code = Error::Code::IO, .message = u"nobody reads"_s, .vendorCode = u"EPIPE"_s });
        return {};
    }
};

class tst_ResultOutput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void flatMemory();
    void brokenSinkCancels();
    void failureComesBehindTheRows();
    void oneResultAfterTheOther();

private:
    std::unique_ptr<EagerStatement, DeleteOnItsThread> statement(int batchCount);
    const ResultOutput::End end() { return m_ended->takeFirst().first().value<ResultOutput::End>(); }

    QThread m_engineThread;
    QThread m_outputThread;
    std::unique_ptr<SlowSink> m_sink; // a new one each time: a sink that failed once stays so
    std::unique_ptr<ResultOutput> m_output;
    std::unique_ptr<QSignalSpy> m_ended;
};

void tst_ResultOutput::init()
{
    m_sink = std::make_unique<SlowSink>();
    m_output = std::make_unique<ResultOutput>(*m_sink, u"arrow"_s, false);
    m_output->moveToThread(&m_outputThread);
    m_ended = std::make_unique<QSignalSpy>(m_output.get(), &ResultOutput::ended);
    m_engineThread.start();
    m_outputThread.start();
}

void tst_ResultOutput::cleanup()
{
    m_sink->permits.release(1'000'000);
    for (QThread *thread : { &m_engineThread, &m_outputThread }) {
        thread->quit();
        thread->wait();
    }
    m_ended.reset();
    m_output.reset();
}

std::unique_ptr<EagerStatement, DeleteOnItsThread> tst_ResultOutput::statement(int batchCount)
{
    std::unique_ptr<EagerStatement, DeleteOnItsThread> statement(new EagerStatement(batchCount));
    statement->moveToThread(&m_engineThread);
    return statement;
}

void tst_ResultOutput::flatMemory()
{
    const int batchCount = 200;
    const auto eager = statement(batchCount);
    m_output->follow(*eager);
    eager->start();
    // Nothing is written yet: the statement stops by itself, with no more than the limit and the batch that met it.
    QTRY_COMPARE(eager->pauses, 1);
    QCOMPARE(eager->given, int(ResultOutput::kHighBytes >> 20) + 1);
    m_sink->permits.release(1'000'000);
    QTRY_COMPARE(m_ended->count(), 1);
    QVERIFY(!end().error);
    QCOMPARE(eager->given, batchCount);
    QCOMPARE(m_output->rowCount(), qint64(batchCount) * EagerStatement::kRows);
    QVERIFY(m_output->firstRowTime());
}

void tst_ResultOutput::brokenSinkCancels()
{
    const auto eager = statement(100'000); // without a cancel it would go on for a long while
    m_sink->isBroken = true;
    m_sink->permits.release(1'000'000);
    m_output->follow(*eager);
    eager->start();
    QTRY_COMPARE(m_ended->count(), 1);
    const ResultOutput::End ended = end();
    QVERIFY(ended.error);
    QVERIFY(ended.error->isCancelled());
    QVERIFY(ended.writeError);
    QCOMPARE(ended.writeError->vendorCode, u"EPIPE"_s);
    QCOMPARE(m_sink->writes, 1); // no byte follows the one that failed
    QVERIFY(eager->given < 100'000);
}

void tst_ResultOutput::failureComesBehindTheRows()
{
    const auto eager = statement(3);
    eager->lastWords = Error { .code = Error::Code::Incomplete, .message = u"cut"_s };
    m_sink->permits.release(1'000'000);
    m_output->follow(*eager);
    eager->start();
    QTRY_COMPARE(m_ended->count(), 1);
    const ResultOutput::End ended = end();
    QCOMPARE(ended.rowCount, 3 * EagerStatement::kRows);
    QVERIFY(ended.hadSchema);
    QCOMPARE(ended.error->code, Error::Code::Incomplete);
}

void tst_ResultOutput::oneResultAfterTheOther()
{
    m_sink->permits.release(1'000'000);
    for (int i = 1; i <= 2; ++i) {
        const auto eager = statement(2);
        m_output->follow(*eager);
        eager->start();
        QTRY_COMPARE(m_ended->count(), 1);
        QCOMPARE(end().rowCount, 2 * EagerStatement::kRows);
        QCOMPARE(m_output->rowCount(), qint64(i) * 2 * EagerStatement::kRows);
    }
}

QTEST_GUILESS_MAIN(tst_ResultOutput)
#include "tst_resultoutput.moc"
