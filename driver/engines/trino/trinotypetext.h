// SPDX-License-Identifier: Apache-2.0
#pragma once

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

} // namespace Grebe
