// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>
#include <arrow/record_batch.h>

#include "trinosegments.h"

#include "trinorowdecoder.h"

#include "columnar/base64.h"
#include "transport/bodybuffer.h"

#include <QLocale>

#include <lz4.h>
#include <simdjson.h>
#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using Object = simdjson::dom::object;
using Element = simdjson::dom::element;

// What one segment may unpack to. A server's are of 16 MiB.
constexpr qint64 largestSegment = qint64(1) << 30;
// zstd packs real rows 3 to 10 times; one long run of a byte 10,000 times. Small ones may be as they like.
constexpr qint64 largestInflation = 1000;
constexpr qint64 inflationFreeBytes = qint64(64) << 20;

std::unexpected<Error> invalid(const QString &what)
{
    return std::unexpected(Error {.code = Error::Code::InvalidData,
                                  .message = u"A part of the result, as the server describes it, can't be read: %1."_s.arg(what)});
}

std::unexpected<Error> damaged(Error::Code code, const QString &what)
{
    return std::unexpected(Error {.code = code, .message = u"A part of the result %1."_s.arg(what)});
}

QString number(qint64 value)
{
    return QLocale::c().toString(value);
}

/// A number, or a string that holds one; -1 for anything else.
qint64 count(const Object &object, std::string_view key)
{
    Element value;
    if (object[key].get(value) != simdjson::SUCCESS)
        return -1;
    int64_t result = -1;
    if (value.get(result) == simdjson::SUCCESS)
        return result;
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS)
        return -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    return error == std::errc() && end == text.data() + text.size() ? result : -1;
}

/// Empty when absent or null.
std::string_view text(const Object &object, std::string_view key)
{
    std::string_view value;
    return object[key].get(value) == simdjson::SUCCESS ? value : std::string_view();
}

/// To the letter: a signed address is signed over its query as it stands.
QUrl url(const Object &object, std::string_view key)
{
    const std::string_view value = text(object, key);
    return QUrl::fromEncoded(QByteArrayView(value.data(), qsizetype(value.size())), QUrl::StrictMode);
}

bool isHeaderName(std::string_view name)
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || others.contains(c);
    });
}

bool isHeaderValue(std::string_view value)
{
    return std::ranges::none_of(value, [](char c) { return (uchar(c) < 0x20 && c != '\t') || c == 0x7f; });
}

/// Lists of values under their names.
bool readHeaders(const Object &segment, HttpHeaders &headers)
{
    Object members;
    if (segment["headers"].get(members) != simdjson::SUCCESS)
        return segment["headers"].error() == simdjson::NO_SUCH_FIELD || segment["headers"].is_null();
    for (const auto &[name, values] : members) {
        simdjson::dom::array list;
        if (!isHeaderName(name) || values.get(list) != simdjson::SUCCESS)
            return false;
        QByteArray joined;
        for (const Element value : list) {
            std::string_view text;
            if (value.get(text) != simdjson::SUCCESS || !isHeaderValue(text))
                return false;
            if (!joined.isEmpty())
                joined += ',';
            joined.append(text.data(), qsizetype(text.size()));
        }
        headers.emplaceBack(QByteArray(name.data(), qsizetype(name.size())), joined);
    }
    return true;
}

const std::shared_ptr<BodyPool> &pool()
{
    static const std::shared_ptr<BodyPool> pool = BodyPool::create();
    return pool;
}

Result<std::shared_ptr<arrow::Buffer>> fromBase64(std::string_view text)
{
    BodyBuffer buffer(pool());
    char *target = buffer.space(qint64(text.size() / 4 * 3 + 1));
    if (!target)
        return damaged(Error::Code::Internal, u"does not fit into memory"_s);
    const qint64 size = decodeBase64(text, target);
    if (size < 0)
        return invalid(u"its bytes are not base64"_s);
    buffer.commit(size);
    return buffer.finish();
}

Result<TrinoSegment> readSegment(const Element &element)
{
    TrinoSegment segment;
    Object object, metadata;
    if (element.get(object) != simdjson::SUCCESS || object["metadata"].get(metadata) != simdjson::SUCCESS)
        return invalid(u"it has no metadata"_s);
    segment.rowOffset = count(metadata, "rowOffset");
    segment.rowCount = count(metadata, "rowsCount");
    segment.byteCount = count(metadata, "segmentSize");
    segment.unpackedByteCount = count(metadata, "uncompressedSize");
    if (segment.rowCount < 0 || segment.byteCount < 0)
        return invalid(u"its metadata lacks the number of its rows or bytes"_s);

    const std::string_view type = text(object, "type");
    if (type == "inline") {
        auto bytes = fromBase64(text(object, "data"));
        if (!bytes)
            return std::unexpected(bytes.error());
        segment.bytes = std::move(*bytes);
        return segment;
    }
    if (type != "spooled")
        return invalid(u"its type is \"%1\""_s.arg(QString::fromUtf8(type.data(), qsizetype(type.size())).left(40)));
    segment.uri = url(object, "uri");
    if (!segment.uri.isValid() || segment.uri.host().isEmpty()
        || (segment.uri.scheme() != "https"_L1 && segment.uri.scheme() != "http"_L1))
        return invalid(u"its address is none that can be asked over HTTP"_s);
    segment.ackUri = url(object, "ackUri");
    if (!readHeaders(object, segment.headers))
        return invalid(u"the headers to ask for it with are none"_s);
    return segment;
}

