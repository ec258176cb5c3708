// SPDX-License-Identifier: Apache-2.0
#include "querycommand.h"

#include "terminal.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

QueryCommand::QueryCommand(const Arguments &arguments, QObject *parent)
    : QObject(parent), m_arguments(arguments), m_startTime(std::chrono::steady_clock::now())
{
}

QueryCommand::~QueryCommand()
{
    m_outputThread.quit();
    m_outputThread.wait();
}

QList<ArgumentOption> QueryCommand::options()
{
    QStringList formats;
    for (const ResultFormat &format : resultFormats())
        formats << format.id;
    return CommandSession::connectionOptions()
        + QList<ArgumentOption> {
              { u"file"_s, u"FILE"_s, u"Read the statements from a file."_s },
              { u"format"_s, formats.join(u'|'), u"How rows are written. Default: what the suffix of --output says, "
                                                 u"else table."_s },
              { u"output"_s, u"FILE"_s, u"Write to a file, which has this name only once it is whole (FILE.part until "
                                        u"then)."_s },
              { u"table"_s, u"NAME"_s, u"The table that insert names and duckdb makes. Given several times: catalog, "
                                        u"schema, table. Default: result."_s, true },
              { u"replace-table"_s, {}, u"duckdb: write the table anew where the file has it already. Its other tables "
                                        u"stay in any case."_s },
              { u"encoding"_s, u"utf-8|utf-8-bom|utf-16le|latin-1"_s, u"csv and tsv: how characters are written. What "
                                                                      u"Latin-1 does not have is an error."_s },
              { u"param"_s, u"NAME[:TYPE]=VALUE"_s, u"The value of :NAME in the statements: text, or of a type as the "
                                                    u"engine names it (day:date=2026-08-01). May be given several "
                                                    u"times."_s, true },
              { u"stats"_s, {}, u"At the end, one line of JSON on standard error: rows, bytes, elapsed_ms, "
                                u"first_row_ms, cpu_ms, peak_rss_kb, query_id."_s },
              { u"help"_s, {}, u"Show this help."_s },
          };
}

Result<QString> QueryCommand::readScript() const
{
    const QStringList words = m_arguments.words();
    const bool hasFile = m_arguments.has(u"file"_s);
    if (words.size() > 1)
        return std::unexpected(usageError(u"One SQL text is expected; this is a second one: %1"_s.arg(words[1]),
                                          u"Put the SQL in quotes."_s));
    if (hasFile && !words.isEmpty())
        return std::unexpected(usageError(u"--file and SQL in an argument exclude each other."_s));
    if (!hasFile && !words.isEmpty() && words[0] != "-"_L1)
        return words[0];
    QFile file;
    bool isOpen = false;
    const QString fileName = hasFile ? m_arguments.value(u"file"_s) : u"standard input"_s;
    if (hasFile && fileName != "-"_L1) {
        file.setFileName(fileName);
        isOpen = file.open(QIODevice::ReadOnly);
    } else {
        if (words.isEmpty() && !hasFile && isatty(STDIN_FILENO))
            return std::unexpected(usageError(u"Which statement? Give SQL in quotes, --file FILE, or - to type it."_s));
        isOpen = file.open(STDIN_FILENO, QIODevice::ReadOnly);
    }
    if (!isOpen)
        return std::unexpected(usageError(u"%1 cannot be read: %2."_s.arg(fileName, file.errorString())));
    QByteArray bytes = file.readAll();
    if (bytes.startsWith("\xEF\xBB\xBF"))
        bytes.remove(0, 3);
    if (!bytes.isValidUtf8())
        return std::unexpected(usageError(u"%1 is not in UTF-8."_s.arg(fileName)));
    return QString::fromUtf8(bytes);
}

