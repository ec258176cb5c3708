// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/progress.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QUrl>

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>

namespace Grebe {

class TrinoRowDecoder;

/// What stands in front of the rows: enough to ask for the next page before these are decoded.
struct TrinoPageHead
{
    QString queryId;
    QUrl infoUri;
    QUrl partialCancelUri;
    QUrl nextUri; ///< empty: this is the last page
};

/// One QueryResults document, decoded.
struct TrinoPage
{
    TrinoPageHead head;
    std::shared_ptr<const TrinoRowDecoder> decoder; ///< for the next page; null while no columns were seen
    std::shared_ptr<arrow::RecordBatch> batch; ///< null when the page has no rows
    bool hasSpooledData = false; ///< `data` is an object, not rows: the spooled protocol
    Progress progress;
    bool hasProgress = false;
    std::optional<Error> error;
    QList<Warning> warnings;
    QString updateType; ///< empty for queries
    std::optional<qint64> updateCount;
    /// Values that did not parse as their type and are kept as raw text; and the first of them in words.
    qint64 unparsableCount = 0;
    QString firstUnparsable;
};

/// Reads the head of a whole page: what stands before and behind the rows must be whole JSON; a page that is cut, empty
/// or not JSON is InvalidData. Constant time in the number of rows where the server's field order allows.
Result<TrinoPageHead> readPageHead(QByteArrayView page);

/// Decodes a whole page. `page` has 64 readable bytes behind its end. `decoder` is the one of the page before, or null;
/// columns that differ from it after rows were delivered are an error that names both.
///
/// Thread     any: a function from bytes to a batch, run in the decode pool.
Result<TrinoPage> decodePage(QByteArrayView page, const std::shared_ptr<const TrinoRowDecoder> &decoder);

/// The schema of a decoder: one field a column, named as the server names it, with `grebe.type`.
std::shared_ptr<arrow::Schema> schemaOf(const TrinoRowDecoder &decoder);

} // namespace Grebe
