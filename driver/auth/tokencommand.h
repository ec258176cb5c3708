// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenbroker.h"

#include <QProcess>
#include <QTimer>

namespace Grebe {

/// Gets a token from a program that prints it: `gcloud auth print-identity-token`.
///
/// Shape      the command is a program and its arguments, separated by blanks; one that holds blanks stands in double
///            quotes, a quote in it is written three times. No shell reads it. The program is looked for in PATH unless
///            it is an absolute path, and is given our environment without our own secrets, and no input.
/// Units      the token is at most 64 KiB, with white space around it.
/// Errors     InvalidArgument when there is no such program, Timeout when it takes longer than `limit`, Unauthenticated
///            when it fails or prints no token; then with the end of what it wrote to standard error, less what looks
///            like a secret. What it printed as a token is in no error.
/// Thread     the broker's.
class TokenCommand final : public TokenFlow
{
    Q_OBJECT
public:
    TokenCommand(const QString &command, std::chrono::milliseconds limit);
    ~TokenCommand() override;

    /// Program and arguments, or what is wrong with the text.
    static Result<QStringList> arguments(const QString &command);

    void start() override;
    void cancel() override;

private:
    void read();
    void onFinished(int exitCode, QProcess::ExitStatus status);
    void fail(Error::Code code, const QString &message, const QString &hint = {});
    void end(const Result<QByteArray> &token);
    QString complaint() const;

    const QString m_command;
    const std::chrono::milliseconds m_limit;
    QProcess *m_process = nullptr;
    QTimer m_deadline;
    QString m_program; ///< as it was given
    QByteArray m_output;
    QByteArray m_complaint; ///< the end of standard error
    bool m_isDone = false;
};

} // namespace Grebe
