// SPDX-License-Identifier: Apache-2.0
#include "duckdbfilewriter.h"

#include "duckdbarrow.h"
#include "duckdbengine.h"
#include "duckdberror.h"
#include "duckdbinfo.h"
#include "extension/outputtarget.h"
#include "formats/batchslice.h"
#include "formats/textcolumn.h"
#include "sql/duckdbdialect.h"

#include <arrow/array/util.h>
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QScopeGuard>
#include <QSet>

#include <algorithm>
#include <mutex>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

Error arrowFailure(const arrow::Status &status)
{
    return { .code = Error::Code::Internal,
             .message = u"The rows cannot be handed to DuckDB: %1"_s.arg(QString::fromStdString(status.message())) };
}

/// The error, which is destroyed; nothing without one.
Result<void> taken(duckdb_error_data data)
{
    Result<void> result;
    if (data && duckdb_error_data_has_error(data))
        result = std::unexpected(duckdbError(duckdb_error_data_message(data)));
    duckdb_destroy_error_data(&data);
    return result;
}

/// The types of an Arrow schema as DuckDB understands them; exported schemas are read with it.
class ArrowTypes
{
public:
    ArrowTypes() = default;
    ~ArrowTypes() { duckdb_destroy_arrow_converted_schema(&m_types); }
    ArrowTypes(const ArrowTypes &) = delete;
    ArrowTypes &operator=(const ArrowTypes &) = delete;

    Result<void> read(duckdb_connection connection, const arrow::Schema &schema)
    {
        ArrowSchema exported {};
        if (const auto status = arrow::ExportSchema(schema, &exported); !status.ok())
            return std::unexpected(arrowFailure(status));
        Result<void> result = taken(duckdb_schema_from_arrow(connection, &exported, &m_types));
        if (exported.release)
            exported.release(&exported);
        return result;
    }

    /// The caller's to destroy.
    Result<duckdb_data_chunk> chunk(duckdb_connection connection, const arrow::RecordBatch &batch) const
    {
        ArrowArray exported {};
        if (const auto status = arrow::ExportRecordBatch(batch, &exported); !status.ok())
            return std::unexpected(arrowFailure(status));
        duckdb_data_chunk chunk = nullptr;
        auto result = taken(duckdb_data_chunk_from_arrow(connection, &exported, m_types, &chunk));
        if (exported.release)
            exported.release(&exported);
        if (!result)
            return std::unexpected(result.error());
        return chunk;
    }

private:
    duckdb_arrow_converted_schema m_types = nullptr;
};

std::string upperTypeOf(const arrow::Field &field)
{
    const auto &metadata = field.metadata();
    const int key = metadata ? metadata->FindKey(kTypeKey) : -1;
    return key < 0 ? std::string() : QString::fromStdString(metadata->value(key)).toUpper().toStdString();
}

/// The field with the extension types that DuckDB knows, in nested types too, and without metadata of ours.
std::shared_ptr<arrow::Field> namedForDuckDb(const std::shared_ptr<arrow::Field> &field)
{
    const std::string type = upperTypeOf(*field);
    std::shared_ptr<const arrow::KeyValueMetadata> metadata;
    if (type == "UUID" && field->type()->Equals(arrow::fixed_size_binary(16)))
        metadata = arrow::key_value_metadata({ "ARROW:extension:name" }, { "arrow.uuid" });
    else if (type == "JSON" && (field->type()->id() == arrow::Type::STRING || field->type()->id() == arrow::Type::LARGE_STRING))
        metadata = arrow::key_value_metadata({ "ARROW:extension:name" }, { "arrow.json" });
    const auto child = [&](int i) { return namedForDuckDb(field->type()->field(i)); };
    std::shared_ptr<arrow::DataType> named = field->type();
    switch (named->id()) {
    case arrow::Type::LIST: named = arrow::list(child(0)); break;
    case arrow::Type::LARGE_LIST: named = arrow::large_list(child(0)); break;
    case arrow::Type::FIXED_SIZE_LIST:
        named = arrow::fixed_size_list(child(0), static_cast<const arrow::FixedSizeListType &>(*named).list_size());
        break;
    case arrow::Type::STRUCT: {
        arrow::FieldVector children;
        for (int i = 0; i < named->num_fields(); ++i)
            children.push_back(child(i));
        named = arrow::struct_(std::move(children));
        break;
    }
    case arrow::Type::MAP: {
        const auto &map = static_cast<const arrow::MapType &>(*named);
        named = std::make_shared<arrow::MapType>(namedForDuckDb(map.key_field()), namedForDuckDb(map.item_field()),
                                                 map.keys_sorted());
        break;
    }
    default: break;
    }
    return arrow::field(field->name(), named, field->nullable(), metadata);
}

