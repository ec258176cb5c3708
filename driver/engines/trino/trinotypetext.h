// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinotypes.h"

#include <QList>
#include <QString>

namespace Grebe {

/// A part of a structural type: a field of a row, the key or the value of a map.
struct TrinoTypePart
{
    QString name;
    QString type;

    friend bool operator==(const TrinoTypePart &, const TrinoTypePart &) = default;
};

/// What lies inside a type as information_schema spells it: the fields of `row(a bigint, "b c" varchar)`, of an array
/// those of its element, of a map `key` and `value`. Empty for a type without parts that are worth naming, or text that
/// is no type. A field without a name is `field0`, `field1`, as in results.
QList<TrinoTypePart> trinoTypeParts(const QString &type);

/// The type that a text spells: `row(a integer,"b c" array(varchar))`. What is no type is a type of that name, which is
/// read as text; nothing nests deeper than 64.
///
/// Source     Presto writes the fields of a row so, inside of a typeSignature (0.296).
TrinoType trinoTypeOf(QStringView text, int depth = 0);

} // namespace Grebe
