// SPDX-License-Identifier: Apache-2.0
#include "extension/cellrange.h"

#include "extension/columnformatter.h"
#include "extension/dialect.h"
#include "resultwriter.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QLocale>
#include <QSaveFile>

#include <algorithm>
#include <unordered_set>

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

class HtmlTableWriter final : public RowWriter
{
public:
    using RowWriter::RowWriter;

protected:
    void writeHeader() override
    {
        m_out += "<table>\n";
        if (!m_options.hasHeader)
            return;
        m_out += "<tr>";
        for (const Column &column : m_columns)
            append("th", column, column.name);
        m_out += "</tr>\n";
    }

    void writeRow(const arrow::RecordBatch &batch, qint64 row) override
    {
        m_out += "<tr>";
        for (size_t i = 0; i < m_columns.size(); ++i) {
            m_value.clear();
            m_columns[i].formatter.appendText(batch, int(i), row, m_value);
            append("td", m_columns[i], m_value);
        }
        m_out += "</tr>\n";
    }

    void writeFooter() override { m_out += "</table>\n"; }

private:
    void append(const char *tag, const Column &column, std::string_view value)
    {
        m_out += '<';
        m_out += tag;
        if (column.formatter.alignment() == ColumnFormatter::Alignment::Right)
            m_out += " align=\"right\"";
        m_out += '>';
        for (const char c : value) {
            switch (c) {
            case '<': m_out += "&lt;"; break;
            case '>': m_out += "&gt;"; break;
            case '&': m_out += "&amp;"; break;
            case '"': m_out += "&quot;"; break;
            case '\n': m_out += "<br>"; break;
            default: m_out += uchar(c) < 0x20 ? ' ' : c;
            }
        }
        m_out += "</";
        m_out += tag;
        m_out += '>';
    }

    std::string m_value;
};

/// INSERT, IN list and VALUES: literals in the engine's spelling.
class LiteralWriter final : public RowWriter
{
public:
    LiteralWriter(ByteSink &sink, const WriteOptions &options, CopyFormat format, const CopyOptions &copy)
        : RowWriter(sink, options), m_format(format), m_copy(copy)
    {
    }

    const std::optional<Error> &error() const { return m_error; }

protected:
    void writeHeader() override
    {
        if (m_format == CopyFormat::InList) {
            m_out += '(';
            return;
        }
        if (m_format == CopyFormat::Insert) {
            m_out += "INSERT INTO " + name(m_copy.tableName.isEmpty() ? u"table_name"_s : m_copy.tableName).toStdString();
            m_out += " (" + names() + ")\nVALUES\n";
        } else {
            m_out += m_copy.hasHeader ? "SELECT * FROM (VALUES\n" : "VALUES\n";
        }
    }

    void writeRow(const arrow::RecordBatch &batch, qint64 row) override
    {
        if (m_format == CopyFormat::InList) {
            std::string value = literal(batch, row, 0);
            if (value != "NULL" && m_seen.insert(value).second) {
                m_out += m_isFirst ? "" : ", ";
                m_out += value;
                m_isFirst = false;
            }
            return;
        }
        m_out += m_isFirst ? "  (" : ",\n  (";
        m_isFirst = false;
        for (size_t i = 0; i < m_columns.size(); ++i) {
            m_out += i > 0 ? ", " : "";
            m_out += literal(batch, row, i);
        }
        m_out += ')';
    }

    void writeFooter() override
    {
        if (m_format == CopyFormat::InList)
            m_out += ')';
        else if (m_format == CopyFormat::Insert)
            m_out += ";\n";
        else
            m_out += m_copy.hasHeader ? "\n) AS t (" + names() + ")\n" : "\n";
    }

private:
    QString name(const QString &text) const
    {
        if (m_copy.dialect)
            return m_copy.dialect->quoteIfNeeded(text);
        return u'"' + QString(text).replace(u'"', u"\"\""_s) + u'"';
    }

    std::string names() const
    {
        QStringList list;
        for (const Column &column : m_columns)
            list += name(QString::fromStdString(column.name));
        return list.join(u", "_s).toStdString();
    }

    std::string literal(const arrow::RecordBatch &batch, qint64 row, size_t index)
    {
        const ColumnFormatter &formatter = m_columns[index].formatter;
        if (formatter.isNull(batch, int(index), row))
            return "NULL";
        if (m_copy.dialect) {
            const Result<QString> text = m_copy.dialect->literal(formatter.variant(batch, int(index), row), formatter.typeText());
            if (text)
                return text->toStdString();
            if (!m_error)
                m_error = text.error();
            return "NULL";
        }
        std::string value;
        formatter.appendText(batch, int(index), row, value);
        if (formatter.isNumeric() && value.find_first_not_of("0123456789.-+eE") == std::string::npos)
            return value;
        std::string quoted = "'";
        for (const char c : value) {
            quoted += c;
            if (c == '\'')
                quoted += c;
        }
        return quoted + '\'';
    }

