// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnar/jsonrows.h"
#include "extension/error.h"
#include "transport/httpclient.h"

#include <QUrl>

#include <memory>
#include <string_view>
#include <vector>

namespace Grebe {

class TrinoRowDecoder;

/// A piece of a result that does not stand in its page as plain rows.
struct TrinoSegment
{
    std::shared_ptr<arrow::Buffer> bytes; ///< of an inline segment, as they are packed; null for a stored one
    QUrl uri; ///< of a stored segment; a secret: whoever has it can read the rows
    QUrl ackUri; ///< where the server is told that it may forget them; may be empty
    HttpHeaders headers; ///< what both are asked with
    qint64 rowOffset = -1; ///< place of its first row in the result; -1 when the server did not say
    qint64 rowCount = 0;
    qint64 byteCount = 0; ///< as packed
    qint64 unpackedByteCount = -1; ///< -1: it is not packed, whatever the encoding
};

/// The `data` object of a page.
struct TrinoSegments
{
    enum class Packing { None, Zstd, Lz4 };

    Packing packing = Packing::None;
    std::vector<TrinoSegment> list; ///< in the order of their rows
};

/// What may be asked for, the one the server should prefer first: "json+zstd", "json+lz4", "json".
QStringList trinoEncodings();

/// Reads the `data` object; InvalidData where it is not what the protocol says. No error holds an address.
///
/// Source     Trino client REST API, "Spooling protocol"; numbers that come as strings as well: JDBC reads both.
Result<TrinoSegments> readTrinoSegments(std::string_view data);

/// Unpacks and decodes one segment.
///
/// Errors     Incomplete: fewer or more bytes or rows than were announced. InvalidData: they do not unpack to what was
///            announced, or are no rows.
/// Thread     any: a function from bytes to a batch, run in the decode pool.
Result<JsonRowsResult> decodeTrinoSegment(const arrow::Buffer &bytes, const TrinoSegment &segment,
                                          TrinoSegments::Packing packing, const TrinoRowDecoder &decoder);

} // namespace Grebe
