// SPDX-License-Identifier: Apache-2.0
#include "compressed.h"

#include <lz4.h>
#include <zlib.h>
#include <zstd.h>

namespace Grebe {

QByteArray gzipped(const QByteArray &plain)
{
    z_stream stream = {};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray packed(qsizetype(deflateBound(&stream, uLong(plain.size()))), Qt::Uninitialized);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.constData()));
    stream.avail_in = uInt(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = uInt(packed.size());
    deflate(&stream, Z_FINISH);
    packed.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

QByteArray zstdPacked(const QByteArray &plain, bool withSize)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, withSize ? 1 : 0);
    QByteArray packed(qsizetype(ZSTD_compressBound(size_t(plain.size()))), Qt::Uninitialized);
    packed.truncate(qsizetype(ZSTD_compress2(context, packed.data(), size_t(packed.size()), plain.constData(),
                                             size_t(plain.size()))));
    ZSTD_freeCCtx(context);
    return packed;
}

QByteArray lz4Packed(const QByteArray &plain)
{
    QByteArray packed(LZ4_compressBound(int(plain.size())), Qt::Uninitialized);
    packed.truncate(LZ4_compress_default(plain.constData(), packed.data(), int(plain.size()), int(packed.size())));
    return packed;
}

} // namespace Grebe
