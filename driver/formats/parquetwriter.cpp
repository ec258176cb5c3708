// SPDX-License-Identifier: Apache-2.0
#include "parquetwriter.h"

#include "batchslice.h"
#include "sinkstream.h"
#include "textcolumn.h"

#include <arrow/array/util.h>
#include <arrow/extension/uuid.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kMostDigits = 38; // DuckDB, Spark and Trino read no more, or make it a double

std::shared_ptr<parquet::WriterProperties> fileProperties()
{
    return parquet::WriterProperties::Builder()
        .compression(parquet::Compression::ZSTD)
        ->compression_level(1)
        ->enable_dictionary()
        ->version(parquet::ParquetVersion::PARQUET_2_6)
        ->max_row_group_length(ParquetWriter::kGroupRows)
        ->created_by("Grebe " GREBE_VERSION)
        ->build();
}

std::shared_ptr<parquet::ArrowWriterProperties> arrowProperties()
{
    return parquet::ArrowWriterProperties::Builder().store_schema()->build();
}

arrow::Result<std::unique_ptr<parquet::arrow::FileWriter>> openFile(const std::shared_ptr<arrow::Schema> &schema,
                                                                    const std::shared_ptr<arrow::io::OutputStream> &stream)
{
    return parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), stream, fileProperties(),
                                            arrowProperties());
}

// No exception leaves this file.
template<typename F>
arrow::Status guarded(F &&work)
{
    try {
        return work();
    } catch (const std::exception &exception) {
        return arrow::Status::Invalid(exception.what());
    }
}

// Asks the library instead of listing what it can: the list differs from version to version.
bool isWritable(const std::shared_ptr<arrow::Field> &field)
{
    return guarded([&] {
               const auto schema = arrow::schema({ field->WithNullable(true) });
               ARROW_ASSIGN_OR_RAISE(const auto array, arrow::MakeArrayOfNull(field->type(), 1));
               ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::io::OutputStream> stream,
                                     arrow::io::BufferOutputStream::Create());
               ARROW_ASSIGN_OR_RAISE(const auto writer, openFile(schema, stream));
               ARROW_RETURN_NOT_OK(writer->NewBufferedRowGroup());
               ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*arrow::RecordBatch::Make(schema, 1, { array })));
               return writer->Close();
           })
        .ok();
}

bool hasWideDecimal(const arrow::DataType &type)
{
    if (arrow::is_decimal(type.id()))
        return static_cast<const arrow::DecimalType &>(type).precision() > kMostDigits;
    return std::ranges::any_of(type.fields(), [](const auto &field) { return hasWideDecimal(*field->type()); });
}

} // namespace

class ParquetWriter::Private
{
public:
    struct Column
    {
        enum Kind { AsIs, Text, Uuid };
        Kind kind = AsIs;
        ColumnFormatter formatter;
    };

    Private(ByteSink &sink, const WriteOptions &options)
        : stream(std::make_shared<SinkStream>(sink)), textColumns(options.textColumns)
    {
    }

    Result<void> check(const arrow::Status &status) const
    {
        return stream->check(status, u"The rows cannot be written as Parquet."_s);
    }

    arrow::Status writeBatch(const arrow::RecordBatch &batch)
    {
        arrow::ArrayVector arrays;
        for (int i = 0; i < batch.num_columns(); ++i) {
            switch (columns[size_t(i)].kind) {
            case Column::AsIs: arrays.push_back(batch.column(i)); break;
            case Column::Uuid:
                arrays.push_back(arrow::ExtensionType::WrapArray(arrow::extension::uuid(), batch.column(i)));
                break;
            case Column::Text: {
                auto array = textColumn(columns[size_t(i)].formatter, batch, i);
                if (!array)
                    return arrow::Status::OutOfMemory(array.error().message.toStdString());
                arrays.push_back(std::move(*array));
            }
            }
        }
        // Of these rows: a slice holds on to the buffers of the batch that it is of.
        const auto referenced = arrow::util::ReferencedBufferSize(batch);
        const qint64 size = referenced.ok() ? *referenced : arrow::util::TotalBufferSize(batch);
        if (groupBytes == 0 || groupBytes + size > kGroupBytes) {
            ARROW_RETURN_NOT_OK(writer->NewBufferedRowGroup());
            groupBytes = 0;
        }
        groupBytes += size;
        return writer->WriteRecordBatch(*arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(arrays)));
    }

    // Kept by parquet's writer, whose destructor writes a footer.
    const std::shared_ptr<SinkStream> stream;
    const std::vector<int> textColumns;
    std::shared_ptr<arrow::Schema> schema; // as it is written
    std::vector<Column> columns;
    QStringList remarks;
    std::unique_ptr<parquet::arrow::FileWriter> writer;
    qint64 groupBytes = 0;
    qint64 rowCount = 0;
};

ParquetWriter::ParquetWriter(ByteSink &sink, const WriteOptions &options) : d(std::make_unique<Private>(sink, options)) { }

ParquetWriter::~ParquetWriter()
{
    d->stream->abandon();
}

QStringList ParquetWriter::remarks() const
{
    return d->remarks;
}

Result<void> ParquetWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    arrow::FieldVector fields;
    for (int i = 0; i < schema->num_fields(); ++i) {
        const auto &field = schema->field(i);
        Private::Column column { Private::Column::AsIs, ColumnFormatter(field) };
        const QString type = column.formatter.typeText();
        const QString name = QString::fromStdString(field->name());
        QString reason;
        if (std::ranges::contains(d->textColumns, i))
            reason = u"it holds values that its type in Parquet cannot"_s;
        else if (hasWideDecimal(*field->type()))
            reason = u"few readers of Parquet keep more than 38 digits"_s;
        else if (!isWritable(field))
            reason = u"Parquet has no such type"_s;
        if (!reason.isEmpty()) {
            column.kind = Private::Column::Text;
            d->remarks << u"Column %1 (%2) is written as text: %3."_s.arg(name, type, reason);
            fields.push_back(field->WithType(arrow::large_utf8())->WithNullable(true));
        } else if (field->type()->Equals(arrow::fixed_size_binary(16)) && type.compare("uuid"_L1, Qt::CaseInsensitive) == 0) {
            column.kind = Private::Column::Uuid;
            fields.push_back(field->WithType(arrow::extension::uuid()));
        } else {
            fields.push_back(field);
        }
        d->columns.push_back(std::move(column));
    }
    if (fields.empty()) {
        return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                       .message = u"A result without columns cannot be written as Parquet."_s });
    }
    d->schema = arrow::schema(std::move(fields), schema->metadata());
    return d->check(guarded([this] {
        ARROW_ASSIGN_OR_RAISE(d->writer, openFile(d->schema, d->stream));
        return arrow::Status::OK();
    }));
}

Result<void> ParquetWriter::write(const arrow::RecordBatch &batch)
{
    for (const int column : columnsWithRawValues(batch)) {
        if (d->columns[size_t(column)].kind == Private::Column::Text)
            continue;
        return std::unexpected(
            lostValueError(*d->schema->field(column), d->columns[size_t(column)].formatter, d->rowCount, u"Parquet"_s));
    }
    d->rowCount += batch.num_rows();
    return d->check(guarded([&] { return d->writeBatch(batch); }));
}

Result<void> ParquetWriter::end()
{
    return d->check(guarded([this] { return d->writer->Close(); }));
}

} // namespace Grebe
