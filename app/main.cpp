// SPDX-License-Identifier: Apache-2.0
#include "application.h"
#include "commandline.h"
#include "coredumps.h"

#include <QCoreApplication>

int main(int argc, char **argv)
{
    Grebe::forbidCoreDumps();
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    Grebe::nameApplication();
    if (!Grebe::isCommandLine(arguments))
        return Grebe::runWindow(argc, argv);
    QCoreApplication application(argc, argv);
    Grebe::findDriver();
    return Grebe::runCommandLine(arguments);
}