/// Types that come as text or too wide and that DuckDB reads from text: the table's column has them all the same.
bool isReadFromText(const std::string &type)
{
    static constexpr std::string_view known[] { "HUGEINT", "UHUGEINT", "BIGNUM", "VARINT", "BIT", "TIME WITH TIME ZONE" };
    return std::ranges::contains(known, type);
}

bool loses(const arrow::DataType &type)
{
    // DuckDB's times with a zone are microseconds; it reads no decimal of more than 128 bits, and no interval of another
    // unit than its own.
    if (type.id() == arrow::Type::DECIMAL256)
        return true;
    if (type.id() == arrow::Type::TIMESTAMP) {
        const auto &time = static_cast<const arrow::TimestampType &>(type);
        return time.unit() == arrow::TimeUnit::NANO && !time.timezone().empty();
    }
    if (type.id() == arrow::Type::TIME64)
        return static_cast<const arrow::Time64Type &>(type).unit() == arrow::TimeUnit::NANO;
    return std::ranges::any_of(type.fields(), [](const auto &field) { return loses(*field->type()); });
}

/// FILE.part, which DuckDB makes itself: it takes no empty file for a database.
///
/// Errors     AlreadyExists from claim() while another export writes it, here or in another process.
class PartFile
{
public:
    ~PartFile()
    {
        if (m_name.isEmpty())
            return;
        remove();
        const std::scoped_lock lock(mutex());
        claimed().remove(m_name);
    }

    QString name() const { return m_name; }

    Result<void> claim(const QString &fileName)
    {
        const QString name = QFileInfo(fileName).absoluteFilePath() + u".part"_s;
        const std::scoped_lock lock(mutex());
        bool isFree = !claimed().contains(name);
        if (const int file = isFree ? ::open(QFile::encodeName(name).constData(), O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1; file >= 0) {
            // DuckDB holds a lock of this kind on what it writes.
            struct flock held { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0 };
            isFree = ::fcntl(file, F_GETLK, &held) == 0 && held.l_type == F_UNLCK;
            ::close(file);
        }
        if (!isFree) {
            return std::unexpected(Error { .code = Error::Code::InvalidState,
                                           .message = u"%1 is being written by another export."_s.arg(fileName) });
        }
        claimed().insert(name);
        m_name = name;
        remove(); // of an export that was killed
        return {};
    }

private:
    static std::mutex &mutex()
    {
        static std::mutex instance;
        return instance;
    }
    static QSet<QString> &claimed()
    {
        static QSet<QString> instance;
        return instance;
    }
    void remove() const
    {
        QFile::remove(m_name);
        QFile::remove(m_name + u".wal"_s);
        QDir(m_name + u".tmp"_s).removeRecursively(); // what DuckDB spills
    }

    QString m_name;
};

} // namespace

class DuckDbFileWriter::Private
{
public:
    struct Column
    {
        ColumnFormatter formatter;
        std::string declared; ///< type in CREATE TABLE; empty: what Arrow's means
        bool isText = false; ///< handed over as text
    };

    Private(const QString &fileName, const WriteOptions &options) : fileName(fileName), options(options) { }

    ~Private() { close(); }

    bool isNew() const { return !part.name().isEmpty(); }

    Result<void> run(const QByteArray &sql)
    {
        duckdb_result result;
        Result<void> answer;
        if (duckdb_query(connection, sql.constData(), &result) != DuckDBSuccess)
            answer = std::unexpected(duckdbError(duckdb_result_error(&result), sql));
        duckdb_destroy_result(&result);
        return answer;
    }

