// SPDX-License-Identifier: Apache-2.0
#include "extension/resultstore.h"

#include "extension/columnformatter.h"

#include "compactbatch.h"
#include "memorybudget.h"
#include "spillfile.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// How far the disk may be behind: a writer's breath above, so that the statement is not stopped for every batch.
constexpr qint64 kMostBehind = 32 << 20;
constexpr qint64 kLeastBehind = 8 << 20;

// What is made for one row that is looked at: some screenfuls.
constexpr qint64 kWindowBytes = 1 << 20;
// The same of a derived store, which may parse each value: a screenful.
constexpr qint64 kDerivedRows = 64;

// Raw values are known by their row in the batch.
bool hasRawValues(const arrow::Schema &schema)
{
    return std::ranges::any_of(schema.fields(), [](const auto &field) { return field->metadata() && field->metadata()->Contains(kRawKey); });
}

qint64 sizeOf(const arrow::RecordBatch &batch)
{
    // What is referenced: slices of one big table would else count as the whole table each.
    const auto size = arrow::util::ReferencedBufferSize(batch);
    return size.ok() ? *size : arrow::util::TotalBufferSize(batch);
}

// The rows of a part of a batch in buffers of their own, so that the part does not keep the whole in memory.
std::shared_ptr<arrow::RecordBatch> ownCopy(const std::shared_ptr<arrow::RecordBatch> &part)
{
    arrow::ArrayVector columns;
    columns.reserve(size_t(part->num_columns()));
    for (const auto &column : part->columns()) {
        auto copied = arrow::Concatenate({ column });
        if (!copied.ok())
            return part;
        columns.push_back(std::move(copied).MoveValueUnsafe());
    }
    return arrow::RecordBatch::Make(part->schema(), part->num_rows(), std::move(columns));
}

Error readError(const arrow::Status &status)
{
    return { .code = Error::Code::Internal, .message = u"Rows of a large result can't be read back."_s,
             .detail = QString::fromStdString(status.ToString()) };
}

} // namespace

class ResultStore::Impl final : public Spillable
{
public:
    ~Impl() override
    {
        slots.clear();
        MemoryBudget::instance().leave(memoryByteCount);
    }

    size_t indexOf(qint64 row) const;
    std::shared_ptr<arrow::RecordBatch> load(size_t index);
    Stored loadStored(size_t index);
    Place loadWindow(size_t index, qint64 row, qint64 firstRow, qint64 windowRows);
    std::optional<quint64> oldestPart() const override;
    void spillOldestPart() override;
    Standing standing() override;
    bool isBehind(qint64 allowance) const; // with the mutex held

    struct Slot
    {
        std::shared_ptr<arrow::RecordBatch> held; // in memory
        std::weak_ptr<arrow::RecordBatch> seen; // on disk, but somebody still has it
        SpillFile::Extent extent;
        std::shared_ptr<arrow::Schema> schema; // of a batch on disk that is compact there
        qint64 windowRows = 0; // of such a batch; 0 when it is to be had as a whole only
        qint64 byteCount = 0;
        quint64 age = 0;
        bool isDropped = false;
    };

    mutable std::mutex mutex; // never held while something is written, read or unmapped
    std::shared_ptr<arrow::Schema> schema;
    std::vector<Slot> slots;
    std::vector<qint64> firstRows { 0 }; // one more than slots: the last is the row count
    std::atomic<qint64> rowCount = 0; // the same; the window asks each frame and waits for nobody
    qint64 memoryByteCount = 0;
    qint64 spilledByteCount = 0;
    qint64 fileByteCount = 0;
    size_t firstHeld = 0; // no slot before it is held
    std::shared_ptr<SpillFile> file;
    std::optional<Error> error;
    std::mutex handlerMutex; // held during the call
    std::function<void(const Error &)> errorHandler;
    std::function<void()> roomHandler;
    bool isAwaited = false; // isBehind() said yes
    // Batches read back last, and parts of such: a grid asks for the same few again and again.
    std::array<std::shared_ptr<arrow::RecordBatch>, 2> recent;
    struct Window
    {
        size_t index = 0;
        Place place; // of its first row
    };
    std::array<Window, 16> windows;

    // Of a derived store.
    struct Made
    {
        std::weak_ptr<arrow::RecordBatch> from;
        std::shared_ptr<arrow::RecordBatch> batch;
    };
    std::shared_ptr<arrow::RecordBatch> make(const std::shared_ptr<arrow::RecordBatch> &from);
    Place makeWindow(qint64 row);

