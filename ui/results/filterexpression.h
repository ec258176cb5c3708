// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultorder.h"

#include <QStringList>

namespace Grebe {

/// A condition over the columns of a result, written as in a WHERE clause:
///
///     totalprice > 1000 and (status = 'OPEN' or comment is null) and not name like 'A%'
///
/// Shape      columns by name, in double quotes where the name is no plain word. `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=`,
///            `between … and …`, `in (…)`, `is null`, `like`, `ilike`, `contains`, `~` (a regular expression, without
///            regard to case), each with `not`; `and`, `or`, `not`, parentheses. Literals in single quotes or as plain
///            words; a word such as `date` before a quoted literal is read over. A null meets no condition but `is null`.
///            The answer is alternatives (see Filter::alternative), at most kMaximumAlternatives.
/// Errors     InvalidArgument, with `column` the place in the text, from 1.
inline constexpr qsizetype kMaximumAlternatives = 64;
Result<QList<Filter>> parseFilterExpression(const QString &text, const QStringList &columnNames);

/// Rows that meet all `filters` and the alternatives of `expression`.
QList<Filter> combinedFilters(const QList<Filter> &filters, const QList<Filter> &expression);

} // namespace Grebe
