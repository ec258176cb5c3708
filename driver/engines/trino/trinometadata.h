// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoclient.h"

#include "engines/question.h"
#include "extension/dialect.h"
#include "extension/metadata.h"
#include "extension/objectpath.h"
#include "extension/statement.h"

#include <QFuture>

#include <deque>

namespace Grebe {

/// The schema browser's questions, as statements that say where they come from and that leave room for the user's.
///
/// Shape      one level of the tree per question, names quoted, found by equality: a server answers these from one
///            catalog, and never lists all of them (trino#15206, dbeaver#21774). At most two statements at a time; a
///            question whose future is cancelled is cancelled on the server, and its place is free once that said so.
/// Errors     a question that runs for longer than TrinoTimings::metadata is cancelled and ends in Timeout.
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
    QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path);
    /// Cancels what runs and what waits.
    void closeAll();

private:
    using Done = std::function<void(const Result<MetadataTable> &)>;
    using Objects = Result<QList<ObjectInfo>>;
    /// One call of a public function, which may take several statements.
    struct Caller
    {
        bool hasGivenUp = false;
        std::function<void(bool isQueued)> tell;
    };
    using CallerPtr = std::shared_ptr<Caller>;
    struct Question
    {
        QString sql;
        Done done;
        CallerPtr caller;
    };
    struct Running
    {
        Statement *statement = nullptr;
        CallerPtr caller;
    };

    template<typename T>
    CallerPtr callerOf(const Promise<T> &promise);
    void giveUp(const CallerPtr &caller);
    void ask(const CallerPtr &caller, const QString &sql, Done done);
    void next();
    void listNames(const CallerPtr &caller, const ObjectPath &parent, const QString &sql, ObjectInfo::Kind kind, const Promise<QList<ObjectInfo>> &promise);
    void listTables(const CallerPtr &caller, const ObjectPath &schema, const Promise<QList<ObjectInfo>> &promise);
    void listColumns(const CallerPtr &caller, const ObjectPath &path, const Promise<QList<ObjectInfo>> &promise, bool withComment);
    void settleColumns(const ObjectPath &path, const QList<QStringList> &rows, const Promise<QList<ObjectInfo>> &promise);
    /// Nothing was found in `path`: an empty list if it is there, else NotFound.
    void settleEmpty(const CallerPtr &caller, const ObjectPath &path, const Promise<QList<ObjectInfo>> &promise);
    void define(const CallerPtr &caller, const ObjectPath &path, const QStringList &kinds, const Promise<QString> &promise);
    void describeRoles(const CallerPtr &caller, const ObjectPath &path, const Promise<MetadataTable> &promise);
    QString quoted(const ObjectPath &path) const;
    QString literal(const QString &text) const;

    std::shared_ptr<TrinoClient> m_client;
    const Dialect &m_dialect;
    std::deque<Question> m_waiting;
    QList<Running> m_running;
};

} // namespace Grebe
