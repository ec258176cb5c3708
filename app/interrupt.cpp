// SPDX-License-Identifier: Apache-2.0
#include "interrupt.h"

#include "exitcode.h"
#include "terminal.h"

#include <QSocketNotifier>

#include <csignal>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Grebe {

namespace {

int ends[2] = { -1, -1 };

// Only what signal handlers may call.
void handle(int)
{
    const char byte = 0;
    [[maybe_unused]] const ssize_t count = ::write(ends[1], &byte, 1);
}

} // namespace

Interrupt::Interrupt(QObject *parent) : QObject(parent)
{
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    m_notifier = new QSocketNotifier(ends[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this, count = 0]() mutable {
        char bytes[16];
        const ssize_t size = ::read(ends[0], bytes, sizeof bytes);
        if (size <= 0)
            return;
        count += int(size);
        if (count > 1) {
            Terminal::restore();
            std::_Exit(ExitCancelled);
        }
        Q_EMIT interrupted();
    });
    struct sigaction action {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

Interrupt::~Interrupt()
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    delete m_notifier;
    for (int &end : ends) {
        if (end >= 0)
            close(std::exchange(end, -1));
    }
}

} // namespace Grebe
