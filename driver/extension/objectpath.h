// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace Grebe {

/// A name in a server's catalog tree as a list of parts, never as one text: a table may be called `a.b` or `"x`.
///
/// Shape      any depth, outermost first; the empty path is the server itself.
/// Thread     any; a value.
class GREBE_EXPORT ObjectPath
{
public:
    ObjectPath() = default;
    explicit ObjectPath(QStringList parts) : m_parts(std::move(parts)) { }

    const QStringList &parts() const { return m_parts; }
    qsizetype depth() const { return m_parts.size(); }
    bool isEmpty() const { return m_parts.isEmpty(); }
    QString name() const { return m_parts.isEmpty() ? QString() : m_parts.last(); }
    ObjectPath parent() const { return ObjectPath(m_parts.mid(0, qMax<qsizetype>(0, m_parts.size() - 1))); }
    ObjectPath child(const QString &part) const { return ObjectPath(m_parts + QStringList { part }); }

    friend bool operator==(const ObjectPath &, const ObjectPath &) = default;
    friend size_t qHash(const ObjectPath &path, size_t seed = 0) { return ::qHash(path.m_parts, seed); }

private:
    QStringList m_parts;
};

/// One thing in the catalog tree, as far as listing its parent tells.
///
/// Shape      `type` and `isNullable` are a column's; `comment` is plain text from the server.
/// Thread     any; a value.
struct GREBE_EXPORT ObjectInfo
{
    enum class Kind {
        Catalog,
        Schema,
        Table,
        View,
        MaterializedView,
        SystemTable,
        Column,
        Field, ///< inside a row, map or array column
        Function,
        Procedure,
        Partition,
        Index,
        Other
    };

    ObjectPath path;
    Kind kind = Kind::Other;
    QString type; ///< the engine's own type text: `decimal(12, 2)`
    QString comment;
    QString defaultValue;
    bool isNullable = true;
    bool hasChildren = false; ///< false: Connection::list() of this path is known to be empty

    QString name() const { return path.name(); }
};

/// The kind in one lower-case English word or two: "materialized view".
GREBE_EXPORT QString kindName(ObjectInfo::Kind kind);

} // namespace Grebe
