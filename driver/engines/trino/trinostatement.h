// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoclient.h"
#include "trinodetails.h"
#include "trinopage.h"
#include "trinoparameters.h"
#include "trinospool.h"

#include "extension/statement.h"
#include "transport/retrypolicy.h"

#include <QElapsedTimer>
#include <QTimer>

#include <deque>

namespace Grebe {

/// One statement by Trino's protocol: POST, then GET of each nextUri until a page has none. Rows stand in the pages (the
/// direct protocol) or in segments that the pages name (the spooled one); each page says which.
///
/// Shape      one page is fetched while the one before is decoded; two are held at most. Segments are TrinoSpool's.
/// Source     Trino client REST API, "Overview of query processing"; what servers do beyond it was measured on 476 and
///            483 and stands beside the code.
class TrinoStatement final : public Statement
{
    Q_OBJECT
public:
    TrinoStatement(std::shared_ptr<TrinoClient> client, const Dialect &dialect, const QString &sql,
                   const StatementOptions &options);
    ~TrinoStatement() override;

    /// The connection is being closed: cancels on the server without waiting, and fails.
    void closeDown();

protected:
    void doStart() override;
    void doCancel() override;
    void doCancelPartially() override;
    void doPause() override;
    void doResume() override;

private:
    struct Body
    {
        std::shared_ptr<arrow::Buffer> buffer;
    };

    void prepareText();
    void post();
    void onPosted(const HttpResponse &response, int generation);
    void get();
    void onGot(const HttpResponse &response, int generation);
    /// A whole page has arrived.
    void takePage(const HttpResponse &response, const TrinoPageHead &head);
    void decodeNext();
    void onDecoded(const Result<TrinoPage> &page);
    void takeRows(const TrinoPage &page);
    void takeBatch(const std::shared_ptr<arrow::RecordBatch> &batch);
    TrinoSpool &spool();
    void endIfComplete();
    void end();
    /// Asks for the next page if there is one, room for it, and somebody to read it.
    void advance();
    /// Waits and calls `again`, or fails when the time is used up. `isCut`: a whole reply that is no whole page.
    void retry(const HttpResponse &response, void (TrinoStatement::*again)(), bool isCut = false);
    void heartbeat();
    void askForDetails();

    void abortCall();
    void cancelOnServer();
    void report(Progress progress);
    /// `isFromServer`: the server tells how the statement ended, so nothing about that is unknown.
    void failWith(Error error, bool isFromServer = false);
    bool mayHaveRun() const;

    std::shared_ptr<TrinoClient> m_client;
    const Dialect &m_dialect;
    QString m_sql;
    StatementOptions m_options;
    TrinoText m_text;

    HttpCall *m_call = nullptr; ///< the POST or GET in flight
    QUrl m_nextUri; ///< to be asked, or being asked; empty when the last page has arrived
    QUrl m_knownUri; ///< the latest that the server gave us: where a DELETE goes
    QUrl m_partialCancelUri;
    QSet<QByteArray> m_seenUris; ///< digests
    bool m_isSigningIn = false; ///< in the middle of the pages
    bool m_hasAsked = false; ///< a GET was made: from then on the statement may run
    bool m_isAllReceived = false;
    bool m_isDone = false;
    bool m_isZoneRetried = false;
    bool m_isQuery = false; ///< by its text: it writes nothing

    std::deque<Body> m_waiting;
    bool m_isDecoding = false;
    std::shared_ptr<const TrinoRowDecoder> m_decoder;
    std::unique_ptr<TrinoSpool> m_spool; ///< once a page named segments

    std::shared_ptr<arrow::Schema> m_schema;
    bool m_isUpdate = false;
    StatementSummary m_summary;
    std::optional<qint64> m_updateRows;
    QList<Warning> m_warnings;
    qint64 m_unparsableCount = 0;
    QString m_firstUnparsable;
    std::optional<Error> m_error;
    Progress m_progress;
    TrinoDetails m_details;
    QTimer m_detailsTimer;
    HttpCall *m_detailsCall = nullptr;

    RetryPolicy m_retryPolicy;
    QTimer m_retryTimer;
    QElapsedTimer m_retryingSince;
    int m_malformedCount = 0;
    QTimer m_heartbeatTimer;
    int m_heartbeatFailures = 0;
    bool m_isBeating = false; // a heartbeat is under way
    bool m_canHeartbeat = true;
};

} // namespace Grebe