// Everything that can be wrong without a server, before a server is asked.
Result<void> QueryCommand::prepare()
{
    m_format = m_arguments.value(u"format"_s);
    const QString outputName = m_arguments.value(u"output"_s);
    if (m_arguments.has(u"output"_s) && outputName.isEmpty())
        return std::unexpected(usageError(u"--output needs a file name."_s));
    if (m_format.isEmpty())
        m_format = formatForFileName(outputName);
    if (m_format.isEmpty())
        m_format = u"table"_s;
    QStringList formats;
    for (const ResultFormat &format : resultFormats())
        formats << format.id;
    if (!formats.contains(m_format)) {
        return std::unexpected(usageError(
            u"There is no format %1.%2"_s.arg(m_format, didYouMean(nearestOf(m_format, formats))),
            u"The formats: %1."_s.arg(formats.join(u", "_s))));
    }
    const auto format = std::ranges::find(resultFormats(), m_format, &ResultFormat::id);
    if (format->isBinary && outputName.isEmpty() && Terminal::isOutput()) {
        return std::unexpected(usageError(u"%1 is nothing for a terminal: add --output FILE.%2 or a pipe."_s.arg(
            format->label, format->suffixes.first())));
    }
    if (format->isDatabase && outputName.isEmpty()) {
        return std::unexpected(usageError(u"%1 is written into a file: add --output FILE.%2."_s.arg(
            format->label, format->suffixes.first())));
    }
    const auto parameters = m_session.parameters(m_arguments);
    if (!parameters)
        return std::unexpected(parameters.error());
    const auto values = ScriptParameters::parse(m_arguments.values(u"param"_s));
    if (!values)
        return std::unexpected(values.error());
    const auto script = readScript();
    if (!script)
        return std::unexpected(script.error());
    m_connection = m_session.connect(*parameters);
    auto statements = values->split(*script, m_connection->dialect());
    if (!statements)
        return std::unexpected(statements.error());
    if (statements->isEmpty())
        return std::unexpected(usageError(u"There is no statement in the SQL text."_s));
    m_statements = std::move(*statements);
    const auto options = writeOptions();
    if (!options)
        return std::unexpected(options.error());
    m_options = *options;
    if (format->isDatabase)
        return {};
    auto target = OutputTarget::open(outputName);
    if (!target)
        return std::unexpected(target.error());
    m_target = std::move(*target);
    return {};
}

void QueryCommand::start()
{
    if (auto loaded = m_session.load(); !loaded) {
        finish(ExitNoConnection, loaded.error());
        return;
    }
    if (auto prepared = prepare(); !prepared) {
        finish(ExitUsage, prepared.error());
        return;
    }
    if (m_target) {
        m_output = std::make_unique<ResultOutput>(m_target->sink(), m_format,
                                                  m_target->isStandardOutput() && Terminal::isOutput(), m_options);
    } else {
        const QString fileName = QDir::current().absoluteFilePath(m_arguments.value(u"output"_s));
        m_output = std::make_unique<ResultOutput>(
            [driver = DriverExtension::load(), format = m_format, fileName, options = m_options] {
                return driver->createFileWriter(format, fileName, options);
            },
            m_format);
    }
    m_output->moveToThread(&m_outputThread);
    connect(m_output.get(), &ResultOutput::ended, this, &QueryCommand::statementEnded);
    m_outputThread.setObjectName(u"grebe-output"_s);
    m_outputThread.start();
    // A reader that went away is noticed by the next write; a query that is long silent has none.
    connect(&m_readerCheck, &QTimer::timeout, this, &QueryCommand::checkReader);
    m_readerCheck.start(250ms);
    open();
}

