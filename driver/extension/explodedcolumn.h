// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultstore.h"

#include "grebe_export.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <memory>

namespace Grebe {

/// A nested column and those of its parts that are to be columns of their own.
///
/// Shape      a value. A part is the name of a row's field, the key of a map or of a JSON object in text, or "[1]" for
///            the first element of a list or a JSON array.
struct ExplodedColumn
{
    int column = 0;
    QStringList parts;
};

/// The parts of a column: a row's fields; what the first kPartSampleRows rows hold of a map, a list, JSON in text, and no
/// more than kMaximumParts. Empty for a column that has none.
///
/// Thread     any; reads the sample at once.
inline constexpr qint64 kPartSampleRows = 1000;
inline constexpr int kMaximumParts = 200;
GREBE_EXPORT QStringList columnParts(const ResultStore &store, int column);

/// The rows of `base`, its columns first and as they are, behind them the parts, named "column.part" and "column[1]".
///
/// Shape      a view: it copies no fields of rows, and makes the rest batch by batch when it is read. A part that a row
///            lacks is null. Parts have their own types; those of JSON are text, strings without quotes.
/// Errors     those of `base`; a text that is no JSON has null parts.
/// Thread     any.
GREBE_EXPORT std::shared_ptr<ResultStore> explodedStore(std::shared_ptr<const ResultStore> base,
                                                        const QList<ExplodedColumn> &columns);

} // namespace Grebe
