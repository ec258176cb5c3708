// SPDX-License-Identifier: Apache-2.0
#include "extension/resultstore.h"

#include "memorybudget.h"
#include "spillfile.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace Grebe {

namespace {

qint64 sizeOf(const arrow::RecordBatch &batch)
{
    // What is referenced: slices of one big table would else count as the whole table each.
    const auto size = arrow::util::ReferencedBufferSize(batch);
    return size.ok() ? *size : arrow::util::TotalBufferSize(batch);
}

} // namespace

class ResultStore::Impl final : public Spillable
{
public:
    ~Impl() override { MemoryBudget::instance().take(-memoryByteCount); }

    size_t indexOf(qint64 row) const;
    std::shared_ptr<arrow::RecordBatch> load(size_t index);
    std::optional<quint64> oldestPart() const override;
    void spillOldestPart() override;

    struct Slot
    {
        std::shared_ptr<arrow::RecordBatch> held; // in memory
        std::weak_ptr<arrow::RecordBatch> seen; // on disk, but somebody still has it
        SpillFile::Extent extent;
        qint64 byteCount = 0;
        quint64 age = 0;
        bool isDropped = false;
    };

    mutable std::mutex mutex; // never held while something is written, read or unmapped
    std::shared_ptr<arrow::Schema> schema;
    std::vector<Slot> slots;
    std::vector<qint64> firstRows { 0 }; // one more than slots: the last is the row count
    qint64 memoryByteCount = 0;
    qint64 spilledByteCount = 0;
    size_t firstHeld = 0; // no slot before it is held
    std::shared_ptr<SpillFile> file;
    std::optional<Error> error;
    std::mutex handlerMutex; // held during the call
    std::function<void(const Error &)> errorHandler;
    // Batches read back last: a grid asks for the same few again and again.
    std::array<std::shared_ptr<arrow::RecordBatch>, 8> recent;

    // Of a derived store.
    struct Made
    {
        std::weak_ptr<arrow::RecordBatch> from;
        std::shared_ptr<arrow::RecordBatch> batch;
    };
    std::shared_ptr<arrow::RecordBatch> make(const std::shared_ptr<arrow::RecordBatch> &from);

    std::shared_ptr<const ResultStore> base;
    Derive derive;
    std::array<Made, 8> made;

private:
    void fail(const Error &why);
    std::optional<size_t> oldestSlot() const; // with the mutex held

    size_t m_nextRecent = 0;
    size_t m_nextMade = 0;
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

std::shared_ptr<arrow::RecordBatch> ResultStore::Impl::load(size_t index)
{
    SpillFile::Extent extent;
    std::shared_ptr<SpillFile> source;
    {
        const std::scoped_lock lock(mutex);
        if (index >= slots.size() || slots[index].isDropped)
            return nullptr;
        const Slot &slot = slots[index];
        if (slot.held)
            return slot.held;
        if (auto seen = slot.seen.lock())
            return seen;
        extent = slot.extent;
        source = file;
    }
    auto read = source->read(extent);
    if (!read) {
        const bool isDropped = [&] {
            const std::scoped_lock lock(mutex);
            return slots[index].isDropped;
        }();
        if (!isDropped)
            fail(read.error());
        return nullptr;
    }
    std::shared_ptr<arrow::RecordBatch> batch = *read;
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
    const auto extent = target->write(*batch);
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
        m_impl->memoryByteCount += size;
    }
    budget.take(size);
}

qint64 ResultStore::rowCount() const
{
    if (m_impl->base)
        return m_impl->base->rowCount();
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->firstRows.back();
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
    Place place;
    if (m_impl->base) {
        place = m_impl->base->place(row);
        place.batch = m_impl->make(place.batch);
        return place;
    }
    {
        const std::scoped_lock lock(m_impl->mutex);
        if (row < 0 || row >= m_impl->firstRows.back())
            return {};
        index = m_impl->indexOf(row);
        place.firstRow = m_impl->firstRows[index];
        place.batch = m_impl->slots[index].held;
    }
    place.row = row - place.firstRow;
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
                extents.push_back(slot.extent);
            }
        }
        m_impl->memoryByteCount -= freed;
        if (!extents.empty())
            std::ranges::move(m_impl->recent, std::back_inserter(leaving));
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
    MemoryBudget::instance().request();
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

} // namespace Grebe