/// As much as was announced, no more and no less.
Result<std::shared_ptr<arrow::Buffer>> unpack(const arrow::Buffer &bytes, qint64 size, TrinoSegments::Packing packing)
{
    if (size > largestSegment || (size > inflationFreeBytes && size / largestInflation > bytes.size()))
        return damaged(Error::Code::InvalidData, u"is said to unpack from %1 to %2 bytes, as a decompression bomb does"_s.arg(
                                                     number(bytes.size()), number(size)));
    BodyBuffer buffer(pool());
    char *target = buffer.space(std::max<qint64>(size, 1));
    if (!target)
        return damaged(Error::Code::Internal, u"does not fit into memory"_s);
    const QString otherSize = u"does not unpack to the %1 bytes that were announced"_s.arg(number(size));
    switch (packing) {
    case TrinoSegments::Packing::None:
        return damaged(Error::Code::InvalidData, u"is packed although its encoding is plain"_s);
    case TrinoSegments::Packing::Zstd: {
        const size_t frame = ZSTD_findFrameCompressedSize(bytes.data(), size_t(bytes.size()));
        if (ZSTD_isError(frame))
            return damaged(Error::Code::InvalidData, u"is a damaged zstd frame (%1)"_s.arg(QString::fromLatin1(ZSTD_getErrorName(frame))));
        if (frame != size_t(bytes.size()))
            return damaged(Error::Code::InvalidData, u"has bytes behind the end of its zstd frame"_s);
        const size_t got = ZSTD_decompress(target, size_t(size), bytes.data(), size_t(bytes.size()));
        if (ZSTD_isError(got))
            return damaged(Error::Code::InvalidData, u"is a damaged zstd frame (%1)"_s.arg(QString::fromLatin1(ZSTD_getErrorName(got))));
        if (qint64(got) != size)
            return damaged(Error::Code::InvalidData, otherSize);
        break;
    }
    case TrinoSegments::Packing::Lz4: {
        // A bare block: no frame, no size in front, no checksum.
        if (bytes.size() > std::numeric_limits<int>::max())
            return damaged(Error::Code::InvalidData, u"is longer than an LZ4 block can be"_s);
        const int got = LZ4_decompress_safe(reinterpret_cast<const char *>(bytes.data()), target, int(bytes.size()), int(size));
        if (got < 0)
            return damaged(Error::Code::InvalidData, u"is a damaged LZ4 block"_s);
        if (got != size)
            return damaged(Error::Code::InvalidData, otherSize);
        break;
    }
    }
    buffer.commit(size);
    return buffer.finish();
}

} // namespace

QStringList trinoEncodings()
{
    return {u"json+zstd"_s, u"json+lz4"_s, u"json"_s};
}

Result<TrinoSegments> readTrinoSegments(std::string_view data)
{
    simdjson::dom::parser parser;
    Object object;
    if (const auto error = parser.parse(data.data(), data.size()).get(object))
        return invalid(QString::fromLatin1(simdjson::error_message(error)));
    TrinoSegments segments;
    const std::string_view encoding = text(object, "encoding");
    if (encoding == "json+zstd")
        segments.packing = TrinoSegments::Packing::Zstd;
    else if (encoding == "json+lz4")
        segments.packing = TrinoSegments::Packing::Lz4;
    else if (encoding != "json")
        return invalid(u"its encoding is \"%1\", which was not asked for"_s.arg(
            QString::fromUtf8(encoding.data(), qsizetype(encoding.size())).left(40)));
    simdjson::dom::array list;
    if (object["segments"].get(list) != simdjson::SUCCESS)
        return invalid(u"it has no segments"_s);
    for (const Element element : list) {
        auto segment = readSegment(element);
        if (!segment)
            return std::unexpected(segment.error());
        segments.list.push_back(std::move(*segment));
    }
    return segments;
}

Result<JsonRowsResult> decodeTrinoSegment(const arrow::Buffer &bytes, const TrinoSegment &segment,
                                          TrinoSegments::Packing packing, const TrinoRowDecoder &decoder)
{
    if (bytes.size() != segment.byteCount)
        return damaged(Error::Code::Incomplete, u"has %1 bytes instead of the %2 that were announced"_s.arg(
                                                    number(bytes.size()), number(segment.byteCount)));
    std::shared_ptr<arrow::Buffer> unpacked;
    const char *begin = reinterpret_cast<const char *>(bytes.data());
    qint64 size = bytes.size();
    // Small segments come as they are, whatever the encoding says.
    if (segment.unpackedByteCount >= 0) {
        auto result = unpack(bytes, segment.unpackedByteCount, packing);
        if (!result)
            return std::unexpected(result.error());
        unpacked = std::move(*result);
        begin = reinterpret_cast<const char *>(unpacked->data());
        size = unpacked->size();
    }
    if (const qint64 offset = invalidUtf8Offset(begin, begin + size); offset >= 0)
        return damaged(Error::Code::InvalidData, u"is not valid UTF-8: at byte %1"_s.arg(number(offset)));
    JsonReader reader(begin, begin + size);
    reader.skipSpace();
    if (reader.peek() != '[')
        return damaged(Error::Code::InvalidData, u"does not begin with ["_s);
    auto rows = decoder.decode(reader);
    if (!rows)
        return rows;
    reader.skipSpace();
    if (!reader.atEnd())
        return damaged(Error::Code::InvalidData, u"has something behind its closing bracket"_s);
    const qint64 rowCount = rows->batch ? rows->batch->num_rows() : 0;
    if (rowCount != segment.rowCount)
        return damaged(Error::Code::Incomplete, u"has %1 rows instead of the %2 that were announced"_s.arg(
                                                    number(rowCount), number(segment.rowCount)));
    return rows;
}

} // namespace Grebe