    std::shared_ptr<const ResultStore> base;
    Derive derive;
    std::array<Made, 8> made;
    std::array<Place, 64> madeWindows; // of their first rows

private:
    std::shared_ptr<arrow::RecordBatch> read(size_t index, const SpillFile &source, SpillFile::Extent extent);
    void fail(const Error &why);
    std::optional<size_t> oldestSlot() const; // with the mutex held

    size_t m_nextRecent = 0;
    size_t m_nextMade = 0;
    size_t m_nextWindow = 0;
    size_t m_nextMadeWindow = 0;
};

size_t ResultStore::Impl::indexOf(qint64 row) const
{
    const size_t count = slots.size();
    // Batches are mostly of one size: then the place is a matter of arithmetic.
    const size_t guess = std::min(size_t(double(row) / double(firstRows.back()) * double(count)), count - 1);
    for (size_t index = guess > 0 ? guess - 1 : 0; index < std::min(guess + 2, count); ++index) {
        if (row >= firstRows[index] && row < firstRows[index + 1])
            return index;
    }
    return size_t(std::upper_bound(firstRows.begin(), firstRows.end(), row) - firstRows.begin()) - 1;
}

// What lies in the file; null, and an error, when it can't be had.
std::shared_ptr<arrow::RecordBatch> ResultStore::Impl::read(size_t index, const SpillFile &source, SpillFile::Extent extent)
{
    auto found = source.read(extent);
    if (found)
        return *found;
    const bool isDropped = [&] {
        const std::scoped_lock lock(mutex);
        return slots[index].isDropped;
    }();
    if (!isDropped)
        fail(found.error());
    return nullptr;
}

ResultStore::Stored ResultStore::Impl::loadStored(size_t index)
{
    SpillFile::Extent extent;
    std::shared_ptr<SpillFile> source;
    Stored stored;
    {
        const std::scoped_lock lock(mutex);
        if (index >= slots.size() || slots[index].isDropped)
            return {};
        const Slot &slot = slots[index];
        stored.batch = slot.held;
        stored.schema = slot.schema;
        extent = slot.extent;
        source = file;
    }
    if (!stored.batch)
        stored.batch = read(index, *source, extent);
    if (stored.batch && !stored.schema)
        stored.schema = stored.batch->schema();
    return stored;
}

std::shared_ptr<arrow::RecordBatch> ResultStore::Impl::load(size_t index)
{
    {
        const std::scoped_lock lock(mutex);
        if (index >= slots.size() || slots[index].isDropped)
            return nullptr;
        const Slot &slot = slots[index];
        if (slot.held)
            return slot.held;
        if (auto seen = slot.seen.lock())
            return seen;
    }
    const Stored stored = loadStored(index);
    if (!stored.batch)
        return nullptr;
    std::shared_ptr<arrow::RecordBatch> batch = stored.batch;
    if (batch->schema() != stored.schema) {
        auto made = widened(*stored.batch, stored.schema, 0, stored.batch->num_rows());
        if (!made.ok()) {
            fail(readError(made.status()));
            return nullptr;
        }
        batch = *made;
    }
    std::shared_ptr<arrow::RecordBatch> leaving;
    const std::scoped_lock lock(mutex);
    Slot &slot = slots[index];
    if (slot.isDropped)
        return nullptr;
    if (auto seen = slot.seen.lock())
        return seen; // another thread was quicker
    slot.seen = batch;
    leaving = std::exchange(recent[m_nextRecent], batch);
    m_nextRecent = (m_nextRecent + 1) % recent.size();
    return batch;
}

std::shared_ptr<arrow::RecordBatch> ResultStore::Impl::make(const std::shared_ptr<arrow::RecordBatch> &from)
{
    if (!from)
        return nullptr;
    {
        const std::scoped_lock lock(mutex);
        for (const Made &known : made) {
            if (known.batch && known.from.lock() == from)
                return known.batch;
        }
    }
    Made fresh { from, derive(from) };
    const std::shared_ptr<arrow::RecordBatch> batch = fresh.batch;
    const std::scoped_lock lock(mutex);
    std::swap(made[m_nextMade], fresh);
    m_nextMade = (m_nextMade + 1) % made.size();
    return batch;
}

