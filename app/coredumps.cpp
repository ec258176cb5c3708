// SPDX-License-Identifier: Apache-2.0
#include "coredumps.h"

#include <QtEnvironmentVariables>

#ifdef Q_OS_UNIX
#include <sys/resource.h>
#endif

namespace Grebe {

void forbidCoreDumps()
{
#ifdef Q_OS_UNIX
    rlimit limit {};
    if (qEnvironmentVariableIntValue("GREBE_CORE_DUMPS") == 1 || getrlimit(RLIMIT_CORE, &limit) != 0)
        return;
    limit.rlim_cur = 0; // systemd-coredump and apport, which are handed the dump, heed it too
    (void)setrlimit(RLIMIT_CORE, &limit);
#endif
}

} // namespace Grebe
