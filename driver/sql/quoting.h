// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/objectpath.h"
#include "lexer.h"

#include <QDateTime>
#include <QVariant>

namespace Grebe {

/// Pieces that dialects build their literals and names from.
/// Thread     any.

/// The text between two marks, each mark inside doubled.
GREBE_EXPORT QString quotedWith(QChar mark, const QString &text);
/// What a quoted name or string token stands for; a plain word is itself.
GREBE_EXPORT QString unquoted(QStringView token);
/// `a."b.c".d` as its parts, quoted parts exactly, plain ones as they are written. An error for anything else.
GREBE_EXPORT Result<ObjectPath> parsedPath(QStringView text, const LexicalRules &rules);
/// Whether a plain word needs no quotes: ASCII letters, digits and _, no digit in front.
GREBE_EXPORT bool isPlainName(QStringView name);
/// Whether the text can stand where SQL asks for a type: words, names, numbers and balanced brackets only.
GREBE_EXPORT bool isTypeText(QStringView type, const LexicalRules &rules);
/// "array" of `array(decimal(12, 2))`, in lower case.
GREBE_EXPORT QString baseType(QStringView type);
/// The arguments in a type's outermost brackets: {"decimal(12, 2)"}.
GREBE_EXPORT QStringList typeArguments(QStringView type);
/// `1.5E0`: digits that read back to the same value, never a decimal number's form. For finite values only.
GREBE_EXPORT QString realText(double value, bool isSinglePrecision);
/// A decimal number in plain digits; an exponent is written out, anything else refused.
GREBE_EXPORT Result<QString> plainDecimal(const QString &text);
/// `2026-08-01`, years outside 0001 to 9999 in ISO form: `+12026-01-01`, `-0043-03-15` for 44 BC.
GREBE_EXPORT QString isoDate(const QDate &date, bool hasPlusSign);
/// What QtSql takes for SQL NULL: no value, a null QString or QByteArray (an empty one is none), an invalid date or time.
GREBE_EXPORT bool isNullValue(const QVariant &value);
/// Text that ends in the middle of a surrogate pair is no Unicode, so no server can be sent it.
GREBE_EXPORT bool isWellFormed(QStringView text);

} // namespace Grebe
