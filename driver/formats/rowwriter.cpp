// SPDX-License-Identifier: Apache-2.0
#include "rowwriter.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QStringDecoder>
#include <QtEndian>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

static constexpr size_t kFlushBytes = 256 * 1024;

RowWriter::~RowWriter() = default;

Result<void> RowWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    for (const auto &field : schema->fields())
        m_columns.push_back({ field->name(), field->type(), ColumnFormatter(field) });
    if (m_options.hasByteOrderMark || m_options.encoding == TextEncoding::Utf16Le)
        m_out += hasEncoding() && m_options.encoding != TextEncoding::Latin1 ? "\xEF\xBB\xBF" : "";
    writeHeader();
    if (auto checked = checkLatin1(0, 0); !checked)
        return checked;
    return flush();
}

Result<void> RowWriter::write(const arrow::RecordBatch &batch)
{
    lookAt(batch);
    for (qint64 row = 0; row < batch.num_rows(); ++row) {
        const size_t rowStart = m_out.size();
        writeRow(batch, row);
        ++m_rowCount;
        if (!m_error && hasEncoding() && m_options.encoding == TextEncoding::Latin1) {
            if (auto checked = checkLatin1(rowStart, m_rowCount); !checked)
                m_error = checked.error();
        }
        if (m_error) {
            m_out.resize(rowStart);
            (void)flush();
            return std::unexpected(*m_error);
        }
        if (m_out.size() >= kFlushBytes) {
            if (auto flushed = flush(); !flushed)
                return flushed;
        }
    }
    // A reader at the other end of a pipe sees what has arrived, not what fills a buffer.
    return flush();
}

Result<void> RowWriter::end()
{
    if (m_error)
        return std::unexpected(*m_error);
    writeFooter();
    return flush();
}

// Row 0 is the header.
Result<void> RowWriter::checkLatin1(size_t start, qint64 row) const
{
    if (!hasEncoding() || m_options.encoding != TextEncoding::Latin1)
        return {};
    // U+0080 to U+00FF begin with C2 or C3 in UTF-8, and nothing else does.
    const auto isBeyond = [](char c) { return uint8_t(c) >= 0x80 && (uint8_t(c) & 0xC0) != 0x80 && uint8_t(c) > 0xC3; };
    const auto found = std::find_if(m_out.begin() + qptrdiff(start), m_out.end(), isBeyond);
    if (found == m_out.end())
        return {};
    const QString character = QString::fromUtf8(&*found, std::min<qsizetype>(4, m_out.end() - found));
    const qsizetype units = character.front().isHighSurrogate() ? 2 : 1;
    const QString where = row == 0 ? u"A column's name"_s : u"Row %1"_s.arg(row);
    return std::unexpected(Error { .code = Error::Code::InvalidData,
                                   .message = u"%1 holds “%2”, which Latin-1 has no byte for."_s.arg(where, character.first(units)),
                                   .hint = u"Write it in UTF-8 or UTF-16."_s });
}

Result<void> RowWriter::flush()
{
    if (m_out.empty())
        return {};
    Result<void> result;
    // What is flushed ends behind a row, never inside a character.
    if (!hasEncoding() || m_options.encoding == TextEncoding::Utf8) {
        result = m_sink.write(m_out);
    } else {
        // A mark in front stays: it is the file's own, or a row's text.
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
        const QString text = decoder.decode(QByteArrayView(m_out));
        if (m_options.encoding == TextEncoding::Latin1) {
            const QByteArray bytes = text.toLatin1();
            result = m_sink.write({ bytes.constData(), size_t(bytes.size()) });
        } else {
            QByteArray bytes(text.size() * 2, Qt::Uninitialized);
            qToLittleEndian<char16_t>(text.utf16(), text.size(), bytes.data());
            result = m_sink.write({ bytes.constData(), size_t(bytes.size()) });
        }
    }
    m_out.clear();
    return result;
}

} // namespace Grebe
