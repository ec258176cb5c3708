// SPDX-License-Identifier: Apache-2.0
// Any bytes as a page: never a crash, never a batch that Arrow calls invalid, and the same answer twice.
#include "columnar/jsonscan.h"
#include "engines/trino/trinopage.h"

#include <arrow/api.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

using namespace Grebe;

namespace {

[[noreturn]] void complain(const char *what, const std::string &detail = {})
{
    std::fprintf(stderr, "%s %s\n", what, detail.c_str());
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    std::vector<char> bytes(size + kJsonPadding, '1');
    if (size)
        std::memcpy(bytes.data(), data, size);
    const QByteArrayView view(bytes.data(), qsizetype(size));
    const auto head = readPageHead(view);
    const auto page = decodePage(view, nullptr);
    if (!page) {
        if (page.error().message.isEmpty())
            complain("an error without a message");
        return 0;
    }
    if (!head || head->nextUri != page->head.nextUri)
        complain("the head of a good page is another");
    const auto again = decodePage(view, page->decoder);
    if (!again || !again->batch != !page->batch)
        complain("the second answer is another");
    if (!page->batch)
        return 0;
    if (const auto status = page->batch->ValidateFull(); !status.ok())
        complain("an invalid batch:", status.ToString());
    if (!page->batch->Equals(*again->batch, true, arrow::EqualOptions::Defaults().nans_equal(true)))
        complain("the second batch is another");
    return 0;
}
