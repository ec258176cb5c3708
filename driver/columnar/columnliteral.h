// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decimalparser.h"

#include "extension/error.h"

#include "grebe_export.h"

#include <arrow/type_fwd.h>

#include <string>
#include <string_view>

namespace Grebe {

/// Where a literal lies among a type's values, as whole steps of the type: units of its scale, ticks of its clock.
struct LiteralStep
{
    Int128 floor = 0; ///< the greatest step that is not above the literal; the type's range does not bound it
    bool isExact = true; ///< the literal is that step
};

/// What a person typed, as a value of a column.
///
/// Shape      numbers in plain or exponent notation; dates and times as they are shown, a date alone is its midnight, a
///            fraction of any length, a zone or offset behind it, else the column's; true and false.
/// Errors     InvalidArgument says what is expected.
/// Thread     any; functions without state.

/// For types whose values are whole steps: integers, decimals to 128 bits, dates, times, timestamps, durations, booleans.
GREBE_EXPORT Result<LiteralStep> parseLiteralStep(std::string_view text, const arrow::Field &field);
/// For half float, float and double, as the word that ValueOrder gives them; always exact, rounded as the type rounds.
GREBE_EXPORT Result<quint64> parseLiteralReal(std::string_view text, const arrow::DataType &type);
/// For text and bytes: the value's bytes. Bytes are typed in hexadecimal, a uuid as it is shown.
GREBE_EXPORT Result<std::string> parseLiteralBytes(std::string_view text, const arrow::Field &field);

} // namespace Grebe
