// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "trinostatement.h"

#include "trinorows.h"

#include "engines/decodepool.h"

#include <QCryptographicHash>
#include <QLocale>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// Pages that are being decoded or wait for it; one more may be on its way.
constexpr qsizetype pagesAhead = 2;
constexpr int heartbeatAttempts = 3;
constexpr qint64 maximumDetailBytes = 4 << 20;
// What a server sends wrong once it mostly sends wrong again, but a page that a proxy cut or mangled may come whole.
constexpr int malformedAttempts = 3;

// What changes something answers with no columns, or with one of its own that says the update count once more: nothing
// that the statement asked for. CALL and ALTER TABLE EXECUTE may answer with real rows.
bool isReceipt(const arrow::Schema &schema)
{
    if (schema.num_fields() != 1)
        return schema.num_fields() == 0;
    const arrow::Field &field = *schema.field(0);
    return (field.name() == "rows" && field.type()->id() == arrow::Type::INT64)
        || (field.name() == "result" && field.type()->id() == arrow::Type::BOOL);
}

QString numberText(qint64 number)
{
    return QLocale::c().toString(number);
}

} // namespace

TrinoStatement::TrinoStatement(std::shared_ptr<TrinoClient> client, const Dialect &dialect, const QString &sql,
                               const StatementOptions &options)
    : m_client(std::move(client)), m_dialect(dialect), m_sql(sql), m_options(options), m_detailsTimer(this), m_retryPolicy(m_client->retryOptions()), m_retryTimer(this), m_heartbeatTimer(this)
{
    m_retryTimer.setSingleShot(true);
    connect(&m_heartbeatTimer, &QTimer::timeout, this, &TrinoStatement::heartbeat);
    m_detailsTimer.setSingleShot(true);
    connect(&m_detailsTimer, &QTimer::timeout, this, &TrinoStatement::askForDetails);
}

TrinoStatement::~TrinoStatement()
{
    m_client->remove(this);
    if (m_call)
        m_call->abort();
    if (!m_isDone)
        cancelOnServer();
}

void TrinoStatement::closeDown()
{
    if (m_isDone)
        return;
    abortCall();
    cancelOnServer();
    failWith({ .code = Error::Code::Cancelled, .message = u"The connection was closed."_s, .mayHaveRun = mayHaveRun() });
}

void TrinoStatement::doStart()
{
    m_client->add(this);
    if (const Result<void> &check = m_client->check(); !check) {
        failWith(check.error());
        return;
    }
    m_isQuery = m_dialect.kind(m_sql) == StatementKind::Query;
    report({ .state = Progress::State::Connecting, .text = u"connecting"_s });
    // Which form parameters take depends on the server.
    if (m_options.parameters.isEmpty() || m_client->product() == TrinoProduct::Presto
        || m_client->parameters().boolean(u"explicitPrepare"_s))
        prepareText();
    else
        m_client->learnVersion(this, [this] {
            if (!m_isDone)
                prepareText();
        });
}

void TrinoStatement::prepareText()
{
    constexpr int executeImmediateVersion = 418;
    const int version = m_client->version();
    const bool canExecuteImmediate = m_client->product() == TrinoProduct::Trino
        && !m_client->parameters().boolean(u"explicitPrepare"_s)
        && (version == 0 || version >= executeImmediateVersion);
    Result<TrinoText> text = trinoText(m_sql, m_options, m_dialect, canExecuteImmediate);
    if (!text) {
        failWith(text.error());
        return;
    }
    m_text = std::move(*text);
    post();
}

// The transport sends a POST once. It is repeated here, and may be, because a query is not even submitted before the
// first GET of its nextUri: a POST whose answer was lost leaves an entry that the server forgets without having run it
// (measured on 476 and 483: a CREATE TABLE AS that was posted and not followed created nothing). From the first GET on,
// post() is not called any more.
void TrinoStatement::post()
{
    Q_ASSERT(!m_hasAsked);
    const int generation = m_client->signIn().generation();
    m_call = m_client->send(m_client->statementRequest(m_text.sql.toUtf8(), m_options.purpose));
    connect(m_call, &HttpCall::finished, this, [this, generation](const HttpResponse &response) {
        m_call = nullptr;
        onPosted(response, generation);
    });
}

