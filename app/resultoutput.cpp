// SPDX-License-Identifier: Apache-2.0
#include "resultoutput.h"

#include "terminal.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

ResultOutput::ResultOutput(ByteSink &sink, const QString &formatId, bool isTerminal, const WriteOptions &options)
    : m_sink(&sink), m_makeWriter([this]() -> Result<std::unique_ptr<ResultWriter>> {
          return makeResultWriter(m_formatId, *m_sink, m_options);
      }),
      m_formatId(formatId), m_isTerminal(isTerminal), m_options(options)
{
    qRegisterMetaType<End>();
}

ResultOutput::ResultOutput(WriterMaker makeWriter, const QString &formatId)
    : m_sink(nullptr), m_makeWriter(std::move(makeWriter)), m_formatId(formatId), m_isTerminal(false)
{
    qRegisterMetaType<End>();
}

ResultOutput::~ResultOutput() = default;

std::optional<std::chrono::steady_clock::time_point> ResultOutput::firstRowTime() const
{
    using Clock = std::chrono::steady_clock;
    const Clock::rep ticks = m_firstRow;
    return ticks == 0 ? std::nullopt : std::optional(Clock::time_point(Clock::duration(ticks)));
}

void ResultOutput::follow(Statement &statement)
{
    // Every statement's first signal comes later than this call on this object's thread: start() is called after it.
    Statement *const followed = &statement;
    QMetaObject::invokeMethod(this, [this, followed] {
        m_statement = followed;
        m_writer.reset();
        m_writeError.reset();
        m_statementRows = 0;
    });
    connect(followed, &Statement::schemaReady, this, &ResultOutput::begin);
    // The count is taken on the engine's thread, where the batches are made: that is where the flow has to stop.
    connect(
        followed, &Statement::batchReady, followed,
        [this, followed](const std::shared_ptr<arrow::RecordBatch> &batch) {
            const qint64 byteCount = arrow::util::TotalBufferSize(*batch);
            if (m_waitingBytes.fetch_add(byteCount) + byteCount > kHighBytes) {
                followed->pause();
                // All of it may have been written between the two lines above: then nobody else would resume.
                if (m_waitingBytes <= kHighBytes / 2)
                    followed->resume();
            }
            QMetaObject::invokeMethod(this, [this, batch, byteCount] { write(batch, byteCount); });
        },
        Qt::DirectConnection);
    connect(followed, &Statement::finished, this,
            [this](const StatementSummary &summary) { end(summary, std::nullopt); });
    connect(followed, &Statement::failed, this, [this](const Error &error) { end({}, error); });
}

void ResultOutput::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    if (m_isTerminal)
        Terminal::endProgress();
    Result<void> result;
    const auto format = std::ranges::find(resultFormats(), m_formatId, &ResultFormat::id);
    if (m_resultCount > 0 && format->isWhole) {
        failWriting({ .code = Error::Code::NotImplemented,
                      .message = u"%1 holds one result, and this is a second one."_s.arg(format->label),
                      .hint = u"Run one statement a file, or use another format."_s });
        return;
    }
    // Two tables in a row need something between them; the other formats have their own header or form.
    if (m_resultCount++ > 0 && (m_formatId == "table"_L1 || m_formatId == "markdown"_L1))
        result = m_sink->write("\n");
    auto writer = m_makeWriter();
    if (writer)
        m_writer = std::move(*writer);
    else
        result = std::unexpected(writer.error());
    if (result)
        result = m_writer->begin(schema);
    if (!result)
        failWriting(result.error());
}

void ResultOutput::write(const std::shared_ptr<arrow::RecordBatch> &batch, qint64 byteCount)
{
    if (m_firstRow == 0)
        m_firstRow = std::chrono::steady_clock::now().time_since_epoch().count();
    if (m_writer && !m_writeError) {
        if (auto written = m_writer->write(*batch); !written)
            failWriting(written.error());
        m_statementRows += batch->num_rows();
        m_rowCount += batch->num_rows();
    }
    const qint64 before = m_waitingBytes.fetch_sub(byteCount);
    if (m_statement && before > kHighBytes / 2 && before - byteCount <= kHighBytes / 2)
        m_statement->resume();
}

void ResultOutput::end(const StatementSummary &summary, const std::optional<Error> &error)
{
    // A result that was cut has no end of its format either.
    if (m_writer && !m_writeError && !error) {
        if (auto written = m_writer->end(); !written)
            failWriting(written.error());
    } else if (m_writer && !m_writeError && m_formatId == "table"_L1 && m_statementRows > 0) {
        (void)m_writer->end(); // rows that were held back for the columns' widths
    }
    const End end { summary, error, m_writeError, m_statementRows, m_writer != nullptr,
                    m_writer ? m_writer->remarks() : QStringList() };
    m_statement = nullptr;
    m_writer.reset();
    Q_EMIT ended(end);
}

void ResultOutput::failWriting(const Error &error)
{
    m_writeError = error;
    if (m_statement)
        m_statement->cancel();
}

} // namespace Grebe
