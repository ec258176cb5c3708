// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnstatistics.h"

#include <QFutureWatcher>
#include <QHash>
#include <QObject>
#include <QTimer>

namespace Grebe {

/// What is in the columns of a result, worked out one column after the other beside the window.
///
/// Shape      of a large result the first rows are looked at first, so that something is there at once. Profiles of rows
///            that were joined by others stay, as of a part, until they are made again.
/// Thread     GUI; the rows are read in the global thread pool.
class ColumnProfiler : public QObject
{
    Q_OBJECT
public:
    struct Profile
    {
        ColumnStatistics statistics;
        bool isPart = false; ///< of the first statistics.rowCount rows
        QString error; ///< why there is none
    };

    explicit ColumnProfiler(QObject *parent = nullptr);
    ~ColumnProfiler() override;

    /// `order` null: the first `rowCount` rows as they came. Other rows than before: all profiles are forgotten.
    void setRows(const std::shared_ptr<const ResultStore> &store, const RowOrderPtr &order, qint64 rowCount);
    const std::shared_ptr<const ResultStore> &store() const { return m_store; }
    qint64 rowCount() const { return m_rowCount; }
    /// The columns worth knowing, the first one first; what was wanted before is not any more.
    void want(const QList<int> &columns);
    /// Null: not known yet.
    const Profile *profile(int column) const;
    bool isWorking() const { return m_column >= 0; }
    int progress() const; ///< of the column that is read, in per cent
    void stop(); ///< until want() or setRows() asks again

    static constexpr qint64 kFirstLook = 200'000;

Q_SIGNALS:
    void changed(int column);
    void progressed();

private:
    void next();
    void finish();
    bool isDone(int column) const;

    std::shared_ptr<const ResultStore> m_store;
    RowOrderPtr m_order;
    qint64 m_rowCount = 0;
    QHash<int, Profile> m_profiles;
    QList<int> m_wanted;
    int m_column = -1; // that is read
    bool m_isFirstLook = false;
    QFutureWatcher<Result<ColumnStatistics>> m_watcher;
    QTimer m_moreTimer; // rows that keep coming
};

} // namespace Grebe