    Result<void> open()
    {
        // The name is DuckDB's to take only when nobody has it: a table more goes into the file that is there.
        ConnectionParameters parameters(duckdbInfo());
        if (!QFileInfo::exists(fileName)) {
            if (auto claimed = part.claim(fileName); !claimed)
                return claimed;
            if (auto set = parameters.setValue(u"memoryLimit"_s, QString::fromUtf16(kMemoryLimit)); !set)
                return set;
        }
        if (auto set = parameters.setValue(u"path"_s, isNew() ? part.name() : fileName); !set)
            return set;
        auto found = DuckDbSource(parameters).open();
        if (!found)
            return std::unexpected(found.error());
        database = std::move(*found);
        const auto connected = database->connect();
        if (!connected)
            return std::unexpected(connected.error());
        connection = *connected;
        return run("SET preserve_insertion_order = true; BEGIN TRANSACTION");
    }

    Result<void> planColumn(const std::shared_ptr<arrow::Field> &field)
    {
        Column column { ColumnFormatter(field), {}, false };
        const int index = int(columns.size());
        const std::string type = upperTypeOf(*field);
        const auto fieldForDuckDb = namedForDuckDb(field);
        QString reason;
        if (std::ranges::contains(options.textColumns, index)) {
            reason = u"it holds values that its type in DuckDB cannot"_s;
        } else if (isReadFromText(type)) {
            column.isText = true;
            column.declared = type;
        } else if (loses(*field->type()) || !ArrowTypes().read(connection, *arrow::schema({ fieldForDuckDb }))) {
            reason = u"DuckDB has no type that holds all its values"_s;
        } else if (type.starts_with("ENUM(")) {
            column.declared = column.formatter.typeText().toStdString();
        }
        if (!reason.isEmpty()) {
            column.isText = true;
            column.declared = "VARCHAR";
            remarks << u"Column %1 (%2) is written as VARCHAR: %3."_s.arg(QString::fromStdString(field->name()),
                                                                          column.formatter.typeText(), reason);
        }
        fields.push_back(column.isText ? arrow::field(field->name(), arrow::large_utf8()) : fieldForDuckDb);
        columns.push_back(std::move(column));
        return {};
    }

    Result<void> createTable()
    {
        arrow::ArrayVector arrays;
        for (const auto &field : fields) {
            auto empty = arrow::MakeEmptyArray(field->type());
            if (!empty.ok())
                return std::unexpected(arrowFailure(empty.status()));
            arrays.push_back(*empty);
        }
        auto chunk = types.chunk(connection, *arrow::RecordBatch::Make(schema, 0, std::move(arrays)));
        if (!chunk)
            return std::unexpected(chunk.error());
        const auto release = qScopeGuard([&chunk] { duckdb_destroy_data_chunk(&*chunk); });
        QStringList list;
        QSet<QString> names;
        for (size_t i = 0; i < columns.size(); ++i) {
            const DuckDbType type(duckdb_vector_get_column_type(duckdb_data_chunk_get_vector(*chunk, i)));
            const std::string declared = columns[i].declared.empty() ? duckdbTypeText(type) : columns[i].declared;
            if (declared.contains("STRUCT()"))
                return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                               .message = u"The column “%1” has rows without fields, which no DuckDB table can have."_s.arg(
                                                   QString::fromStdString(fields[i]->name())),
                                               .hint = u"Leave the column out."_s });
            // Names in a table differ in more than case, and none is empty.
            const QString name = fields[i]->name().empty() ? u"column%1"_s.arg(i + 1) : QString::fromStdString(fields[i]->name());
            QString unique = name;
            for (int n = 2; names.contains(unique.toLower()); ++n)
                unique = u"%1_%2"_s.arg(name).arg(n);
            names << unique.toLower();
            list << duckdbDialect().quoteIdentifier(unique) + u' ' + (declared == "\"NULL\"" || declared == "NULL" ? u"VARCHAR"_s : QString::fromStdString(declared));
        }
        const ObjectPath table = options.table.isEmpty() ? ObjectPath({ u"result"_s }) : options.table;
        QStringList path;
        for (const QString &part : table.parts())
            path << duckdbDialect().quoteIdentifier(part);
        const QString sql = (options.replacesTable ? u"CREATE OR REPLACE TABLE "_s : u"CREATE TABLE "_s) + path.join(u'.') + u" ("_s
            + list.join(u", "_s) + u')';
        if (auto created = run(sql.toUtf8()); !created) {
            Error error = created.error();
            if (error.code == Error::Code::AlreadyExists) {
                error.message = u"The table “%1” is in %2 already."_s.arg(table.parts().join(u'.'), fileName);
                error.hint = u"Give the new table another name, or let it replace the one that is there."_s;
            }
            return std::unexpected(error);
        }
        const QByteArray name = table.parts().last().toUtf8();
        const QByteArray parent = table.depth() > 1 ? table.parts()[table.depth() - 2].toUtf8() : QByteArray();
        if (duckdb_appender_create_ext(connection, nullptr, parent.isEmpty() ? nullptr : parent.constData(), name.constData(),
                                       &appender)
            != DuckDBSuccess)
            return appenderFailure();
        return {};
    }

    Result<void> appenderFailure()
    {
        auto result = taken(duckdb_appender_error_data(appender));
        if (!result)
            return result;
        return std::unexpected(Error { .code = Error::Code::Internal, .message = u"DuckDB took no rows and gave no reason."_s });
    }

    Result<void> append(const arrow::RecordBatch &batch)
    {
        auto chunk = types.chunk(connection, batch);
        if (!chunk)
            return std::unexpected(chunk.error());
        const duckdb_state state = duckdb_append_data_chunk(appender, *chunk);
        duckdb_destroy_data_chunk(&*chunk);
        return state == DuckDBSuccess ? Result<void>() : appenderFailure();
    }

    void close()
    {
        if (appender) {
            (void)duckdb_appender_clear(appender);
            (void)duckdb_appender_destroy(&appender);
        }
        if (connection) {
            (void)run("ROLLBACK"); // refused behind COMMIT, and then there is nothing to take back
            duckdb_disconnect(&connection);
        }
        connection = nullptr;
        database.reset();
    }

    const QString fileName;
    const WriteOptions options;
    PartFile part; // of a new file; outlives the database
    std::shared_ptr<DuckDbDatabase> database;
    duckdb_connection connection = nullptr;
    duckdb_appender appender = nullptr;
    std::vector<Column> columns;
    arrow::FieldVector fields;
    std::shared_ptr<arrow::Schema> schema; // as DuckDB is given it
    ArrowTypes types;
    QStringList remarks;
    qint64 rowCount = 0;
};

