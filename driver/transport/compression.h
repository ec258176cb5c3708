// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bodybuffer.h"
#include "extension/error.h"

#include <QByteArrayView>

#include <memory>

namespace Grebe {

/// What a decoded body may grow to; a value.
struct DecodeLimits
{
    qint64 maximumBytes = qint64(1) << 30;
    int maximumInflation = 64; ///< decoded to encoded bytes...
    qint64 inflationFreeBytes = qint64(64) << 20; ///< ...asked beyond so many decoded ones
};

/// Turns the bytes on the wire into the body while they arrive, each byte touched once.
///
/// Shape      feed() any number of times, then finish(), which says whether the stream really ended.
/// Errors     InvalidData: not that format, a wrong checksum, bytes behind the end, more than the limits allow.
///            Incomplete: the stream stopped before its end. After an error nothing more may be called. Messages are
///            the second half of a sentence: the caller says whose body it was.
/// Thread     one at a time.
/// Source     RFC 1952 (gzip), RFC 8878 (zstd). Both let several members follow each other; a reply has one, and
///            what stands behind it is refused, since a cut-and-glued body looks exactly like that.
class BodyDecoder
{
public:
    virtual ~BodyDecoder();
    virtual Result<void> feed(QByteArrayView input, BodyBuffer &output) = 0;
    virtual Result<void> finish() = 0;

protected:
    BodyDecoder() = default;
};

/// The decoder for a Content-Encoding: "gzip", "x-gzip", "zstd". Empty and "identity" have none: nullptr.
Result<std::unique_ptr<BodyDecoder>> makeBodyDecoder(QByteArrayView contentEncoding, const DecodeLimits &limits);

} // namespace Grebe