void TrinoStatement::onPosted(const HttpResponse &response, int generation)
{
    m_summary.byteCount += response.wireBytes;
    if (TrinoSignIn::isWanted(response)) {
        report({ .state = Progress::State::SigningIn, .text = u"signing in"_s });
        m_client->signIn().begin(generation, response, this, [this](const Result<void> &result) {
            if (m_isDone)
                return;
            if (result)
                post();
            else
                failWith(result.error());
        });
    } else if (response.error) {
        // Nobody listens, the name is unknown, the certificate is not accepted: a person knows better what to do.
        if (response.mayHaveBeenSent)
            retry(response, &TrinoStatement::post);
        else
            failWith(*response.error);
    } else if (response.status == 200) {
        m_client->signIn().confirm();
        const Result<TrinoPageHead> head = readPageHead(response.bytes());
        if (head && !head->queryId.isEmpty())
            takePage(response, *head);
        else
            retry(response, &TrinoStatement::post, true);
    } else if (RetryPolicy::isTransient(response)) {
        retry(response, &TrinoStatement::post);
    } else {
        failWith(m_client->httpError(response, u"sending the statement"_s));
    }
}

// The server waits about a second in each GET when it has nothing to say: no pause is needed between them.
void TrinoStatement::get()
{
    m_hasAsked = true;
    m_heartbeatTimer.stop();
    const int generation = m_client->signIn().generation();
    m_call = m_client->send(m_client->pageRequest(m_nextUri));
    connect(m_call, &HttpCall::finished, this, [this, generation](const HttpResponse &response) {
        m_call = nullptr;
        onGot(response, generation);
    });
}

void TrinoStatement::onGot(const HttpResponse &response, int generation)
{
    m_summary.byteCount += response.wireBytes;
    // The same page may be asked for again as long as the next one was not: the server keeps the last answer.
    if (response.error) {
        if (response.error->code == Error::Code::InvalidData && ++m_malformedCount < malformedAttempts)
            get();
        else
            retry(response, &TrinoStatement::get);
        return;
    }
    if (response.status == 200) {
        const Result<TrinoPageHead> head = readPageHead(response.bytes());
        // JSON of something in between, {} even, is not the end of the result: a page names its query.
        if (head && head->queryId == queryId())
            takePage(response, *head);
        else
            retry(response, &TrinoStatement::get, true);
    } else if (RetryPolicy::isTransient(response)) {
        retry(response, &TrinoStatement::get);
    } else if (response.status == 404 || response.status == 410) {
        Error error = m_client->httpError(response, u"asking for results"_s);
        error.code = Error::Code::Incomplete;
        error.message = u"The server no longer knows the query: %1"_s.arg(error.message);
        error.hint = u"It was restarted, another server answers behind the gateway, or nobody asked for the query for "
                     u"five minutes."_s;
        failWith(std::move(error));
    } else if (TrinoSignIn::isWanted(response)) { // Presto asks with each page, and a token may have expired since the last
        Progress progress = m_progress;
        progress.state = Progress::State::SigningIn;
        progress.text = u"signing in"_s;
        Q_EMIT progressChanged(progress);
        m_isSigningIn = true;
        m_client->signIn().begin(generation, response, this, [this](const Result<void> &result) {
            m_isSigningIn = false;
            if (m_isDone)
                return;
            if (result)
                advance();
            else
                failWith(result.error());
        });
    } else {
        failWith(m_client->httpError(response, u"asking for results"_s));
    }
}

