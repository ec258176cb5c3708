// SPDX-License-Identifier: Apache-2.0
#include "extension/savedresult.h"

#include "extension/columnformatter.h"
#include "extension/resultstore.h"
#include "extension/outputtarget.h"

#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QUuid>
#include <QtConcurrentRun>

#include <algorithm>
#include <functional>
#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr char kFactsKey[] = "grebe.saved";

// Into the target's sink, which says what is wrong with the disk in words of its own.
class SinkStream final : public arrow::io::OutputStream
{
public:
    SinkStream(ByteSink &sink, qint64 maxBytes) : m_sink(sink), m_maxBytes(maxBytes) { }

    arrow::Status Close() override { return arrow::Status::OK(); }
    bool closed() const override { return false; }
    arrow::Result<int64_t> Tell() const override { return m_position; }
    arrow::Status Write(const void *data, int64_t size) override
    {
        m_position += size;
        if (m_position > m_maxBytes) {
            error = Error { .code = Error::Code::Incomplete, .message = u"The result is larger than what is kept."_s };
            return arrow::Status::IOError("too large");
        }
        if (const auto written = m_sink.write({ static_cast<const char *>(data), size_t(size) }); !written) {
            error = written.error();
            return arrow::Status::IOError("write failed");
        }
        return arrow::Status::OK();
    }
    using OutputStream::Write;

    std::optional<Error> error;

private:
    ByteSink &m_sink;
    const qint64 m_maxBytes;
    qint64 m_position = 0;
};

Error unreadable(const QString &fileName, const arrow::Status &status)
{
    return { .code = Error::Code::InvalidData, .message = u"%1 is no saved result, or not whole."_s.arg(QDir::toNativeSeparators(fileName)),
             .detail = QString::fromStdString(status.ToString()) };
}

std::shared_ptr<arrow::Schema> withoutKey(const arrow::Schema &schema, const char *key)
{
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const auto &field : schema.fields()) {
        auto metadata = field->metadata() ? field->metadata()->Copy() : nullptr;
        if (metadata && metadata->Contains(key))
            std::ignore = metadata->Delete(key);
        fields.push_back(field->WithMetadata(metadata));
    }
    return arrow::schema(std::move(fields));
}

// The raw values of each column by its number; null when there are none.
std::shared_ptr<arrow::KeyValueMetadata> rawValuesOf(const arrow::Schema &schema)
{
    auto found = std::make_shared<arrow::KeyValueMetadata>();
    for (int i = 0; i < schema.num_fields(); ++i) {
        const auto &metadata = schema.field(i)->metadata();
        if (const int at = metadata ? metadata->FindKey(kRawKey) : -1; at >= 0)
            found->Append(std::to_string(i), metadata->value(at));
    }
    return found->size() > 0 ? found : nullptr;
}

std::shared_ptr<arrow::RecordBatch> withRawValues(const std::shared_ptr<arrow::RecordBatch> &batch, const arrow::KeyValueMetadata &raw)
{
    auto fields = batch->schema()->fields();
    for (int i = 0; i < int(fields.size()); ++i) {
        const int at = raw.FindKey(std::to_string(i));
        if (at < 0)
            continue;
        auto metadata = fields[size_t(i)]->metadata() ? fields[size_t(i)]->metadata()->Copy() : std::make_shared<arrow::KeyValueMetadata>();
        metadata->Append(kRawKey, raw.value(at));
        fields[size_t(i)] = fields[size_t(i)]->WithMetadata(metadata);
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch->num_rows(), batch->column_data());
}

/// A file that has been opened; used by one thread at a time.
struct SavedFile
{
    SavedResult facts;
    std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader;
    int next = 0;

