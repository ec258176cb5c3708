// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include "extension/displaywidth.h"

#include <QMutex>
#include <QStringList>

#include <atomic>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe::Terminal {

namespace {

QMutex mutex;
bool isProgressShown = false;
bool isProgressOver = false;

std::atomic<int> asking = -1; // the terminal that doesn't echo now
termios echoing;

void writeAll(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno != EINTR)
            return; // nobody to tell
        text.remove_prefix(size_t(std::max<ssize_t>(count, 0)));
    }
}

void eraseProgress()
{
    if (std::exchange(isProgressShown, false))
        writeAll(STDERR_FILENO, "\r\033[K");
}

} // namespace

bool isOutput()
{
    return isatty(STDOUT_FILENO);
}

bool isError()
{
    return isatty(STDERR_FILENO);
}

int width()
{
    winsize size {};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void say(const QString &text)
{
    std::string printable;
    for (QString line : text.split(u'\n')) {
        appendPrintable(line.replace(u'\t', "    "_L1).toStdString(), printable);
        printable += '\n';
    }
    const QMutexLocker lock(&mutex);
    eraseProgress();
    writeAll(STDERR_FILENO, printable);
}

void complain(const Error &error)
{
    QString text = "grebe: "_L1 + error.message.trimmed();
    if (error.line > 0) {
        text += error.column > 0 ? u"\n  at line %1, column %2"_s.arg(error.line).arg(error.column)
                                 : u"\n  at line %1"_s.arg(error.line);
    }
    if (!error.vendorCode.isEmpty())
        text += "\n  "_L1 + error.vendorCode;
    if (!error.queryId.isEmpty())
        text += "\n  query "_L1 + error.queryId;
    if (!error.hint.isEmpty())
        text += "\n  "_L1 + error.hint;
    if (error.mayHaveRun)
        text += "\n  The server may have run the statement all the same: look before you run it again."_L1;
    say(text);
}

void print(const QString &text)
{
    writeAll(STDOUT_FILENO, text.toStdString());
}

void showProgress(const QString &text)
{
    if (!isError())
        return;
    std::string printable;
    appendPrintable(text.toStdString(), printable);
    while (!printable.empty() && displayWidth(printable) >= width())
        printable.pop_back();
    const QMutexLocker lock(&mutex);
    if (isProgressOver)
        return;
    isProgressShown = true;
    writeAll(STDERR_FILENO, "\r\033[K" + printable);
}

void clearProgress()
{
    const QMutexLocker lock(&mutex);
    eraseProgress();
}

void endProgress()
{
    const QMutexLocker lock(&mutex);
    isProgressOver = true;
    eraseProgress();
}

bool canAsk()
{
    const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return false;
    close(terminal);
    return true;
}

Result<QString> ask(const QString &question, bool isSecret)
{
    // Not standard input: the statement may come from there.
    const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return std::unexpected(Error { .code = Error::Code::Unauthenticated,
                                       .message = u"There is no terminal to ask on."_s });
    clearProgress();
    std::string printable;
    appendPrintable(question.toStdString(), printable);
    if (isSecret && tcgetattr(terminal, &echoing) == 0) {
        termios silent = echoing;
        silent.c_lflag &= ~tcflag_t(ECHO);
        asking = terminal;
        tcsetattr(terminal, TCSAFLUSH, &silent);
    }
    writeAll(terminal, printable + ' ');
    std::string line;
    bool isWhole = false;
    char c = 0;
    while (!isWhole) {
        const ssize_t count = read(terminal, &c, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        isWhole = c == '\n';
        if (!isWhole)
            line += c;
    }
    if (isSecret)
        writeAll(terminal, "\n");
    restore();
    close(terminal);
    if (!isWhole)
        return std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"No answer was given."_s });
    return QString::fromStdString(line);
}

void restore()
{
    const int terminal = asking.exchange(-1);
    if (terminal >= 0)
        tcsetattr(terminal, TCSAFLUSH, &echoing);
}

} // namespace Grebe::Terminal