Result<WriteOptions> QueryCommand::writeOptions() const
{
    const QString encoding = m_arguments.has(u"encoding"_s) ? m_arguments.value(u"encoding"_s) : u"utf-8"_s;
    const QStringList encodings { u"utf-8"_s, u"utf-8-bom"_s, u"utf-16le"_s, u"latin-1"_s };
    if (!encodings.contains(encoding)) {
        return std::unexpected(usageError(u"There is no encoding %1.%2"_s.arg(encoding, didYouMean(nearestOf(encoding, encodings))),
                                          u"The encodings: %1."_s.arg(encodings.join(u", "_s))));
    }
    return WriteOptions { .encoding = encoding == "utf-16le"_L1 ? TextEncoding::Utf16Le
                              : encoding == "latin-1"_L1        ? TextEncoding::Latin1
                                                                : TextEncoding::Utf8,
                          .hasByteOrderMark = encoding == "utf-8-bom"_L1,
                          .dialect = &m_connection->dialect(),
                          .table = ObjectPath(m_arguments.values(u"table"_s)),
                          .replacesTable = m_arguments.has(u"replace-table"_s) };
}

void QueryCommand::open()
{
    Terminal::showProgress(u"connecting"_s);
    m_connection->open().then(this, [this](const Result<ServerInfo> &server) {
        if (m_isFinished)
            return;
        if (m_isInterrupted)
            finish(ExitCancelled);
        else if (!server)
            finish(ExitNoConnection, server.error());
        else
            runNext();
    });
}

void QueryCommand::runNext()
{
    if (m_isInterrupted) {
        finish(ExitCancelled);
        return;
    }
    if (m_next == m_statements.size()) {
        if (auto committed = m_target ? m_target->commit() : Result<void>(); !committed)
            finish(ExitIncomplete, committed.error());
        else
            finish(ExitOk);
        return;
    }
    const ScriptStatement &statement = m_statements[m_next];
    m_queryId.clear();
    m_statement = m_connection->prepare(statement.sql, statement.options);
    connect(m_statement.get(), &Statement::started, this, [this](const QString &queryId) { m_queryId = queryId; });
    if (Terminal::isError())
        connect(m_statement.get(), &Statement::progressChanged, this, &QueryCommand::showProgress);
    connect(m_statement.get(), &Statement::warningReceived, this, [](const Warning &warning) {
        Terminal::say(u"grebe: warning: %1"_s.arg(warning.message));
    });
    m_output->follow(*m_statement);
    m_statement->start();
}

void QueryCommand::statementEnded(const ResultOutput::End &end)
{
    if (m_isFinished)
        return;
    if (m_queryId.isEmpty())
        m_queryId = m_statement->queryId();
    const bool wasStarted = !m_queryId.isEmpty() || end.hadSchema;
    m_statement.reset();
    const ScriptStatement &statement = m_statements[m_next];
    m_byteCount += end.summary.byteCount;
    for (const QString &remark : end.remarks)
        Terminal::say(remark);

    if (m_isInterrupted && (end.error || end.writeError)) {
        finish(ExitCancelled);
    } else if (end.writeError) {
        const bool isReaderGone = end.writeError->vendorCode == "EPIPE"_L1;
        finish(ExitIncomplete, isReaderGone ? std::nullopt : end.writeError);
    } else if (m_isReaderGone) {
        finish(ExitIncomplete);
    } else if (end.error) {
        const int code = CommandSession::exitCodeOfStatement(*end.error, wasStarted, end.rowCount);
        Error error = statement.inScript(*end.error);
        if (code == ExitIncomplete && m_target && m_target->isStandardOutput() && end.rowCount > 0)
            error.hint = u"%1 rows were written; they are not all."_s.arg(end.rowCount);
        if (code == ExitIncomplete && m_target && !m_target->isStandardOutput()) {
            const QString part = m_target->keepPart();
            if (!part.isEmpty())
                error.hint = u"The %1 rows that came are in %2."_s.arg(end.rowCount).arg(part);
        }
        finish(code, error);
    } else if (!end.summary.partialReason.isEmpty()) {
        finish(ExitIncomplete,
               Error { .code = Error::Code::Incomplete,
                       .message = u"The result is incomplete: %1."_s.arg(end.summary.partialReason) });
    } else {
        if (Terminal::isError() && !end.hadSchema) {
            const QString what = end.summary.updateType.isEmpty() ? u"done"_s : end.summary.updateType;
            Terminal::say(end.summary.affectedRows ? u"%1: %2 rows"_s.arg(what).arg(*end.summary.affectedRows) : what);
        }
        ++m_next;
        runNext();
    }
}

