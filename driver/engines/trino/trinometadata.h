// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoclient.h"

#include "extension/dialect.h"
#include "extension/statement.h"

#include <QFuture>
#include <QPromise>

#include <deque>

namespace Grebe {

/// The schema browser's questions, as statements that say where they come from and that leave room for the user's.
///
/// Shape      one level of the tree per question, names quoted, found by equality: a server answers these from one
///            catalog, and never lists all of them (trino#15206, dbeaver#21774). At most two at a time.
/// Thread     the engine's.
/// Ownership  the engine's.
class TrinoMetadata final : public QObject
{
    Q_OBJECT
public:
    TrinoMetadata(std::shared_ptr<TrinoClient> client, const Dialect &dialect) : m_client(std::move(client)), m_dialect(dialect) { }
    ~TrinoMetadata() override;

    QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent);
    QFuture<Result<QString>> definition(const ObjectPath &path);
    /// Cancels what runs and what waits.
    void closeAll();

private:
    using Rows = QList<QStringList>;
    using Done = std::function<void(const Result<Rows> &)>;
    using Objects = Result<QList<ObjectInfo>>;
    struct Question
    {
        QString sql;
        Done done;
    };

    void ask(const QString &sql, Done done);
    void next();
    void listTables(const ObjectPath &schema, std::shared_ptr<QPromise<Objects>> promise);
    void listColumns(const ObjectPath &path, std::shared_ptr<QPromise<Objects>> promise, bool withComment);
    void define(const ObjectPath &path, const QStringList &kinds, std::shared_ptr<QPromise<Result<QString>>> promise);
    QString quoted(const ObjectPath &path) const;
    QString literal(const QString &text) const;

    std::shared_ptr<TrinoClient> m_client;
    const Dialect &m_dialect;
    std::deque<Question> m_waiting;
    QList<Statement *> m_running;
};

} // namespace Grebe