void TrinoStatement::takePage(const HttpResponse &response, const TrinoPageHead &head)
{
    m_retryPolicy.succeeded();
    m_retryingSince.invalidate();
    m_malformedCount = 0;
    if (m_client->session().apply(response))
        m_client->publishSession();
    setQueryId(head.queryId, head.infoUri.scheme().startsWith("http"_L1) ? head.infoUri.toString(QUrl::RemoveUserInfo) : QString());

    if (m_options.purpose == StatementOptions::Purpose::User && m_seenUris.isEmpty())
        m_detailsTimer.start(m_client->timings().details);

    m_partialCancelUri.clear();
    if (!head.partialCancelUri.isEmpty()) {
        if (const Result<QUrl> uri = m_client->pinned(head.partialCancelUri))
            m_partialCancelUri = *uri;
    }
    if (head.nextUri.isEmpty()) {
        m_nextUri.clear();
        m_isAllReceived = true;
    } else {
        const Result<QUrl> next = m_client->pinned(head.nextUri);
        if (!next) {
            failWith(next.error());
            return;
        }
        const QByteArray digest = QCryptographicHash::hash(next->toEncoded(), QCryptographicHash::Sha1);
        if (m_seenUris.contains(digest)) {
            failWith({ .code = Error::Code::InvalidData,
                       .message = u"The server sent the address of a page that was read already, so the result would go in circles."_s });
            return;
        }
        m_seenUris.insert(digest);
        m_nextUri = *next;
        m_knownUri = *next;
    }
    m_waiting.push_back({ response.body });
    decodeNext();
    advance();
}

void TrinoStatement::advance()
{
    if (m_isDone || m_call || m_isSigningIn || m_nextUri.isEmpty() || m_retryTimer.isActive() || isCancelling())
        return;
    // Before there are columns there are no rows to hold back, and a query that is not asked for is not even planned.
    // What writes is read to its end: a server may roll back an INSERT whose last page nobody fetched.
    // Nor is more asked for than is fetched: stored parts wait on the server, and the query with them.
    if ((isPaused() && m_schema && !m_isUpdate) || (m_spool && m_spool->isFull())) {
        if (m_canHeartbeat && !m_heartbeatTimer.isActive())
            m_heartbeatTimer.start(m_client->timings().heartbeat);
        return;
    }
    // Asking for the next page tells the server to drop this one, which is whole by now.
    if (qsizetype(m_waiting.size()) + (m_isDecoding ? 1 : 0) < pagesAhead)
        get();
}

void TrinoStatement::decodeNext()
{
    if (m_isDecoding || m_isDone || m_waiting.empty())
        return;
    m_isDecoding = true;
    Body body = std::move(m_waiting.front());
    m_waiting.pop_front();
    QtConcurrent::run(&decodePool(), [body = std::move(body), decoder = m_decoder] {
        return decodePage({ reinterpret_cast<const char *>(body.buffer->data()), qsizetype(body.buffer->size()) }, decoder);
    }).then(this, [this](const Result<TrinoPage> &page) {
        m_isDecoding = false;
        if (!m_isDone)
            onDecoded(page);
    });
}

void TrinoStatement::onDecoded(const Result<TrinoPage> &page)
{
    if (!page) {
        failWith(page.error());
        return;
    }
    if (page->segments && !m_client->mayBeSpooled()) {
        failWith({ .code = Error::Code::InvalidData,
                   .message = u"The server sent references to stored results (the spooled protocol) although they were not asked for."_s });
        return;
    }
    if (!page->updateType.isEmpty()) {
        m_isUpdate = true;
        m_summary.updateType = page->updateType;
    }
    if (page->updateCount)
        m_summary.affectedRows = page->updateCount;
    if (page->decoder)
        m_decoder = page->decoder;
    for (const Warning &warning : page->warnings) { // each page has all of them
        if (!m_warnings.contains(warning)) {
            m_warnings << warning;
            Q_EMIT warningReceived(warning);
        }
    }
    if (page->hasProgress && !m_isDone)
        report(page->progress);
    m_unparsableCount += page->unparsableCount;
    if (m_firstUnparsable.isEmpty())
        m_firstUnparsable = page->firstUnparsable;
    // A receiver may have cancelled or closed in any of these signals.
    if (!m_isDone)
        takeRows(*page);
    if (m_isDone)
        return;
    if (page->error)
        m_error = page->error;
    decodeNext();
    advance();
    endIfComplete();
}

