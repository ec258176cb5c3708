// SPDX-License-Identifier: Apache-2.0
#include "extension/cellrange.h"

#include "extension/outputtarget.h"
#include "rowwriter.h"

#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

class LimitedSink final : public ByteSink
{
public:
    explicit LimitedSink(qint64 maxBytes) : m_maxBytes(maxBytes) { }

    QByteArray bytes;

protected:
    Result<void> doWrite(std::string_view part) override
    {
        if (m_maxBytes >= 0 && bytes.size() + qint64(part.size()) > m_maxBytes)
            return std::unexpected(Error { .code = Error::Code::Incomplete,
                                           .message = u"The selection is larger than %1."_s.arg(QLocale().formattedDataSize(
                                               m_maxBytes, 0, QLocale::DataSizeSIFormat)) });
        bytes.append(part.data(), qsizetype(part.size()));
        return {};
    }

private:
    const qint64 m_maxBytes;
};

/// What spreadsheets take from the clipboard.
class PasteWriter final : public RowWriter
{
public:
    PasteWriter(ByteSink &sink, const WriteOptions &options, bool isSingle)
        : RowWriter(sink, options), m_isSingle(isSingle)
    {
    }

protected:
    void writeHeader() override
    {
        if (!m_options.hasHeader)
            return;
        for (size_t i = 0; i < m_columns.size(); ++i) {
            m_out += i > 0 ? "\t" : "";
            appendCell(m_columns[i].name);
        }
        m_out += '\n';
    }

    void writeRow(const arrow::RecordBatch &batch, qint64 row) override
    {
        for (size_t i = 0; i < m_columns.size(); ++i) {
            m_out += i > 0 ? "\t" : "";
            m_value.clear();
            m_columns[i].formatter.appendText(batch, int(i), row, m_value);
            appendCell(m_value);
        }
        if (!m_isSingle)
            m_out += '\n';
    }

private:
    // A cell is one cell when it is pasted: its own tabs and line breaks become blanks. A single cell stays whole.
    void appendCell(std::string_view value)
    {
        const size_t begin = m_out.size();
        m_out += value;
        if (!m_isSingle)
            std::replace_if(m_out.begin() + ptrdiff_t(begin), m_out.end(),
                            [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    }

    const bool m_isSingle;
    std::string m_value;
};

std::unique_ptr<ResultWriter> makeWriter(const CellRange &range, CopyFormat format, const CopyOptions &options, ByteSink &sink)
{
    WriteOptions write { .hasHeader = options.hasHeader,
                         .dialect = options.dialect,
                         .table = ObjectPath({ options.tableName.isEmpty() ? u"table_name"_s : options.tableName }),
                         .isFragment = true };
    switch (format) {
    case CopyFormat::Tsv: return std::make_unique<PasteWriter>(sink, write, range.cellCount() == 1 && !options.hasHeader);
    case CopyFormat::Csv: return makeResultWriter(u"csv"_s, sink, write);
    case CopyFormat::Json: return makeResultWriter(u"json"_s, sink, write);
    case CopyFormat::Markdown: return makeResultWriter(u"markdown"_s, sink, write);
    case CopyFormat::Html: return makeResultWriter(u"html"_s, sink, write);
    case CopyFormat::Insert: write.sqlForm = SqlForm::Insert; break;
    case CopyFormat::InList: write.sqlForm = SqlForm::InList; break;
    case CopyFormat::Values: write.sqlForm = SqlForm::Values; break;
    }
    return makeResultWriter(u"insert"_s, sink, write);
}

Result<void> copyInto(ByteSink &sink, const CellRange &range, CopyFormat format, const CopyOptions &options,
                      const CancelCheck &isCancelled)
{
    const std::shared_ptr<arrow::Schema> schema = schemaOfCells(range);
    if (!schema || range.columns.isEmpty())
        return {};
    const std::unique_ptr<ResultWriter> writer = makeWriter(range, format, options, sink);
    return writer->begin(schema)
        .and_then([&] { return writeCells(range, *writer, isCancelled); })
        .and_then([&] { return writer->end(); });
}

} // namespace

Result<QByteArray> copyCells(const CellRange &range, CopyFormat format, const CopyOptions &options,
                             const CancelCheck &isCancelled)
{
    LimitedSink sink(options.maxBytes);
    if (auto written = copyInto(sink, range, format, options, isCancelled); !written)
        return std::unexpected(written.error());
    return sink.bytes;
}

Result<void> copyCellsToFile(const CellRange &range, CopyFormat format, const CopyOptions &options,
                             const QString &fileName, const CancelCheck &isCancelled)
{
    const auto target = OutputTarget::open(fileName);
    if (!target)
        return std::unexpected(target.error());
    return copyInto((*target)->sink(), range, format, options, isCancelled).and_then([&] { return (*target)->commit(); });
}

} // namespace Grebe
