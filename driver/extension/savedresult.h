// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"
#include "statement.h"

#include "grebe_export.h"

#include <QDateTime>
#include <QList>
#include <QString>

#include <memory>

namespace Grebe {

class ResultStore;

/// What is known of a result that is kept in a file, to be looked at again in another run of the program; a value.
struct GREBE_EXPORT SavedResult
{
    QString fileName;
    QString title;
    QString sql;
    QString connection;
    QDateTime ranAt; ///< when the rows were true
    QString incomplete; ///< not empty: why these are not all rows
    qint64 rowCount = 0;
    qint64 byteCount = 0; ///< of the file
};

/// Writes the first `rowCount` rows of a result into a new file of the folder: an Arrow IPC file that any Arrow program
/// reads, with the facts in its schema's metadata.
///
/// Shape      types and field metadata stay; `grebe.raw` is in the metadata of each batch. The file is there when it is
///            whole, else not; folder and file are readable by their owner alone.
/// Errors     those of the disk; Incomplete when it would be larger than `maxBytes`. In both cases nothing is left.
/// Thread     any; waits for the disk.
GREBE_EXPORT Result<SavedResult> saveResult(const ResultStore &store, qint64 rowCount, const SavedResult &facts, const QString &folder,
                                            qint64 maxBytes);

/// Errors     InvalidData for a file that is no such result, or not whole.
GREBE_EXPORT Result<SavedResult> readSavedResult(const QString &fileName);

/// A statement that gives the rows of the file, as an engine gave them: in whatever shows results they look alike.
///
/// Thread     lives on the calling thread, which needs an event loop; files are read in the global thread pool.
/// Errors     failed() with those of the disk, and InvalidData.
GREBE_EXPORT StatementPtr openSavedResult(const QString &fileName);

/// Removes all saved results of a folder but the named ones, and what a killed process left there.
GREBE_EXPORT void removeSavedResults(const QString &folder, const QStringList &butFileNames);

} // namespace Grebe
