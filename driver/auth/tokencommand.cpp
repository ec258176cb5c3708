// SPDX-License-Identifier: Apache-2.0
#include "tokencommand.h"

#include "transport/redaction.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype longestToken = 64 << 10; // more fits no request header
constexpr qsizetype longestComplaint = 2'000;

bool isToken(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= longestToken && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// It ends by itself or is killed, without anybody who waits for it.
void letGo(QProcess *process)
{
    process->disconnect();
    process->setParent(nullptr);
    if (process->state() == QProcess::NotRunning) {
        process->deleteLater();
        return;
    }
    QObject::connect(process, &QProcess::finished, process, &QObject::deleteLater);
    process->kill();
}

} // namespace

TokenCommand::TokenCommand(const QString &command, std::chrono::milliseconds limit) : m_command(command), m_limit(limit), m_deadline(this)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        fail(Error::Code::Timeout,
             u"The program %1, which prints the access token, did not end within %2 s."_s.arg(m_program).arg(double(m_limit.count()) / 1000),
             u"Does it wait for somebody to sign in? Run it in a terminal once."_s);
    });
}

TokenCommand::~TokenCommand()
{
    TokenCommand::cancel();
}

Result<QStringList> TokenCommand::arguments(const QString &command)
{
    const auto invalid = [](const QString &message) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = message,
                                       .hint = u"accessTokenCommand is a program and its arguments, as in: \"/opt/my tools/token\" --audience trino"_s });
    };
    if (command.contains(QChar::Null) || command.contains(u'\n'))
        return invalid(u"The command for the access token has characters that no command has."_s);
    const QStringList arguments = QProcess::splitCommand(command);
    if (arguments.isEmpty() || arguments.first().isEmpty())
        return invalid(u"The command for the access token is empty."_s);
    return arguments;
}

void TokenCommand::start()
{
    const Result<QStringList> arguments = TokenCommand::arguments(m_command);
    if (!arguments) {
        end(std::unexpected(arguments.error()));
        return;
    }
    m_program = QDir::toNativeSeparators(arguments->first()).left(200);
    // A relative path would be a matter of the folder that we were started in.
    const QString path = QDir::isAbsolutePath(arguments->first()) ? arguments->first()
        : arguments->first().contains(u'/') || arguments->first().contains(u'\\') ? QString()
                                                                                    : QStandardPaths::findExecutable(arguments->first());
    if (path.isEmpty() || !QFileInfo(path).isExecutable()) {
        fail(Error::Code::InvalidArgument, u"There is no program %1 to print the access token."_s.arg(m_program),
             u"Give its whole path in accessTokenCommand, or a name that is found in PATH."_s);
        return;
    }
    m_process = new QProcess(this);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : { u"GREBE_PASSWORD"_s, u"GREBE_ACCESS_TOKEN"_s, u"GREBE_KEY_PASSPHRASE"_s })
        environment.remove(name);
    m_process->setProcessEnvironment(environment);
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::readyReadStandardOutput, this, &TokenCommand::read);
    connect(m_process, &QProcess::readyReadStandardError, this, &TokenCommand::read);
    connect(m_process, &QProcess::finished, this, &TokenCommand::onFinished);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail(Error::Code::InvalidArgument, u"The program %1, which prints the access token, does not start: %2."_s.arg(m_program, m_process->errorString()));
    });
    m_deadline.start(m_limit);
    m_process->start(path, arguments->sliced(1), QIODevice::ReadOnly);
}

void TokenCommand::cancel()
{
    m_isDone = true;
    m_deadline.stop();
    if (m_process)
        letGo(std::exchange(m_process, nullptr));
    m_output.fill('\0');
    m_output.clear();
}

void TokenCommand::read()
{
    m_output += m_process->readAllStandardOutput();
    m_complaint += m_process->readAllStandardError();
    if (m_complaint.size() > longestComplaint)
        m_complaint = m_complaint.last(longestComplaint);
    if (m_output.size() > 2 * longestToken)
        fail(Error::Code::Unauthenticated, u"The program %1 prints more than an access token."_s.arg(m_program));
}

// What the program says of itself, without the token, should that be in there.
QString TokenCommand::complaint() const
{
    QByteArray text = m_complaint;
    if (const QByteArray printed = m_output.trimmed(); !printed.isEmpty())
        text.replace(printed, "***");
    return Redaction::text(QString::fromUtf8(text)).simplified().right(500);
}

void TokenCommand::onFinished(int exitCode, QProcess::ExitStatus status)
{
    read();
    if (m_isDone)
        return;
    const QByteArray token = m_output.trimmed();
    const QString said = complaint();
    const QString words = said.isEmpty() ? u"It says nothing of it."_s : u"It says: %1"_s.arg(said);
    if (status == QProcess::CrashExit)
        fail(Error::Code::Unauthenticated, u"The program %1, which prints the access token, crashed. %2"_s.arg(m_program, words));
    else if (exitCode != 0)
        fail(Error::Code::Unauthenticated, u"The program %1, which prints the access token, failed with exit code %2. %3"_s.arg(m_program).arg(exitCode).arg(words));
    else if (!isToken(token))
        fail(Error::Code::Unauthenticated,
             token.isEmpty() ? u"The program %1 printed no access token. %2"_s.arg(m_program, words)
                             : u"What the program %1 printed is no access token."_s.arg(m_program),
             token.isEmpty() ? QString() : u"It has to print the token and nothing else."_s);
    else
        end(token);
}

void TokenCommand::fail(Error::Code code, const QString &message, const QString &hint)
{
    end(std::unexpected(Error { .code = code, .message = message, .hint = hint }));
}

void TokenCommand::end(const Result<QByteArray> &token)
{
    if (m_isDone)
        return;
    cancel();
    Q_EMIT done(token);
}

} // namespace Grebe
