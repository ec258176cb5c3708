// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace Grebe {

/// Whether a spreadsheet could take the text for a formula when it reads it from CSV or TSV: it begins with = + - @, a
/// tab, CR or LF, or the full-width form of one of the four, and is no plain number.
///
/// Source     OWASP, "CSV Injection".
bool looksLikeFormula(std::string_view text);
/// What is put in front of such a text: spreadsheets show a text that begins with it as text.
inline constexpr char kFormulaGuard = '\'';

} // namespace Grebe
