// SPDX-License-Identifier: Apache-2.0
#include "applicationfiles.h"
#include "commandline.h"
#include "coredumps.h"
#include "exitcode.h"
#include "terminal.h"

#include <QCoreApplication>

// An application object of its own, since the window makes another kind.
static Grebe::WindowEntry windowEntry(int &argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const auto entry = Grebe::loadWindow();
    if (!entry)
        Grebe::Terminal::complain(entry.error());
    return entry.value_or(nullptr);
}

int main(int argc, char **argv)
{
    Grebe::forbidCoreDumps();
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    Grebe::nameApplication();
    if (!Grebe::isCommandLine(arguments)) {
        const Grebe::WindowEntry runWindow = windowEntry(argc, argv);
        return runWindow ? runWindow(argc, argv) : Grebe::ExitNoConnection;
    }
    // Batches come and go and none is kept: the C library's memory stays smaller than that of Arrow's own allocators.
    if (!qEnvironmentVariableIsSet("ARROW_DEFAULT_MEMORY_POOL"))
        qputenv("ARROW_DEFAULT_MEMORY_POOL", "system");
    QCoreApplication application(argc, argv);
    Grebe::findDriver();
    return Grebe::runCommandLine(arguments);
}