void TrinoStatement::endIfComplete()
{
    // What the server says went wrong is said now: the rows before it that are still stored would be a part anyway.
    const bool isDelivered = m_error || !m_spool || m_spool->isEmpty();
    if (m_isAllReceived && !m_isDecoding && m_waiting.empty() && isDelivered && !m_isDone)
        end();
}

void TrinoStatement::takeRows(const TrinoPage &page)
{
    if (!m_decoder)
        return;
    if (!m_schema) {
        std::shared_ptr<arrow::Schema> schema = schemaOf(*m_decoder);
        if (m_isUpdate && isReceipt(*schema)) {
            m_summary.affectedRows = m_summary.affectedRows ? m_summary.affectedRows : firstInteger(page.batch);
            return;
        }
        m_schema = std::move(schema);
        Q_EMIT schemaReady(m_schema);
    }
    if (m_isDone)
        return;
    if (page.segments && !isCancelling())
        spool().add(std::move(*page.segments), m_decoder);
    if (page.batch && page.batch->num_rows() > 0 && !m_isDone) {
        if (m_spool)
            m_spool->addRows(page.batch);
        else
            takeBatch(page.batch);
    }
}

void TrinoStatement::takeBatch(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (m_isDone || isCancelling())
        return;
    m_summary.rowCount += batch->num_rows();
    Q_EMIT batchReady(batch);
}

TrinoSpool &TrinoStatement::spool()
{
    if (m_spool)
        return *m_spool;
    m_spool = std::make_unique<TrinoSpool>(m_client, m_summary.rowCount);
    m_spool->setPaused(isPaused());
    connect(m_spool.get(), &TrinoSpool::batchReady, this, &TrinoStatement::takeBatch);
    connect(m_spool.get(), &TrinoSpool::unparsableFound, this, [this](qint64 count, const QString &first) {
        m_unparsableCount += count;
        if (m_firstUnparsable.isEmpty())
            m_firstUnparsable = first;
    });
    connect(m_spool.get(), &TrinoSpool::received, this, [this](qint64 wireBytes) { m_summary.byteCount += wireBytes; });
    connect(m_spool.get(), &TrinoSpool::retrying, this, [this] {
        Progress progress = m_progress;
        progress.state = Progress::State::Retrying;
        progress.text = u"a stored part of the result can't be fetched, trying again"_s;
        Q_EMIT progressChanged(progress);
    });
    connect(m_spool.get(), &TrinoSpool::delivered, this, [this] {
        if (m_isDone)
            return;
        advance();
        endIfComplete();
    });
    connect(m_spool.get(), &TrinoSpool::failed, this, [this](const Error &error) { failWith(error); });
    return *m_spool;
}

// Only a page without nextUri ends a statement, whatever state the pages before it named.
void TrinoStatement::end()
{
    if (m_error) {
        Error error = std::move(*m_error);
        // Nothing of the query ran yet.
        if (!m_isZoneRetried && error.message.contains("Time zone not supported"_L1) && m_client->session().useNumericTimeZone()) {
            m_isZoneRetried = true;
            m_error.reset();
            m_isAllReceived = false;
            m_hasAsked = false;
            m_knownUri.clear();
            m_client->publishSession();
            post();
            return;
        }
        if (error.vendorCode == "UNKNOWN_TRANSACTION"_L1 && m_client->session().inTransaction()) {
            m_client->session().forgetTransaction();
            m_client->publishSession();
            error.hint = u"The server ended the transaction, for being idle too long perhaps. You are outside of it now."_s;
        }
        restoreLocation(error, m_text);
        failWith(std::move(error), true);
        return;
    }
    if (m_unparsableCount > 0) {
        Q_EMIT warningReceived({ .code = u"UNREADABLE_VALUE"_s,
                                 .message = u"%1 values did not read as their column's type and are kept as the server's text. The first: %2"_s.arg(
                                     numberText(m_unparsableCount), m_firstUnparsable) });
    }
    if (m_isDone)
        return;
    m_isDone = true;
    abortCall();
    m_client->remove(this);
    finish(m_summary);
}