// The rows around one that is looked at: sorted, each row of a screen may come from another batch.
ResultStore::Place ResultStore::Impl::makeWindow(qint64 row)
{
    {
        const std::scoped_lock lock(mutex);
        for (const Place &known : madeWindows) {
            if (known.batch && row >= known.firstRow && row - known.firstRow < known.batch->num_rows())
                return { known.batch, row - known.firstRow, known.firstRow };
        }
    }
    Place place = base->place(row);
    if (!place.batch || hasRawValues(*place.batch->schema())) {
        place.batch = make(place.batch);
        return place;
    }
    const qint64 rowCount = place.batch->num_rows();
    const qint64 fitting = kWindowBytes * rowCount / std::max<qint64>(sizeOf(*place.batch), 1);
    const qint64 windowRows = std::clamp<qint64>(fitting, 1, kDerivedRows);
    const qint64 begin = place.row / windowRows * windowRows;
    std::shared_ptr<arrow::RecordBatch> part = derive(place.batch->Slice(begin, std::min(windowRows, rowCount - begin)));
    if (!part)
        return {};
    part = ownCopy(part);
    const Place window { part, 0, place.firstRow + begin };
    Place leaving;
    const std::scoped_lock lock(mutex);
    leaving = std::exchange(madeWindows[m_nextMadeWindow], window);
    m_nextMadeWindow = (m_nextMadeWindow + 1) % madeWindows.size();
    return { part, place.row - begin, window.firstRow };
}

// A few rows of a compact batch, so that a jump to a row costs no more than what is looked at.
ResultStore::Place ResultStore::Impl::loadWindow(size_t index, qint64 row, qint64 firstRow, qint64 windowRows)
{
    const qint64 begin = row / windowRows * windowRows;
    {
        const std::scoped_lock lock(mutex);
        for (const Window &window : windows) {
            if (window.place.batch && window.index == index && window.place.firstRow == firstRow + begin)
                return { window.place.batch, row - begin, window.place.firstRow };
        }
    }
    const Stored stored = loadStored(index);
    if (!stored.batch)
        return {};
    auto made = widened(*stored.batch, stored.schema, begin, std::min(windowRows, stored.batch->num_rows() - begin));
    if (!made.ok()) {
        fail(readError(made.status()));
        return {};
    }
    Window leaving;
    const std::scoped_lock lock(mutex);
    if (slots[index].isDropped)
        return {};
    leaving = std::exchange(windows[m_nextWindow], Window { index, { *made, 0, firstRow + begin } });
    m_nextWindow = (m_nextWindow + 1) % windows.size();
    return { *made, row - begin, firstRow + begin };
}

std::optional<size_t> ResultStore::Impl::oldestSlot() const
{
    if (error)
        return {};
    for (size_t index = firstHeld; index < slots.size(); ++index) {
        // A batch that somebody holds would stay in memory all the same.
        if (slots[index].held && slots[index].held.use_count() == 1 && slots[index].byteCount > 0)
            return index;
    }
    return {};
}

std::optional<quint64> ResultStore::Impl::oldestPart() const
{
    const std::scoped_lock lock(mutex);
    const auto index = oldestSlot();
    return index ? std::optional(slots[*index].age) : std::nullopt;
}

void ResultStore::Impl::spillOldestPart()
{
    std::shared_ptr<arrow::RecordBatch> batch;
    std::shared_ptr<SpillFile> target;
    size_t index = 0;
    {
        const std::scoped_lock lock(mutex);
        const auto oldest = oldestSlot();
        if (!oldest)
            return;
        index = *oldest;
        batch = slots[index].held;
        target = file;
    }
    if (!target) {
        auto made = SpillFile::create(MemoryBudget::instance().folder());
        if (!made)
            return fail(made.error());
        target = *made;
        const std::scoped_lock lock(mutex);
        file = target;
    }
    const auto compact = compacted(batch);
    const auto extent = target->write(*compact);
    if (!extent)
        return fail(extent.error());

    qint64 freed = 0;
    bool isDropped = false;
    {
        const std::scoped_lock lock(mutex);
        Slot &slot = slots[index];
        isDropped = slot.isDropped;
        if (!isDropped) {
            slot.extent = *extent;
            slot.seen = slot.held;
            if (compact != batch) {
                slot.schema = batch->schema();
                const qint64 fitting = kWindowBytes * batch->num_rows() / std::max<qint64>(slot.byteCount, 1);
                slot.windowRows = hasRawValues(*slot.schema) ? 0 : std::clamp<qint64>(fitting, 64, 4096);
            }
            fileByteCount += extent->length;
            slot.held.reset(); // `batch` still has it: it goes when the mutex is free again
            freed = slot.byteCount;
            memoryByteCount -= freed;
            spilledByteCount += freed;
            while (firstHeld < slots.size() && !slots[firstHeld].held)
                ++firstHeld;
        }
    }
    if (isDropped)
        target->drop(*extent);
    batch.reset();
    MemoryBudget::instance().take(-freed);
}

