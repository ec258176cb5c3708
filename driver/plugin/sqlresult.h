// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultfeed.h"

#include "extension/columnformatter.h"

#include <QPointer>
#include <QSqlDriver>
#include <QSqlResult>

#include <memory>
#include <vector>

namespace Grebe {

class SqlDriver;

/// The rows of one statement for QSqlQuery.
///
/// Shape      record batches stay as they are; a cell becomes a QVariant when data() asks for it. Forward-only results
///            let go of the batches behind the current row, others keep all.
/// Errors     exec() and fetching answer false, lastError() says why. An error behind some rows is told where the rows
///            end: a next() that says false with a valid lastError() is not the end of the result.
/// Thread     the driver's.
class SqlResult final : public QSqlResult
{
public:
    explicit SqlResult(const SqlDriver *driver);
    ~SqlResult() override;

protected:
    bool reset(const QString &query) override;
    bool savePrepare(const QString &query) override;
    bool prepare(const QString &query) override;
    bool exec() override;
    void detachFromResultSet() override;

    bool fetch(int row) override;
    bool fetchNext() override;
    bool fetchFirst() override;
    bool fetchLast() override;
    QVariant data(int column) override;
    bool isNull(int column) override;

    int size() override;
    int numRowsAffected() override;
    QSqlRecord record() const override;

private:
    bool start(const QString &sql, const QVariantList &parameters);
    bool fetchRow(qint64 row);
    bool fail(const Error &error);
    void clearResult();
    void letGo();
    bool isColumn(int column) const { return column >= 0 && column < int(m_formatters.size()) && m_place.batch; }
    const SqlDriver *sqlDriver() const { return m_driver; }

    const QPointer<const SqlDriver> m_driver;
    const std::shared_ptr<RunningStatements> m_running;
    QString m_statement; ///< what was given to prepare(), as it was given
    QString m_positional; ///< the same with `?` in the place of names
    std::unique_ptr<ResultFeed> m_feed;
    std::vector<ColumnFormatter> m_formatters;
    ResultStore::Place m_place; ///< of the current row
    qint64 m_row = -1; ///< at() ends at 2^31 rows, this does not
};

} // namespace Grebe