void TrinoStatement::retry(const HttpResponse &response, void (TrinoStatement::*again)(), bool isCut)
{
    if (!m_retryingSince.isValid())
        m_retryingSince.start();
    const auto wait = m_retryPolicy.next(response, std::chrono::milliseconds(m_retryingSince.elapsed()), isCut);
    if (!wait) {
        Error error = m_retryPolicy.finalError(response);
        if (!response.error && response.status != 200)
            error.detail = m_client->httpError(response, u"waiting for the server"_s).message;
        if (m_hasAsked)
            error.code = Error::Code::Incomplete;
        failWith(std::move(error));
        return;
    }
    Progress progress = m_progress;
    progress.state = Progress::State::Retrying;
    progress.text = u"server not answering, trying again"_s;
    Q_EMIT progressChanged(progress);
    if (m_isDone)
        return;
    m_retryTimer.disconnect();
    connect(&m_retryTimer, &QTimer::timeout, this, again);
    m_retryTimer.start(*wait);
}

// A query that nobody asks for is abandoned by the server after five minutes. HEAD of the next page keeps it alive
// without fetching rows, since 475; an older server says 404 or 405. Presto makes the page ready and keeps it for the GET
// (measured on 0.296).
void TrinoStatement::heartbeat()
{
    if (m_isDone || m_nextUri.isEmpty() || m_isBeating)
        return;
    m_isBeating = true;
    HttpCall *call = m_client->send(m_client->request("HEAD", m_nextUri));
    connect(call, &HttpCall::finished, this, [this](const HttpResponse &response) {
        m_isBeating = false;
        const bool isUnsupported = !response.error && (response.status == 404 || response.status == 405);
        const bool isFine = !response.error && response.status < 400;
        m_heartbeatFailures = isFine ? 0 : m_heartbeatFailures + 1;
        if (isUnsupported || m_heartbeatFailures >= heartbeatAttempts) {
            m_canHeartbeat = false;
            m_heartbeatTimer.stop();
        }
    });
}

// The resource group and what the stages do stand only in the server's own page about the query. It is a comfort: a server
// that refuses is not asked again, and a page of a size that would cost us something is not read.
void TrinoStatement::askForDetails()
{
    if (m_isDone || m_isAllReceived || m_detailsCall || isCancelling() || isPaused())
        return;
    m_detailsCall = m_client->send(m_client->request("GET", m_client->url(u"/v1/query/"_s + queryId())));
    connect(m_detailsCall, &HttpCall::bodyGrew, this, [this](qint64 wireBytes) {
        if (wireBytes > maximumDetailBytes)
            std::exchange(m_detailsCall, nullptr)->abort();
    });
    connect(m_detailsCall, &HttpCall::finished, this, [this](const HttpResponse &response) {
        m_detailsCall = nullptr;
        if (m_isDone || response.error || response.status != 200)
            return;
        m_details = trinoDetails(response.bytes());
        if (m_details.stageNames.isEmpty()) // it was still queued: there is no plan yet
            m_detailsTimer.start(m_detailsTimer.interval() * 2);
        report(m_progress);
    });
}

void TrinoStatement::doPause()
{
    if (m_spool)
        m_spool->setPaused(true);
    advance();
}

void TrinoStatement::doResume()
{
    m_heartbeatTimer.stop();
    if (m_spool)
        m_spool->setPaused(false);
    if (!m_isDone)
        advance();
}

