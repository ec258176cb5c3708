// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace Grebe {

/// One whole gzip member, and one zstd frame with its checksum and, if wanted, its size.
QByteArray gzipped(const QByteArray &plain);
QByteArray zstdPacked(const QByteArray &plain, bool withSize = false);
/// A bare LZ4 block: no frame, no size.
QByteArray lz4Packed(const QByteArray &plain);

} // namespace Grebe
