// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "celldisplay.h"
#include "gridcolumns.h"

#include <QString>
#include <QStringList>

namespace Grebe {

/// Remembers how a person laid out the columns of a result, for the next result of the same shape, and how values are
/// written, for each connection.
///
/// Shape      the shape is the columns' names and types in order; the 200 that were used last are kept, in a file of
///            the user's configuration folder.
/// Errors     a file that can't be read or holds something else is as good as none.
/// Thread     GUI.
class ColumnMemory
{
public:
    /// An INI file; empty: the usual place.
    explicit ColumnMemory(const QString &fileName = {});

    /// False when nothing is known of this shape.
    bool restore(const QString &shape, GridColumns &columns) const;
    void store(const QString &shape, const GridColumns &columns);

    /// Of the connection that was used last where nothing is known of this one.
    CellDisplay display(const QString &connectionName) const;
    void storeDisplay(const QString &connectionName, const CellDisplay &display);

    static QString shapeOf(const QStringList &names, const QStringList &types);

private:
    QString m_fileName;
};

} // namespace Grebe