void TrinoStatement::doCancel()
{
    const bool isPosting = !m_hasAsked && m_knownUri.isEmpty();
    abortCall();
    m_waiting.clear();
    if (m_spool)
        m_spool->abort();
    if (isPosting) {
        failWith({ .code = Error::Code::Cancelled, .message = u"Cancelled before the server took it; nothing ran."_s });
        return;
    }
    if (m_isAllReceived) {
        Error error { .code = Error::Code::Cancelled, .message = u"Cancelled; the server had finished already."_s };
        error.mayHaveRun = mayHaveRun();
        failWith(std::move(error));
        return;
    }
    // To the address of the GET that was just given up, the latest one. No GET may follow: 483 answers it with an
    // internal error.
    const QUrl uri = std::exchange(m_knownUri, {});
    m_nextUri.clear();
    HttpCall *call = m_client->sendLast(m_client->request("DELETE", uri));
    connect(call, &HttpCall::finished, this, [this](const HttpResponse &response) {
        Error error { .code = Error::Code::Cancelled };
        if (!response.error && response.status >= 200 && response.status < 300) {
            error.message = u"Cancelled: stopped on the server."_s;
        } else {
            error.message = u"Cancelled, but the server did not confirm."_s;
            error.hint = u"It may go on running there: look for the query id on the server."_s;
            error.detail = response.error ? response.error->message : u"HTTP %1"_s.arg(response.status);
        }
        error.mayHaveRun = mayHaveRun();
        failWith(std::move(error));
    });
}

void TrinoStatement::doCancelPartially()
{
    if (m_partialCancelUri.isEmpty() || m_isAllReceived)
        return;
    const QUrl uri = std::exchange(m_partialCancelUri, {});
    HttpCall *call = m_client->send(m_client->request("DELETE", uri));
    connect(call, &HttpCall::finished, this, [this](const HttpResponse &response) {
        if (!response.error && response.status >= 200 && response.status < 300)
            m_summary.partialReason = u"stopped early on request: the server answered from what it had read so far"_s;
    });
}

void TrinoStatement::abortCall()
{
    m_retryTimer.stop();
    m_heartbeatTimer.stop();
    m_detailsTimer.stop();
    for (HttpCall **running : { &m_call, &m_detailsCall }) {
        if (HttpCall *call = std::exchange(*running, nullptr))
            call->abort();
    }
}

// Once, and only while the server still has the query; nobody waits for the answer.
void TrinoStatement::cancelOnServer()
{
    const QUrl uri = std::exchange(m_knownUri, {});
    m_nextUri.clear();
    if (!uri.isEmpty() && !m_isAllReceived)
        m_client->sendLast(m_client->request("DELETE", uri));
}

void TrinoStatement::report(Progress progress)
{
    progress.percent = std::max(progress.percent, m_progress.percent); // the server's falls when it finds more work
    m_details.addTo(progress);
    m_progress = progress;
    Q_EMIT progressChanged(m_progress);
}

bool TrinoStatement::mayHaveRun() const
{
    return m_hasAsked && (m_isUpdate || (!m_schema && !m_isQuery));
}

// Rows that came before stay, so the message says how many; a query that still runs is cancelled on the server.
void TrinoStatement::failWith(Error error, bool isFromServer)
{
    if (std::exchange(m_isDone, true))
        return;
    abortCall();
    cancelOnServer();
    m_waiting.clear();
    if (m_spool)
        m_spool->abort();
    m_client->remove(this);
    if (error.queryId.isEmpty())
        error.queryId = queryId();
    if (error.infoUrl.isEmpty())
        error.infoUrl = infoUrl();
    if (!isFromServer && !error.isCancelled()) {
        error.mayHaveRun = mayHaveRun();
        if (m_summary.rowCount > 0)
            error.message = u"Incomplete after %1 rows: %2"_s.arg(numberText(m_summary.rowCount), error.message);
        else if (error.mayHaveRun)
            error.hint = (error.hint + u" The server may have run this statement: look before running it again."_s).trimmed();
        if (m_summary.rowCount > 0 && error.code == Error::Code::IO)
            error.code = Error::Code::Incomplete;
    }
    fail(error);
}

} // namespace Grebe
