// SPDX-License-Identifier: Apache-2.0
#include "decodepool.h"

#include <QThreadPool>

namespace Grebe {

QThreadPool &decodePool()
{
    static QThreadPool pool;
    return pool;
}

} // namespace Grebe
