// SPDX-License-Identifier: Apache-2.0
#include "application.h"

#include <cstdio>

namespace Grebe {

int runWindow(int &, char **)
{
    std::fputs("grebe: There is no window yet; `grebe --help` lists the commands.\n", stderr);
    return 2;
}

} // namespace Grebe