DuckDbFileWriter::DuckDbFileWriter(const QString &fileName, const WriteOptions &options)
    : d(std::make_unique<Private>(fileName, options))
{
}

DuckDbFileWriter::~DuckDbFileWriter() = default;

QStringList DuckDbFileWriter::remarks() const
{
    return d->remarks;
}

Result<void> DuckDbFileWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    if (schema->num_fields() == 0) {
        return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                       .message = u"A result without columns cannot be a table."_s });
    }
    if (auto opened = d->open(); !opened)
        return opened;
    for (const auto &field : schema->fields()) {
        if (auto planned = d->planColumn(field); !planned)
            return planned;
    }
    d->schema = arrow::schema(d->fields);
    return d->types.read(d->connection, *d->schema).and_then([this] { return d->createTable(); });
}

Result<void> DuckDbFileWriter::write(const arrow::RecordBatch &batch)
{
    for (const int column : columnsWithRawValues(batch)) {
        if (!d->columns[size_t(column)].isText) {
            return std::unexpected(lostValueError(*batch.schema()->field(column), d->columns[size_t(column)].formatter,
                                                  d->rowCount, u"DuckDB"_s));
        }
    }
    arrow::ArrayVector arrays;
    for (int i = 0; i < batch.num_columns(); ++i) {
        if (!d->columns[size_t(i)].isText) {
            arrays.push_back(batch.column(i));
            continue;
        }
        auto text = textColumn(d->columns[size_t(i)].formatter, batch, i);
        if (!text)
            return std::unexpected(text.error());
        arrays.push_back(std::move(*text));
    }
    const auto whole = arrow::RecordBatch::Make(d->schema, batch.num_rows(), std::move(arrays));
    const auto step = int64_t(duckdb_vector_size());
    for (int64_t row = 0; row < batch.num_rows(); row += step) {
        if (auto appended = d->append(*whole->Slice(row, step)); !appended)
            return appended;
    }
    d->rowCount += batch.num_rows();
    return {};
}

Result<void> DuckDbFileWriter::end()
{
    if (duckdb_appender_close(d->appender) != DuckDBSuccess)
        return d->appenderFailure();
    auto done = d->run("COMMIT");
    // Closing a database writes too, and can't say what went wrong.
    if (done && d->isNew())
        done = d->run("CHECKPOINT");
    if (!done)
        return done;
    d->close();
    return d->isNew() ? putInPlace(d->part.name(), d->fileName) : done;
}

} // namespace Grebe