bool ResultStore::Impl::isBehind(qint64 allowance) const
{
    const qint64 most = error ? 0 : allowance;
    return ResultStore::spillBacklog() > most && memoryByteCount > most;
}

Spillable::Standing ResultStore::Impl::standing()
{
    {
        const std::scoped_lock lock(mutex);
        if (!isAwaited)
            return Standing::Well;
        if (isBehind(kLeastBehind))
            return error ? Standing::Waiting : Standing::Held;
        isAwaited = false;
        error.reset();
    }
    const std::scoped_lock lock(handlerMutex);
    if (roomHandler)
        roomHandler();
    return Standing::Well;
}

void ResultStore::Impl::fail(const Error &why)
{
    {
        const std::scoped_lock lock(mutex);
        error = why;
    }
    const std::scoped_lock lock(handlerMutex);
    if (errorHandler)
        errorHandler(why);
}

ResultStore::ResultStore() : m_impl(std::make_shared<Impl>())
{
    MemoryBudget::instance().enter(m_impl);
}

ResultStore::~ResultStore()
{
    // The thread that writes may be at work for this store; it must call nobody who thinks the store is gone.
    setSpillErrorHandler({});
    setRoomHandler({});
}

std::shared_ptr<ResultStore> ResultStore::derived(std::shared_ptr<const ResultStore> base,
                                                  const std::shared_ptr<arrow::Schema> &schema, Derive derive)
{
    auto store = std::make_shared<ResultStore>();
    store->m_impl->schema = schema;
    store->m_impl->base = std::move(base);
    store->m_impl->derive = std::move(derive);
    return store;
}

void ResultStore::setSchema(const std::shared_ptr<arrow::Schema> &schema)
{
    const std::scoped_lock lock(m_impl->mutex);
    m_impl->schema = schema;
}

std::shared_ptr<arrow::Schema> ResultStore::schema() const
{
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->schema;
}

void ResultStore::append(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    MemoryBudget &budget = MemoryBudget::instance();
    Impl::Slot slot { .held = batch, .byteCount = sizeOf(*batch), .age = budget.nextAge() };
    const qint64 size = slot.byteCount;
    {
        const std::scoped_lock lock(m_impl->mutex);
        m_impl->slots.push_back(std::move(slot));
        m_impl->firstRows.push_back(m_impl->firstRows.back() + batch->num_rows());
        m_impl->rowCount = m_impl->firstRows.back();
        m_impl->memoryByteCount += size;
    }
    budget.take(size);
}

qint64 ResultStore::rowCount() const
{
    if (m_impl->base)
        return m_impl->base->rowCount();
    return m_impl->rowCount;
}

qint64 ResultStore::byteCount() const
{
    if (m_impl->base)
        return m_impl->base->byteCount();
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->memoryByteCount + m_impl->spilledByteCount;
}

qint64 ResultStore::memoryByteCount() const
{
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->memoryByteCount;
}

qint64 ResultStore::spilledByteCount() const
{
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->spilledByteCount;
}

qint64 ResultStore::fileByteCount() const
{
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->fileByteCount;
}

qsizetype ResultStore::batchCount() const
{
    if (m_impl->base)
        return m_impl->base->batchCount();
    const std::scoped_lock lock(m_impl->mutex);
    return qsizetype(m_impl->slots.size());
}

std::shared_ptr<arrow::RecordBatch> ResultStore::batch(qsizetype index) const
{
    if (m_impl->base)
        return m_impl->make(m_impl->base->batch(index));
    return index < 0 ? nullptr : m_impl->load(size_t(index));
}

ResultStore::Stored ResultStore::stored(qsizetype index) const
{
    if (m_impl->base) {
        const std::shared_ptr<arrow::RecordBatch> made = batch(index);
        return { made, made ? made->schema() : nullptr };
    }
    return index < 0 ? Stored() : m_impl->loadStored(size_t(index));
}

