// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QList>
#include <QMetaType>
#include <QStringList>

namespace Grebe {

/// What a server can be asked of itself beyond the names in its catalog tree.
///
/// Shape      each topic has the columns named here, in this order, whatever the server calls its own; "as the server
///            says" has those of the server.
enum class MetadataTopic {
    Functions, ///< of the server (empty path) or a schema: name, kind (scalar, aggregate, window, table), arguments, result, description
    Statistics, ///< of a table: column (null: the table), rows, data size, distinct values, share of nulls, lowest, highest
    Partitions, ///< of a table: as the server says
    SessionProperties, ///< of the server (empty path): name, value, default, type, description
    Roles, ///< of the server or a catalog: role, "yes" where it is in force
    Grants ///< on a table: grantee, grantee's kind, privilege, "yes" where it may be handed on, grantor
};

/// A server's answer to such a question: text, as it is to be read.
///
/// Shape      every row has as many cells as there are columns; a null QString is NULL, which is not empty text.
/// Thread     any; a value.
struct GREBE_EXPORT MetadataTable
{
    QStringList columns; ///< a word or two each: "data size"
    QList<QStringList> rows;
    bool isCut = false; ///< the server has more rows
};

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::MetadataTopic)
Q_DECLARE_METATYPE(Grebe::MetadataTable)
