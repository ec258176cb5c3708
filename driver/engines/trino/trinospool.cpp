// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>
#include <arrow/record_batch.h>

#include "trinospool.h"

#include "trinoclient.h"
#include "trinorowdecoder.h"

#include "engines/decodepool.h"
#include "transport/redaction.h"

#include <QDateTime>
#include <QPointer>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTimer>
#include <QtConcurrentRun>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace Grebe {

namespace {

// Qt opens six connections to a host, and the polls need one.
constexpr int downloadsAtOnce = 4;
// Three of the largest that a server makes by default: more comes no sooner, and waits as JSON or as columns for its turn.
constexpr qint64 bytesAtOnce = qint64(48) << 20;
// References cost nothing, but the rows of inline segments are here already.
constexpr size_t segmentsAhead = 32;
constexpr qint64 inlineBytesAhead = 64'000'000;
constexpr int retries = 5;
constexpr int maximumRedirects = 5;
// The server's own words, in front of a Java stack, with status 500.
constexpr QByteArrayView expiryText = "Segment not found or expired";

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What stands between `<tag>` and `</tag>` in an object store's answer.
QString xmlText(const QString &xml, const QString &tag)
{
    const QRegularExpression expression(u"<%1>([^<]*)</%1>"_s.arg(tag));
    return expression.match(xml).captured(1).simplified();
}

/// What the answer says for people, short.
QString answerText(const HttpResponse &response)
{
    const QString body = QString::fromUtf8(response.bytes().first(std::min<qsizetype>(response.bytes().size(), 8192))).trimmed();
    QString text;
    if (body.contains("<Code>"_L1)) {
        const QString message = xmlText(body, u"Message"_s);
        const QString code = xmlText(body, u"Code"_s);
        text = message.isEmpty() ? code : u"%1 (%2)"_s.arg(message, code);
    } else if (!body.startsWith(u'<')) {
        text = body.section(u'\n', 0, 0);
    }
    return Redaction::text(QStringView(text).left(500));
}

} // namespace

struct TrinoSpool::Entry
{
    enum class State { Waiting, Fetching, Decoding, Done };

    State state = State::Waiting;
    TrinoSegment segment;
    TrinoSegments::Packing packing = TrinoSegments::Packing::None;
    std::shared_ptr<const TrinoRowDecoder> decoder;
    QPointer<HttpCall> call;
    std::unique_ptr<QTimer> timer; ///< of the next attempt
    int attempts = 0;
    int redirects = 0;
    JsonRowsResult rows;
    std::optional<Error> error; ///< in place of rows

    qint64 size() const { return std::max(segment.byteCount, segment.unpackedByteCount); }
};

TrinoSpool::TrinoSpool(std::shared_ptr<TrinoClient> client, qint64 deliveredRows)
    : m_client(std::move(client)), m_announcedRows(deliveredRows)
{
}

TrinoSpool::~TrinoSpool()
{
    abort();
}

void TrinoSpool::add(TrinoSegments segments, const std::shared_ptr<const TrinoRowDecoder> &decoder)
{
    if (m_isOver)
        return;
    for (TrinoSegment &segment : segments.list) {
        if (segment.rowOffset >= 0 && segment.rowOffset != m_announcedRows) {
            fail({.code = Error::Code::Incomplete,
                  .message = u"Rows are missing: the server went on at row %1 after %2 rows."_s.arg(segment.rowOffset).arg(m_announcedRows)});
            return;
        }
        m_announcedRows += segment.rowCount;
        auto entry = std::make_shared<Entry>();
        entry->segment = std::move(segment);
        entry->packing = segments.packing;
        entry->decoder = decoder;
        if (entry->segment.bytes)
            m_bytesHeld += entry->segment.bytes->size();
        m_entries.push_back(std::move(entry));
    }
    start();
}

void TrinoSpool::addRows(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (m_isOver)
        return;
    m_announcedRows += batch->num_rows();
    auto entry = std::make_shared<Entry>();
    entry->state = Entry::State::Done;
    entry->rows.batch = batch;
    m_entries.push_back(std::move(entry));
    deliver();
}

bool TrinoSpool::isFull() const
{
    return m_entries.size() >= segmentsAhead || m_bytesHeld >= inlineBytesAhead;
}

void TrinoSpool::setPaused(bool isPaused)
{
    m_isPaused = isPaused;
    start();
}

void TrinoSpool::abort()
{
    m_isOver = true;
    for (const EntryPtr &entry : std::exchange(m_entries, {})) {
        if (entry->call)
            entry->call->abort();
        entry->timer.reset();
    }
}