qint64 ResultStore::firstRow(qsizetype index) const
{
    if (m_impl->base)
        return m_impl->base->firstRow(index);
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->firstRows[size_t(std::clamp<qsizetype>(index, 0, qsizetype(m_impl->slots.size())))];
}

ResultStore::Place ResultStore::place(qint64 row) const
{
    size_t index = 0;
    qint64 windowRows = 0;
    Place place;
    if (m_impl->base)
        return m_impl->makeWindow(row);
    {
        const std::scoped_lock lock(m_impl->mutex);
        if (row < 0 || row >= m_impl->firstRows.back())
            return {};
        index = m_impl->indexOf(row);
        place.firstRow = m_impl->firstRows[index];
        const Impl::Slot &slot = m_impl->slots[index];
        place.batch = slot.held ? slot.held : slot.seen.lock();
        windowRows = slot.windowRows;
    }
    place.row = row - place.firstRow;
    if (!place.batch && windowRows > 0)
        return m_impl->loadWindow(index, place.row, place.firstRow, windowRows);
    if (!place.batch)
        place.batch = m_impl->load(index);
    return place;
}

void ResultStore::dropBefore(qint64 row)
{
    std::vector<std::shared_ptr<arrow::RecordBatch>> leaving;
    std::vector<SpillFile::Extent> extents;
    std::shared_ptr<SpillFile> file;
    qint64 freed = 0;
    {
        const std::scoped_lock lock(m_impl->mutex);
        file = m_impl->file;
        auto &slots = m_impl->slots;
        for (size_t index = 0; index < slots.size() && m_impl->firstRows[index + 1] <= row; ++index) {
            Impl::Slot &slot = slots[index];
            if (std::exchange(slot.isDropped, true))
                continue;
            if (slot.held) {
                freed += slot.byteCount;
                leaving.push_back(std::move(slot.held));
            } else {
                m_impl->spilledByteCount -= slot.byteCount;
                m_impl->fileByteCount -= slot.extent.length;
                extents.push_back(slot.extent);
            }
        }
        m_impl->memoryByteCount -= freed;
        if (!extents.empty()) {
            std::ranges::move(m_impl->recent, std::back_inserter(leaving));
            for (Impl::Window &window : m_impl->windows)
                leaving.push_back(std::move(window.place.batch));
        }
    }
    leaving.clear();
    for (const auto &extent : extents)
        file->drop(extent);
    MemoryBudget::instance().take(-freed);
}

std::optional<Error> ResultStore::spillError() const
{
    if (m_impl->base)
        return m_impl->base->spillError();
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->error;
}

void ResultStore::setSpillErrorHandler(std::function<void(const Error &)> handler)
{
    const std::scoped_lock lock(m_impl->handlerMutex);
    m_impl->errorHandler = std::move(handler);
}

void ResultStore::retrySpill()
{
    {
        const std::scoped_lock lock(m_impl->mutex);
        m_impl->error.reset();
    }
    MemoryBudget::instance().look();
}

bool ResultStore::isBehind() const
{
    {
        const std::scoped_lock lock(m_impl->mutex);
        if (!m_impl->isBehind(kMostBehind))
            return false;
        m_impl->isAwaited = true;
    }
    MemoryBudget::instance().look(); // the disk may have caught up just now, and nothing more might be written
    return true;
}

void ResultStore::setRoomHandler(std::function<void()> handler)
{
    const std::scoped_lock lock(m_impl->handlerMutex);
    m_impl->roomHandler = std::move(handler);
}

void ResultStore::waitForSpill()
{
    MemoryBudget::instance().waitUntilSettled();
}

qint64 ResultStore::spillBacklog()
{
    const MemoryBudget &budget = MemoryBudget::instance();
    return std::max<qint64>(0, budget.inUse() - budget.limit());
}

void ResultStore::setMemoryBudget(qint64 bytes)
{
    MemoryBudget::instance().setLimit(bytes);
}

qint64 ResultStore::memoryBudget()
{
    return MemoryBudget::instance().limit();
}

qint64 ResultStore::memoryInUse()
{
    return MemoryBudget::instance().inUse();
}

void ResultStore::setSpillFolder(const QString &path)
{
    MemoryBudget::instance().setFolder(path);
}

QString ResultStore::spillFolder()
{
    const QString folder = MemoryBudget::instance().folder();
    return folder.isEmpty() ? SpillFile::defaultFolder() : folder;
}

} // namespace Grebe
