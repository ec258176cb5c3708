// SPDX-License-Identifier: Apache-2.0
#pragma once

class QThreadPool;

namespace Grebe {

/// The threads that turn bytes into record batches, one pool a process.
///
/// Thread     any. Not Qt's global pool: an application may block all threads of that in QSqlDatabase::open() and
///            QSqlQuery::exec(), which wait for what is decoded here.
QThreadPool &decodePool();

} // namespace Grebe
