// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QDateTime>
#include <QList>

#include <chrono>

namespace Grebe {

/// One statement that ran, and what became of it; a value.
struct PastStatement
{
    QString sql;
    QString connection;
    QDateTime startedAt;
    std::chrono::milliseconds took {};
    qint64 rowCount = 0;
    QString error {}; ///< empty: it finished

    friend bool operator==(const PastStatement &, const PastStatement &) = default;
};

/// What was run, over all editors and starts of the program: a line of JSON a statement, appended as it ends.
///
/// Shape      newest last; one of the same text on the same connection takes the place of the earlier. What writes and
///            speaks of passwords, secrets, tokens or keys is known until the program ends, and in no file.
/// Errors     a line that cannot be read is left out. Without a file there is history until the program ends.
/// Thread     GUI.
/// Ownership  only the owner may read the file, since statements may hold anything.
class QueryHistory
{
public:
    static constexpr qsizetype kMost = 2000;
    static constexpr qsizetype kMostChars = 1'000'000; ///< of one statement; a longer one is not kept

    /// Appends to the file from now on; what is there is read when it is first asked for.
    void open(const QString &fileName);
    Result<void> add(const PastStatement &statement);
    const QList<PastStatement> &statements();

private:
    void read();
    void take(const PastStatement &statement);

    QString m_fileName;
    QList<PastStatement> m_statements; ///< until the file is read, those of this run
    bool m_isRead = true;
};

} // namespace Grebe
