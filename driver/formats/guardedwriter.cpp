// SPDX-License-Identifier: Apache-2.0
#include "guardedwriter.h"

#include <new>
#include <stdexcept>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// Texts are taken from the program itself: there is no memory for others.
Error outOfMemory()
{
    return { .code = Error::Code::Internal, .message = u"There is not enough memory to write these rows."_s,
             .hint = u"Close other results, or choose another format: CSV and JSON lines need the least."_s };
}

template<typename Work>
Result<void> withinMemory(Work &&work)
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return std::unexpected(outOfMemory());
    } catch (const std::length_error &) {
        return std::unexpected(outOfMemory());
    }
}

class GuardedWriter final : public ResultWriter
{
public:
    explicit GuardedWriter(std::unique_ptr<ResultWriter> writer) : m_writer(std::move(writer)) { }

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) override
    {
        return withinMemory([&] { return m_writer->begin(schema); });
    }
    Result<void> write(const arrow::RecordBatch &batch) override
    {
        return withinMemory([&] { return m_writer->write(batch); });
    }
    Result<void> end() override
    {
        return withinMemory([&] { return m_writer->end(); });
    }
    QStringList remarks() const override { return m_writer->remarks(); }

private:
    const std::unique_ptr<ResultWriter> m_writer;
};

} // namespace

std::unique_ptr<ResultWriter> guarded(std::unique_ptr<ResultWriter> writer)
{
    return writer ? std::make_unique<GuardedWriter>(std::move(writer)) : nullptr;
}

} // namespace Grebe
