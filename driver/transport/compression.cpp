// SPDX-License-Identifier: Apache-2.0
#include "compression.h"

#include <QByteArray>
#include <QLocale>

#include <zlib.h>
#include <zstd.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

constexpr qint64 outputStep = 128 * 1024;

static std::unexpected<Error> decodeError(Error::Code code, const QString &message)
{
    return std::unexpected(Error { .code = code, .message = message });
}

BodyDecoder::~BodyDecoder() = default;

namespace {

class LimitedDecoder : public BodyDecoder
{
protected:
    LimitedDecoder(const DecodeLimits &limits, const QString &name)
        : m_limits(limits)
        , m_name(name)
    {
    }

    Result<void> checkLimits(qint64 decodedBytes) const
    {
        if (decodedBytes > m_limits.maximumBytes)
            return decodeError(Error::Code::InvalidData,
                               u"unpacks to more than the %1 a reply may have"_s.arg(
                                   QLocale::c().formattedDataSize(m_limits.maximumBytes)));
        if (decodedBytes > m_limits.inflationFreeBytes && decodedBytes / m_limits.maximumInflation > m_encodedBytes)
            return decodeError(Error::Code::InvalidData,
                               u"unpacks to more than %1 times its size, as a decompression bomb does"_s.arg(
                                   m_limits.maximumInflation));
        return {};
    }

    std::unexpected<Error> trailing() const
    {
        return decodeError(Error::Code::InvalidData, u"has bytes behind the end of its %1 stream"_s.arg(m_name));
    }
    std::unexpected<Error> damaged(const char *reason) const
    {
        return decodeError(Error::Code::InvalidData,
                           u"is a damaged %1 stream (%2)"_s.arg(m_name, QString::fromUtf8(reason)));
    }
    std::unexpected<Error> cut() const
    {
        return decodeError(Error::Code::Incomplete, u"ends in the middle of its %1 stream"_s.arg(m_name));
    }
    std::unexpected<Error> noMemory() const
    {
        return decodeError(Error::Code::IO, u"does not fit into memory"_s);
    }

    const DecodeLimits m_limits;
    const QString m_name;
    qint64 m_encodedBytes = 0;
    bool m_ended = false;
};

class GzipDecoder final : public LimitedDecoder
{
public:
    explicit GzipDecoder(const DecodeLimits &limits)
        : LimitedDecoder(limits, u"gzip"_s)
    {
        // 16 asks zlib for gzip's frame; it checks the CRC and the length behind the last block by itself.
        m_ok = inflateInit2(&m_stream, MAX_WBITS + 16) == Z_OK;
    }
    ~GzipDecoder() override
    {
        if (m_ok)
            inflateEnd(&m_stream);
    }
    Q_DISABLE_COPY_MOVE(GzipDecoder)

    Result<void> feed(QByteArrayView input, BodyBuffer &output) override
    {
        if (!m_ok)
            return noMemory();
        if (input.isEmpty())
            return {};
        if (m_ended)
            return trailing();
        m_encodedBytes += input.size();
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(input.data()));
        m_stream.avail_in = uInt(input.size());
        bool wasFull = false;
        while (m_stream.avail_in > 0 || wasFull) {
            char *target = output.space(outputStep);
            if (!target)
                return noMemory();
            const uInt room = uInt(std::min<qint64>(output.spaceLeft(), 1 << 30));
            m_stream.next_out = reinterpret_cast<Bytef *>(target);
            m_stream.avail_out = room;
            const int code = inflate(&m_stream, Z_NO_FLUSH);
            output.commit(room - m_stream.avail_out);
            if (const auto limits = checkLimits(output.size()); !limits)
                return limits;
            if (code == Z_STREAM_END) {
                m_ended = true;
                return m_stream.avail_in > 0 ? Result<void>(trailing()) : Result<void>();
            }
            if (code == Z_BUF_ERROR)
                return {}; // wants more than there is
            if (code == Z_MEM_ERROR)
                return noMemory();
            if (code != Z_OK)
                return damaged(m_stream.msg ? m_stream.msg : "unexpected data");
            wasFull = m_stream.avail_out == 0;
        }
        return {};
    }

    Result<void> finish() override { return m_ended ? Result<void>() : Result<void>(cut()); }

private:
    z_stream m_stream = {};
    bool m_ok = false;
};

class ZstdDecoder final : public LimitedDecoder
{
public:
    explicit ZstdDecoder(const DecodeLimits &limits)
        : LimitedDecoder(limits, u"zstd"_s)
        , m_stream(ZSTD_createDStream())
    {
        // What a frame may ask us to keep while it unpacks: zstd's own default of 128 MiB, said here to stay so.
        if (m_stream)
            ZSTD_DCtx_setParameter(m_stream, ZSTD_d_windowLogMax, 27);
    }
    ~ZstdDecoder() override { ZSTD_freeDStream(m_stream); }
    Q_DISABLE_COPY_MOVE(ZstdDecoder)

    Result<void> feed(QByteArrayView input, BodyBuffer &output) override
    {
        if (!m_stream)
            return noMemory();
        if (input.isEmpty())
            return {};
        if (m_ended)
            return trailing();
        if (m_encodedBytes == 0) {
            const unsigned long long declared = ZSTD_getFrameContentSize(input.data(), size_t(input.size()));
            if (declared != ZSTD_CONTENTSIZE_UNKNOWN && declared != ZSTD_CONTENTSIZE_ERROR) {
                if (declared > static_cast<unsigned long long>(m_limits.maximumBytes))
                    return checkLimits(m_limits.maximumBytes + 1);
                output.expect(qint64(declared));
            }
        }
        m_encodedBytes += input.size();
        ZSTD_inBuffer in { input.data(), size_t(input.size()), 0 };
        bool wasFull = false;
        while (in.pos < in.size || wasFull) {
            char *target = output.space(outputStep);
            if (!target)
                return noMemory();
            ZSTD_outBuffer out { target, size_t(output.spaceLeft()), 0 };
            const size_t left = ZSTD_decompressStream(m_stream, &out, &in);
            output.commit(qint64(out.pos));
            if (ZSTD_isError(left))
                return damaged(ZSTD_getErrorName(left));
            if (const auto limits = checkLimits(output.size()); !limits)
                return limits;
            if (left == 0) {
                m_ended = true;
                return in.pos < in.size ? Result<void>(trailing()) : Result<void>();
            }
            wasFull = out.pos == out.size;
        }
        return {};
    }

    Result<void> finish() override { return m_ended ? Result<void>() : Result<void>(cut()); }

private:
    ZSTD_DStream *m_stream;
};

} // namespace

Result<std::unique_ptr<BodyDecoder>> makeBodyDecoder(QByteArrayView contentEncoding, const DecodeLimits &limits)
{
    const QByteArray name = contentEncoding.trimmed().toByteArray().toLower();
    if (name.isEmpty() || name == "identity")
        return nullptr;
    if (name == "gzip" || name == "x-gzip")
        return std::make_unique<GzipDecoder>(limits);
    if (name == "zstd")
        return std::make_unique<ZstdDecoder>(limits);
    return decodeError(Error::Code::InvalidData,
                       u"is packed as \"%1\", which was not asked for"_s.arg(QString::fromLatin1(name.left(40))));
}

} // namespace Grebe