    static Result<std::shared_ptr<SavedFile>> open(const QString &fileName)
    {
        const auto opened = [&]() -> arrow::Result<std::shared_ptr<SavedFile>> {
            auto file = std::make_shared<SavedFile>();
            ARROW_ASSIGN_OR_RAISE(auto source, arrow::io::ReadableFile::Open(QFile::encodeName(fileName).toStdString()));
            arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
            options.use_threads = false;
            ARROW_ASSIGN_OR_RAISE(file->reader, arrow::ipc::RecordBatchFileReader::Open(source, options));
            const auto &metadata = file->reader->schema()->metadata();
            const int at = metadata ? metadata->FindKey(kFactsKey) : -1;
            if (at < 0)
                return arrow::Status::Invalid("it does not say what it is");
            const QJsonObject facts = QJsonDocument::fromJson(QByteArray::fromStdString(metadata->value(at))).object();
            file->facts = { .fileName = fileName,
                            .title = facts.value("title"_L1).toString(),
                            .sql = facts.value("sql"_L1).toString(),
                            .connection = facts.value("connection"_L1).toString(),
                            .ranAt = QDateTime::fromString(facts.value("ranAt"_L1).toString(), Qt::ISODateWithMs),
                            .incomplete = facts.value("incomplete"_L1).toString(),
                            .rowCount = facts.value("rowCount"_L1).toInteger(),
                            .byteCount = QFileInfo(fileName).size() };
            return file;
        }();
        if (!opened.ok())
            return std::unexpected(unreadable(fileName, opened.status()));
        return *opened;
    }

    /// Null behind the last.
    Result<std::shared_ptr<arrow::RecordBatch>> readNext()
    {
        if (next >= reader->num_record_batches())
            return nullptr;
        const auto found = reader->ReadRecordBatchWithCustomMetadata(next++);
        // The file may have been changed by anybody: nothing in it is relied on before it has been looked at.
        if (const arrow::Status status = found.ok() ? found->batch->ValidateFull() : found.status(); !status.ok())
            return std::unexpected(unreadable(facts.fileName, status));
        const std::shared_ptr<arrow::RecordBatch> batch = found->batch->ReplaceSchemaMetadata(nullptr); // the facts are the file's
        return found->custom_metadata ? withRawValues(batch, *found->custom_metadata) : batch;
    }
};

class SavedStatement final : public Statement
{
public:
    explicit SavedStatement(const QString &fileName) : m_fileName(fileName) { }

protected:
    void doStart() override
    {
        then<std::shared_ptr<SavedFile>>([fileName = m_fileName] { return SavedFile::open(fileName); }, [this](const std::shared_ptr<SavedFile> &file) {
            m_file = file;
            Q_EMIT schemaReady(withoutKey(*file->reader->schema(), kRawKey));
            readNext();
        });
    }
    void doCancel() override
    {
        if (!m_isReading)
            fail({ .code = Error::Code::Cancelled, .message = u"Reading the saved result was stopped."_s });
    }
    void doResume() override
    {
        if (m_file && !m_isReading)
            readNext();
    }

private:
    template<typename T>
    void then(const std::function<Result<T>()> &work, const std::function<void(const T &)> &take)
    {
        m_isReading = true;
        QtConcurrent::run(work).then(this, [this, take](const Result<T> &found) {
            m_isReading = false;
            if (isCancelling())
                doCancel();
            else if (!found)
                fail(found.error());
            else
                take(*found);
        });
    }

    void readNext()
    {
        if (isPaused() || isEnded())
            return;
        then<std::shared_ptr<arrow::RecordBatch>>([file = m_file] { return file->readNext(); }, [this](const std::shared_ptr<arrow::RecordBatch> &batch) {
            if (!batch) {
                finish({ .rowCount = m_rowCount, .byteCount = m_file->facts.byteCount, .partialReason = m_file->facts.incomplete });
                return;
            }
            m_rowCount += batch->num_rows();
            const QPointer<SavedStatement> self(this);
            if (batch->num_rows() > 0)
                Q_EMIT batchReady(batch);
            if (self)
                readNext();
        });
    }

