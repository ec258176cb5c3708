// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QList>

namespace Grebe {

/// One editor as it is kept between two runs of the program; a value.
struct SavedEditor
{
    QString text;
    QString fileName;
    QString connection;
    QString result {}; ///< the file that its last result is kept in; empty: none
    qint64 cursor = 0;
    bool isModified = false;
    bool isCurrent = false;
};

/// Errors   a file that is not there is no editors; one that cannot be read says so.
Result<QList<SavedEditor>> readEditors(const QString &fileName);
/// Whole or not at all; only the owner may read it, since texts may hold anything.
Result<void> writeEditors(const QString &fileName, const QList<SavedEditor> &editors);

} // namespace Grebe
