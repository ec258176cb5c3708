// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"

#include <QList>
#include <QStringList>

namespace Grebe {

/// A small result of the command line's own (a schema level, the stored connections), in any result format.
class Listing
{
public:
    explicit Listing(const QStringList &columns) : m_columns(columns) { }

    /// A null QString is NULL.
    void add(const QStringList &row) { m_rows << row; }
    /// To standard output; an empty format is the table.
    Result<void> print(const QString &formatId) const;

    static ArgumentOption formatOption();
    static Result<void> checkFormat(const QString &formatId);

private:
    const QStringList m_columns;
    QList<QStringList> m_rows;
};

} // namespace Grebe