    const CopyFormat m_format;
    const CopyOptions &m_copy;
    std::unordered_set<std::string> m_seen;
    std::optional<Error> m_error;
    bool m_isFirst = true;
};

std::unique_ptr<RowWriter> makeWriter(const CellRange &range, CopyFormat format, const CopyOptions &options, ByteSink &sink)
{
    WriteOptions write;
    write.hasHeader = options.hasHeader;
    const auto exported = [&](const QString &id) {
        return std::unique_ptr<RowWriter>(static_cast<RowWriter *>(makeResultWriter(id, sink, write).release()));
    };
    switch (format) {
    case CopyFormat::Tsv: return std::make_unique<PasteWriter>(sink, write, range.cellCount() == 1 && !options.hasHeader);
    case CopyFormat::Csv: return exported(u"csv"_s);
    case CopyFormat::Json: return exported(u"json"_s);
    case CopyFormat::Markdown: return exported(u"markdown"_s);
    case CopyFormat::Html: return std::make_unique<HtmlTableWriter>(sink, write);
    case CopyFormat::Insert:
    case CopyFormat::InList:
    case CopyFormat::Values: return std::make_unique<LiteralWriter>(sink, write, format, options);
    }
    return nullptr;
}

Result<void> writeCells(const CellRange &range, CopyFormat format, const CopyOptions &options, ByteSink &sink,
                        const CancelCheck &isCancelled)
{
    const std::shared_ptr<arrow::Schema> schema = range.store ? range.store->schema() : nullptr;
    if (!schema || range.columns.isEmpty())
        return {};
    const std::vector<int> columns(range.columns.begin(), range.columns.end());
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const int column : columns)
        fields.push_back(schema->field(column));
    const std::unique_ptr<RowWriter> writer = makeWriter(range, format, options, sink);
    if (auto begun = writer->begin(arrow::schema(fields)); !begun)
        return begun;

    std::shared_ptr<arrow::RecordBatch> source;
    std::shared_ptr<arrow::RecordBatch> chosen;
    const qint64 end = range.firstPosition + range.rowCount;
    for (qint64 position = range.firstPosition; position < end;) {
        if (isCancelled && isCancelled())
            return std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"Copying was stopped."_s });
        const qint64 row = range.rowAt ? range.rowAt(position) : position;
        const ResultStore::Place place = range.store->place(row);
        if (!place.batch)
            break;
        if (place.batch != source) {
            source = place.batch;
            auto selected = source->SelectColumns(columns);
            if (!selected.ok())
                return std::unexpected(Error { .code = Error::Code::Internal,
                                               .message = QString::fromStdString(selected.status().message()) });
            chosen = *selected;
        }
        const qint64 count = range.rowAt ? 1 : std::min<qint64>({ 4096, end - position, source->num_rows() - place.row });
        if (auto written = writer->writeRows(*chosen, place.row, count); !written)
            return written;
        if (const auto *literals = dynamic_cast<const LiteralWriter *>(writer.get()); literals && literals->error())
            return std::unexpected(*literals->error());
        position += count;
    }
    return writer->end();
}

} // namespace

Result<QByteArray> copyCells(const CellRange &range, CopyFormat format, const CopyOptions &options,
                             const CancelCheck &isCancelled)
{
    LimitedSink sink(options.maxBytes);
    if (auto written = writeCells(range, format, options, sink, isCancelled); !written)
        return std::unexpected(written.error());
    return sink.bytes;
}

Result<void> copyCellsToFile(const CellRange &range, CopyFormat format, const CopyOptions &options,
                             const QString &fileName, const CancelCheck &isCancelled)
{
    QSaveFile file(fileName);
    const auto failed = [&] {
        return std::unexpected(Error { .code = Error::Code::IO,
                                       .message = u"%1 could not be written: %2"_s.arg(fileName, file.errorString()) });
    };
    if (!file.open(QIODevice::WriteOnly))
        return failed();
    DeviceSink sink(file);
    if (auto written = writeCells(range, format, options, sink, isCancelled); !written)
        return written;
    if (!file.commit())
        return failed();
    return {};
}

} // namespace Grebe