// In order, so that what is delivered next is never what has not begun.
void TrinoSpool::start()
{
    if (m_isOver || m_isPaused)
        return;
    for (size_t i = 0; i < m_entries.size() && !m_isOver; ++i) {
        const EntryPtr entry = m_entries[i];
        if (entry->state != Entry::State::Waiting)
            continue;
        if (m_bytesInFlight > 0 && m_bytesInFlight + entry->size() > bytesAtOnce)
            return;
        if (entry->segment.bytes) {
            m_bytesInFlight += entry->size();
            decode(entry, entry->segment.bytes);
        } else if (m_downloadCount < downloadsAtOnce) {
            m_bytesInFlight += entry->size();
            ++m_downloadCount;
            entry->state = Entry::State::Fetching;
            fetch(entry, entry->segment.uri);
        } else {
            return;
        }
    }
}

void TrinoSpool::fetch(const EntryPtr &entry, const QUrl &url)
{
    const Result<HttpCall *> call = m_client->fetchSegment(url, entry->segment.headers, entry->redirects > 0);
    if (!call) {
        fail(call.error());
        return;
    }
    entry->call = *call;
    connect(*call, &HttpCall::finished, this, [this, entry](const HttpResponse &response) {
        if (!m_isOver)
            onFetched(entry, response);
    });
}

void TrinoSpool::onFetched(const EntryPtr &entry, const HttpResponse &response)
{
    entry->call = nullptr;
    Q_EMIT received(response.wireBytes);
    if (m_isOver)
        return;
    if (!response.error && isRedirect(response.status)) {
        redirect(entry, response);
        return;
    }
    if (!response.error && response.status == 200 && response.body->size() == entry->segment.byteCount) {
        --m_downloadCount;
        decode(entry, response.body);
        start();
        return;
    }

    const QString host = response.url.host();
    const bool isExpired = !response.error && response.bytes().indexOf(expiryText) >= 0;
    const QString said = response.error ? QString() : answerText(response);
    Error error {.code = Error::Code::Incomplete};
    bool isTransient = false;
    if (response.error) {
        error = *response.error;
        isTransient = RetryPolicy::isTransient(response);
        error.message = u"A stored part of the result could not be fetched: %1"_s.arg(error.message);
        if (error.vendorCode == "TLS_CERTIFICATE"_L1 && !m_client->isOrigin(response.url)) {
            error.hint = (error.hint + u" The storage at %1 may have an authority of its own: the option storageCaFile names its "
                                       u"file; encoding=direct goes without the storage."_s.arg(host)).trimmed();
        } else if (!m_client->isOrigin(response.url)) {
            error.hint = (error.hint + u" The server keeps results in storage at %1, which this computer must reach; "
                                       u"encoding=direct in the connection goes without it."_s.arg(host)).trimmed();
        }
    } else if (response.status == 200) {
        // A chunked body that lost its end looks whole from here on; its length tells.
        isTransient = true;
        error.message = u"%1 sent %2 bytes of a stored part of the result, which has %3."_s.arg(host).arg(
            response.body->size()).arg(entry->segment.byteCount);
    } else if (isExpired) {
        error.message = u"%1 no longer has a part of the result: the segment was not found or has expired."_s.arg(host);
        error.hint = u"Servers keep stored results for a limited time. Run the statement again."_s;
    } else if (response.status == 403) {
        error.code = Error::Code::Unauthorized;
        error.message = u"%1 refused to hand out a stored part of the result: %2"_s.arg(host, said.isEmpty() ? u"HTTP 403"_s : said);
        error.hint = u"Addresses of stored results are signed for a limited time: it may have passed, or the clocks of the "
                     u"server and of the storage differ."_s;
    } else if (response.status == 404) {
        error.message = u"%1 no longer has a part of the result: %2"_s.arg(host, said.isEmpty() ? u"HTTP 404"_s : said);
        error.hint = u"Servers keep stored results for a limited time. Run the statement again."_s;
    } else {
        isTransient = response.status == 429 || response.status >= 500;
        error.code = isTransient ? Error::Code::Incomplete : Error::Code::InvalidData;
        error.message = u"%1 did not hand out a stored part of the result: %2"_s.arg(
            host, said.isEmpty() ? u"HTTP %1"_s.arg(response.status) : said);
        error.detail = u"HTTP %1"_s.arg(response.status);
    }
    if (isTransient)
        fetchAgain(entry, response, error);
    else
        fail(std::move(error));
}

