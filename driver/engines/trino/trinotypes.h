// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnar/jsoncolumn.h"

#include "extension/error.h"

#include <QString>

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

namespace simdjson::dom {
class element;
}

namespace Grebe {

/// A typeSignature: the type as the server's parser has it, not as it displays it.
struct TrinoType
{
    std::string name; ///< lower case, without arguments: `timestamp with time zone`
    std::vector<qint64> numbers; ///< length, or precision and scale
    std::vector<TrinoType> types; ///< element; key and value; fields
    std::vector<std::string> fieldNames; ///< of a row, one for each of `types`; empty where the server sent none
};

/// One column of a result.
struct TrinoColumn
{
    std::shared_ptr<arrow::Field> field;
    JsonColumnSpec spec;
};

/// Reads `{rawType, arguments}` in today's and in old spelling.
Result<TrinoType> parseTrinoType(const simdjson::dom::element &signature);

/// The type as Trino would display it: `array(decimal(10, 2))`.
std::string displayText(const TrinoType &type);

/// The Arrow type and the decoder of a type. Every type has one: what Arrow can't express, or is not known, is text.
///
/// Source     the table in TYPES.md beside this file.
JsonColumnSpec columnSpec(const TrinoType &type);

/// The field that carries `type`, with `grebe.type` and, for a uuid, the name of Arrow's extension type.
std::shared_ptr<arrow::Field> makeField(const std::string &name, const JsonColumnSpec &spec, const std::string &typeText,
                                        bool isUuid, bool isNullable = true);

/// The columns of a `columns` member. At most 100,000.
Result<std::vector<TrinoColumn>> parseTrinoColumns(const simdjson::dom::element &columns);

} // namespace Grebe