void QueryCommand::showProgress(const Progress &progress)
{
    QStringList parts { progress.text.isEmpty() ? u"running"_s : progress.text };
    if (progress.percent >= 0)
        parts << u"%1 %"_s.arg(int(progress.percent));
    if (progress.splitsTotal > 0) {
        parts << u"%1 of %2%3 splits"_s.arg(progress.splitsDone)
                     .arg(progress.isTotalKnown ? QString() : u"≥"_s)
                     .arg(progress.splitsTotal);
    }
    if (progress.rowCount > 0)
        parts << u"%1 rows read"_s.arg(progress.rowCount);
    if (m_output->rowCount() > 0)
        parts << u"%1 rows written"_s.arg(m_output->rowCount());
    parts << u"%1 s"_s.arg(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now()
                                                                            - m_startTime).count());
    Terminal::showProgress(parts.join(u", "_s));
}

void QueryCommand::checkReader()
{
    pollfd output { m_target ? m_target->descriptor() : -1, 0, 0 };
    if (output.fd < 0 || m_isReaderGone || ::poll(&output, 1, 0) <= 0 || !(output.revents & POLLERR))
        return;
    m_isReaderGone = true;
    if (m_statement)
        m_statement->cancel();
}

void QueryCommand::interrupt()
{
    if (m_isInterrupted || m_isFinished)
        return;
    m_isInterrupted = true;
    Terminal::clearProgress();
    if (Terminal::isError())
        Terminal::say(u"Cancelling; Ctrl+C once more ends at once."_s);
    if (m_statement)
        m_statement->cancel();
    else if (m_connection) {
        m_connection->close();
        finish(ExitCancelled);
    }
}

void QueryCommand::finish(int exitCode, const std::optional<Error> &error)
{
    if (std::exchange(m_isFinished, true))
        return;
    Terminal::endProgress();
    m_readerCheck.stop();
    m_target.reset(); // what was not committed goes
    if (error)
        Terminal::complain(*error);
    if (exitCode == ExitUsage && error)
        Terminal::say(u"`grebe query --help` shows how it is used."_s);
    if (m_arguments.has(u"stats"_s) && exitCode != ExitUsage)
        printStatistics();
    Q_EMIT finished(exitCode);
}

void QueryCommand::printStatistics() const
{
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    const auto milliseconds = [](const timeval &time) { return double(time.tv_sec) * 1e3 + double(time.tv_usec) / 1e3; };
    const auto rounded = [](double value) { return double(qRound64(value * 10)) / 10; };
    const auto since = [&](std::chrono::steady_clock::time_point time) {
        return rounded(std::chrono::duration<double, std::milli>(time - m_startTime).count());
    };
    const auto firstRow = m_output ? m_output->firstRowTime() : std::nullopt;
    const QJsonObject statistics {
        { u"rows"_s, m_output ? m_output->rowCount() : 0 },
        { u"bytes"_s, m_byteCount },
        { u"elapsed_ms"_s, since(std::chrono::steady_clock::now()) },
        { u"first_row_ms"_s, firstRow ? QJsonValue(since(*firstRow)) : QJsonValue() },
        { u"cpu_ms"_s, rounded(milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)) },
        { u"peak_rss_kb"_s, qint64(usage.ru_maxrss) },
        { u"query_id"_s, m_queryId.isEmpty() ? QJsonValue() : QJsonValue(m_queryId) },
    };
    Terminal::say(QString::fromUtf8(QJsonDocument(statistics).toJson(QJsonDocument::Compact)));
}

} // namespace Grebe
