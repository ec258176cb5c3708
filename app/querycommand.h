// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"
#include "commandsession.h"
#include "extension/outputtarget.h"
#include "resultoutput.h"
#include "scriptparameters.h"

#include <QObject>
#include <QThread>
#include <QTimer>

#include <chrono>

namespace Grebe {

/// `grebe query`: runs the statements of a script one after the other and writes their results.
class QueryCommand : public QObject
{
    Q_OBJECT
public:
    explicit QueryCommand(const Arguments &arguments, QObject *parent = nullptr);
    ~QueryCommand() override;

    static QList<ArgumentOption> options();
    void start();
    void interrupt();

Q_SIGNALS:
    void finished(int exitCode);

private:
    Result<QString> readScript() const;
    Result<void> prepare();
    Result<WriteOptions> writeOptions() const;
    void open();
    void runNext();
    void statementEnded(const ResultOutput::End &end);
    void showProgress(const Progress &progress);
    void checkReader();
    void finish(int exitCode, const std::optional<Error> &error = {});
    void printStatistics() const;

    const Arguments m_arguments;
    CommandSession m_session;
    QString m_format;
    WriteOptions m_options;
    std::unique_ptr<OutputTarget> m_target; // not of a database
    ConnectionPtr m_connection;
    QList<ScriptStatement> m_statements;
    qsizetype m_next = 0;
    StatementPtr m_statement;
    QThread m_outputThread; // writing may block; nothing here does
    std::unique_ptr<ResultOutput> m_output;
    QTimer m_readerCheck;
    std::chrono::steady_clock::time_point m_startTime;
    QString m_queryId;
    qint64 m_byteCount = 0;
    bool m_isInterrupted = false;
    bool m_isReaderGone = false;
    bool m_isFinished = false;
};

} // namespace Grebe