// By hand: the storage gets the segment's headers and nothing of this connection.
void TrinoSpool::redirect(const EntryPtr &entry, const HttpResponse &response)
{
    const QByteArray location = response.header("Location");
    const QUrl target = response.url.resolved(QUrl::fromEncoded(location, QUrl::StrictMode));
    const QString from = response.url.host();
    const auto refuse = [&](const QString &why) {
        fail({.code = Error::Code::InvalidData,
              .message = u"%1 redirects a stored part of the result %2. Nothing was sent there."_s.arg(from, why)});
    };
    if (location.isEmpty() || !target.isValid() || target.host().isEmpty())
        return refuse(u"to an address that cannot be used"_s);
    if (target.scheme() != "http"_L1 && target.scheme() != "https"_L1)
        return refuse(u"to an address that is not of the web"_s);
    if (target.scheme() == "http"_L1 && response.url.scheme() == "https"_L1)
        return refuse(u"from TLS to %1 without it"_s.arg(target.host()));
    if (++entry->redirects > maximumRedirects)
        return refuse(u"in circles"_s);
    fetch(entry, target);
}

// From its own address again: what a redirect led to may have been for once.
void TrinoSpool::fetchAgain(const EntryPtr &entry, const HttpResponse &response, const Error &error)
{
    const RetryOptions &options = m_client->retryOptions();
    const std::optional<milliseconds> asked = response.error
        ? std::nullopt : RetryPolicy::retryAfter(response, QDateTime::currentDateTimeUtc());
    if (entry->attempts >= retries || (asked && *asked > options.longestRetryAfter)) {
        Error last = error;
        if (last.code == Error::Code::IO)
            last.code = Error::Code::Incomplete;
        if (entry->attempts > 0)
            last.message += u" Tried %1 times."_s.arg(entry->attempts + 1);
        fail(std::move(last));
        return;
    }
    // 0.4, 0.8, 1.6, 3.2, 6.4 s, up to half of it left to chance.
    const double grown = double(options.first.count()) * 4 * std::pow(2, entry->attempts);
    const double capped = std::min(grown, double(options.longest.count()));
    milliseconds wait(qint64(capped * (0.5 + 0.5 * QRandomGenerator::global()->generateDouble())));
    if (asked)
        wait = std::max(wait, *asked);
    ++entry->attempts;
    entry->redirects = 0;
    entry->timer = std::make_unique<QTimer>();
    entry->timer->setSingleShot(true);
    connect(entry->timer.get(), &QTimer::timeout, this, [this, entry] {
        if (!m_isOver)
            fetch(entry, entry->segment.uri);
    });
    entry->timer->start(wait);
    Q_EMIT retrying();
}

void TrinoSpool::decode(const EntryPtr &entry, const std::shared_ptr<arrow::Buffer> &bytes)
{
    entry->state = Entry::State::Decoding;
    QtConcurrent::run(&decodePool(), [bytes, segment = entry->segment, packing = entry->packing, decoder = entry->decoder] {
        return decodeTrinoSegment(*bytes, segment, packing, *decoder);
    }).then(this, [this, entry](const Result<JsonRowsResult> &rows) {
        if (!m_isOver)
            onDecoded(entry, rows);
    });
}

void TrinoSpool::onDecoded(const EntryPtr &entry, const Result<JsonRowsResult> &rows)
{
    if (entry->segment.bytes) {
        m_bytesHeld -= entry->segment.bytes->size();
        entry->segment.bytes.reset();
    }
    entry->state = Entry::State::Done;
    if (rows) {
        entry->rows = *rows;
        acknowledge(entry->segment);
    } else {
        entry->error = rows.error(); // told behind the rows before it, which may still be on their way
    }
    deliver();
}

// So that the server may forget them before their time; nobody waits for the answer, and none is missed.
void TrinoSpool::acknowledge(const TrinoSegment &segment)
{
    if (!segment.ackUri.isEmpty())
        m_client->acknowledgeSegment(segment.ackUri, segment.headers);
}

void TrinoSpool::deliver()
{
    if (std::exchange(m_isDelivering, true))
        return; // a receiver of batchReady() added something
    while (!m_isOver && !m_entries.empty() && m_entries.front()->state == Entry::State::Done) {
        const EntryPtr entry = m_entries.front();
        m_entries.pop_front();
        if (entry->error) {
            fail(*entry->error);
            break;
        }
        if (entry->decoder)
            m_bytesInFlight -= entry->size();
        if (entry->rows.unparsableCount > 0)
            Q_EMIT unparsableFound(entry->rows.unparsableCount, entry->rows.firstUnparsable);
        if (entry->rows.batch && !m_isOver)
            Q_EMIT batchReady(entry->rows.batch);
    }
    m_isDelivering = false;
    if (m_isOver)
        return;
    start();
    if (!m_isOver)
        Q_EMIT delivered();
}

void TrinoSpool::fail(Error error)
{
    if (m_isOver)
        return;
    abort();
    Q_EMIT failed(error);
}

} // namespace Grebe