    const QString m_fileName;
    std::shared_ptr<SavedFile> m_file;
    qint64 m_rowCount = 0;
    bool m_isReading = false;
};

} // namespace

Result<SavedResult> saveResult(const ResultStore &store, qint64 rowCount, const SavedResult &facts, const QString &folder, qint64 maxBytes)
{
    const auto schema = store.schema();
    if (!schema)
        return std::unexpected(Error { .code = Error::Code::InvalidState, .message = u"There is no result to keep."_s });
    SavedResult saved = facts;
    saved.rowCount = std::min(rowCount, store.rowCount());
    saved.fileName = folder + u'/' + QUuid::createUuid().toString(QUuid::WithoutBraces) + u".arrow"_s;
    QDir().mkpath(folder);
    if (!QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner)) {
        return std::unexpected(Error { .code = Error::Code::IO,
            .message = u"The folder %1 for kept results is not there, or is somebody else's."_s.arg(QDir::toNativeSeparators(folder)) });
    }
    auto target = OutputTarget::open(saved.fileName);
    if (!target)
        return std::unexpected(target.error());
    SinkStream stream((*target)->sink(), maxBytes);
    const QJsonObject json { { "title"_L1, facts.title }, { "sql"_L1, facts.sql }, { "connection"_L1, facts.connection },
                             { "ranAt"_L1, facts.ranAt.toUTC().toString(Qt::ISODateWithMs) }, { "incomplete"_L1, facts.incomplete },
                             { "rowCount"_L1, saved.rowCount } };
    const auto write = [&]() -> arrow::Status {
        const auto plain = withoutKey(*schema, kRawKey);
        const auto withFacts = plain->WithMetadata(
            arrow::key_value_metadata({ kFactsKey }, { QJsonDocument(json).toJson(QJsonDocument::Compact).toStdString() }));
        arrow::ipc::IpcWriteOptions options = arrow::ipc::IpcWriteOptions::Defaults();
        options.use_threads = false;
        options.allow_64bit = true;
        options.unify_dictionaries = true;
        ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeFileWriter(&stream, withFacts, options));
        for (qsizetype i = 0; i < store.batchCount() && store.firstRow(i) < saved.rowCount; ++i) {
            auto batch = store.batch(i);
            if (!batch)
                return arrow::Status::IOError("rows are gone");
            const auto raw = rawValuesOf(*batch->schema());
            // Raw values of rows that are cut off stand for nothing.
            batch = batch->Slice(0, saved.rowCount - store.firstRow(i));
            ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*arrow::RecordBatch::Make(plain, batch->num_rows(), batch->column_data()), raw));
        }
        return writer->Close();
    };
    const arrow::Status status = write();
    if (!status.ok()) {
        return std::unexpected(stream.error ? *stream.error
                                            : Error { .code = Error::Code::Internal, .message = u"The result can't be kept."_s,
                                                      .detail = QString::fromStdString(status.ToString()) });
    }
    if (const auto done = (*target)->commit(); !done)
        return std::unexpected(done.error());
    QFile::setPermissions(saved.fileName, QFile::ReadOwner | QFile::WriteOwner);
    saved.byteCount = QFileInfo(saved.fileName).size();
    return saved;
}

Result<SavedResult> readSavedResult(const QString &fileName)
{
    const auto file = SavedFile::open(fileName);
    if (!file)
        return std::unexpected(file.error());
    return (*file)->facts;
}

StatementPtr openSavedResult(const QString &fileName)
{
    return StatementPtr(new SavedStatement(fileName));
}

void removeSavedResults(const QString &folder, const QStringList &butFileNames)
{
    const QFileInfoList files = QDir(folder).entryInfoList({ u"*.arrow"_s, u"*.arrow.part"_s }, QDir::Files | QDir::NoSymLinks);
    for (const QFileInfo &file : files) {
        if (!butFileNames.contains(file.filePath()))
            QFile::remove(file.filePath());
    }
}

} // namespace Grebe
