// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "faultserver.h"
#include "scriptedserver.h"

#include <QMutex>
#include <QSslConfiguration>
#include <QString>

#include <functional>

namespace Grebe {

/// What a Trino does that matters to its clients: nothing runs before the first GET of a query's nextUri, an executing
/// page is kept until the next one is asked for, older ones are gone, a cancelled query is not to be asked again.
///
/// Shape      every POST makes a query that answers with the same pages.
/// Thread     handle() on the server's, the rest from any.
class FakeTrino
{
public:
    /// `pages`: what stands between nextUri and the closing brace of each executing page: `"columns":[…],"data":[…]`;
    /// {server} becomes its address.
    explicit FakeTrino(const QList<QByteArray> &pages);
    FakeTrino(const QSslConfiguration &tls, const QList<QByteArray> &pages);

    QUrl url(const QString &path = {}) const { return m_server.url(path); }
    FaultServer &server() { return m_server; }
    /// Looks at a request before it is handled, and at the reply behind it: where faults come from.
    using Tamper = std::function<void(const RecordedRequest &request, FaultReply &reply)>;
    void setTamper(const Tamper &tamper);
    void reset(); ///< as freshly started

    int postCount() const;
    int executionCount() const; ///< queries that were submitted
    int deleteCount() const;
    int headCount() const;
    int getCount() const;
    /// Requests that no client of Trino may send: GET after DELETE, DELETE twice, a page that was given up.
    QStringList mistakes() const;

private:
    struct Query
    {
        bool isExecuted = false;
        bool isCancelled = false;
        int lastToken = -1;
    };

    FaultReply handle(const RecordedRequest &request);
    FaultReply answer(const RecordedRequest &request);
    QByteArray page(int query, const QByteArray &next, const QByteArray &members) const;

    const QList<QByteArray> m_pages;
    mutable QMutex m_mutex;
    Tamper m_tamper;
    QList<Query> m_queries;
    int m_deletes = 0;
    int m_heads = 0;
    int m_gets = 0;
    QStringList m_mistakes;
    FaultServer m_server; // last: its thread ends first
};

/// A file that record.py wrote.
class TrinoRecording
{
public:
    explicit TrinoRecording(const QString &name);
    enum class To { AnyStatement, ItsStatement };
    /// Expects its requests, in any order, each once.
    void play(ScriptedServer &server, To to = To::AnyStatement) const;
    qsizetype exchangeCount() const { return m_exchanges.size(); }
    QByteArray sql;

private:
    struct Exchange
    {
        QByteArray line;
        int status = 0;
        TestHeaders headers;
        QByteArray body;
    };
    QByteArray m_origin;
    QList<Exchange> m_exchanges;
};

} // namespace Grebe
