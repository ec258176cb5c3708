// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"

#include "grebe_export.h"

#include <QtGlobal>

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <optional>

namespace Grebe {

/// The rows of one result: record batches, appended as they come, read from anywhere in it.
///
/// Shape      append-only; rows are numbered from 0 over all batches in the order they were appended. All stores of the
///            process share one memory budget: beyond it the oldest batches that nobody holds are written to a file and
///            are mapped back when they are asked for. Readers see no difference: the same values, field metadata
///            (`grebe.raw`) and types.
/// Units      bytes are those of the arrays' buffers as readers see them; in the file they are fewer, see fileByteCount().
/// Errors     a batch that can't be written stays in memory, over the budget, and spillError() says why: nothing is
///            lost, but whoever runs the query should pause it: isBehind() says so. A written batch that can't be read back gives a null
///            batch, and spillError().
/// Thread     append() and the readers may be called from any thread; none of them waits for the disk to write. What a
///            reader returns stays valid and unchanged as long as it is held. rowCount() never falls.
/// Ownership  shared: grid, QSqlResult, exporters hold the same store. The file has no name and is gone with the store,
///            also when the process is killed.
class GREBE_EXPORT ResultStore
{
public:
    /// A row's place; `batch` is null when there is no such row.
    struct Place
    {
        std::shared_ptr<arrow::RecordBatch> batch;
        qint64 row = 0; ///< in the batch
        qint64 firstRow = 0; ///< the batch's first row's number in the result; the batch may be a part of batch(i)
    };

    static constexpr qint64 kDefaultMemoryBudget = 256 << 20;

    ResultStore();
    ~ResultStore();
    ResultStore(const ResultStore &) = delete;
    ResultStore &operator=(const ResultStore &) = delete;

    /// A view of `base` whose batches are made from its own by `derive` when they are asked for, as many rows each; the
    /// last few are kept. It grows with `base`; nothing can be appended to it or dropped from it.
    using Derive = std::function<std::shared_ptr<arrow::RecordBatch>(const std::shared_ptr<arrow::RecordBatch> &)>;
    static std::shared_ptr<ResultStore> derived(std::shared_ptr<const ResultStore> base, const std::shared_ptr<arrow::Schema> &schema,
                                                Derive derive);

    void setSchema(const std::shared_ptr<arrow::Schema> &schema);
    std::shared_ptr<arrow::Schema> schema() const; ///< null until it is known
    void append(const std::shared_ptr<arrow::RecordBatch> &batch);

    qint64 rowCount() const;
    qint64 byteCount() const; ///< in memory and on disk
    qint64 memoryByteCount() const;
    qint64 spilledByteCount() const;
    qint64 fileByteCount() const; ///< what the spilled rows take on disk
    qsizetype batchCount() const;
    std::shared_ptr<arrow::RecordBatch> batch(qsizetype index) const;
    /// The number of a batch's first row; rowCount() for an index behind the last.
    qint64 firstRow(qsizetype index) const;
    /// O(1) where batches are alike in size, else O(log batches).
    Place place(qint64 row) const;
    /// Lets go of all batches that end before `row`, for readers that go forward only; their rows are then gone.
    void dropBefore(qint64 row);

    /// Why batches that should be on disk are not; empty when all is well.
    std::optional<Error> spillError() const;
    /// Called once for each failure, on the thread that writes: it must only pass the message on, and
    /// not set a handler. Null to stop.
    void setSpillErrorHandler(std::function<void(const Error &)> handler);
    /// After space was made: forgets the error and tries again.
    void retrySpill();
    /// Whoever appends should stop for a while: this store has more than 32 MB in memory beyond the budget, or its
    /// batches can't be written.
    bool isBehind() const;
    /// Called once each time isBehind() was true and rows may come again: the disk caught up, or other results made
    /// room. For the handler the same holds as for setSpillErrorHandler().
    void setRoomHandler(std::function<void()> handler);
    /// Blocks until what is over the budget has been written, or can't be. For threads that produce batches faster than
    /// a disk takes them; never for the GUI thread.
    static void waitForSpill();
    /// Bytes in memory beyond the budget, of all stores: a producer that must not block pauses while this grows.
    static qint64 spillBacklog();

    /// Of all stores together. Lowering it writes at once; 0 keeps only what is being read in memory. It begins as
    /// GREBE_RESULT_MEMORY says, a number of megabytes in the environment, or as kDefaultMemoryBudget.
    static void setMemoryBudget(qint64 bytes);
    static qint64 memoryBudget();
    static qint64 memoryInUse();
    /// Where files are made from now on; it is created, readable by its owner alone. Empty: `grebe/results` in the
    /// user's cache folder, which unlike the temporary folder is seldom memory itself. It begins as GREBE_RESULT_FOLDER
    /// says.
    static void setSpillFolder(const QString &path);
    static QString spillFolder();

private:
    class Impl;
    friend class ColumnView;
    /// A batch as it lies on disk, its integers narrow and its texts in dictionaries; `schema` is the one it has for all others.
    struct Stored
    {
        std::shared_ptr<arrow::RecordBatch> batch;
        std::shared_ptr<arrow::Schema> schema;
    };
    Stored stored(qsizetype index) const;

    std::shared_ptr<Impl> m_impl;
};

} // namespace Grebe
