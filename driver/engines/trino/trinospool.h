// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinosegments.h"

#include <QObject>

#include <arrow/type_fwd.h>

#include <deque>
#include <memory>

class QTimer;

namespace Grebe {

class TrinoClient;
class TrinoRowDecoder;

/// The parts of one result that do not stand in its pages: fetched several at a time, unpacked and decoded on the pool in
/// whatever order they come, delivered in the order of their rows.
///
/// Shape      add() and addRows() in page order; batchReady() in the same order. drained() when nothing is left. After
///            failed(), or abort(), nothing comes any more.
/// Units      at most 4 downloads at once; what is fetched or unpacked and not delivered yet stays below 48 MiB as
///            announced, unless one segment alone is larger.
/// Errors     one failed(). A download is tried 6 times when the network, 429 or 5xx stands in its way. No text holds
///            an address's path or query.
/// Thread     the engine's.
/// Source     Trino client REST API, "Spooling protocol"; Trino documentation, "Client protocol".
class TrinoSpool final : public QObject
{
    Q_OBJECT
public:
    /// `deliveredRows` came before the first segment.
    TrinoSpool(std::shared_ptr<TrinoClient> client, qint64 deliveredRows);
    ~TrinoSpool() override;

    void add(TrinoSegments segments, const std::shared_ptr<const TrinoRowDecoder> &decoder);
    /// Rows that stood in a page, to be delivered behind what was added before.
    void addRows(const std::shared_ptr<arrow::RecordBatch> &batch);
    bool isEmpty() const { return m_entries.empty(); }
    /// Enough waits here: no further page should be asked for until delivered() says otherwise.
    bool isFull() const;
    /// While it is paused no further download begins; those under way are delivered.
    void setPaused(bool isPaused);
    void abort();

Q_SIGNALS:
    void batchReady(const std::shared_ptr<arrow::RecordBatch> &batch);
    /// Values that are kept as the server's text.
    void unparsableFound(qint64 count, const QString &first);
    void received(qint64 wireBytes);
    void retrying();
    /// Some were delivered: isFull() and isEmpty() may have changed.
    void delivered();
    void failed(const Grebe::Error &error);

private:
    struct Entry;
    using EntryPtr = std::shared_ptr<Entry>;

    void start();
    void fetch(const EntryPtr &entry, const QUrl &url);
    void onFetched(const EntryPtr &entry, const HttpResponse &response);
    void redirect(const EntryPtr &entry, const HttpResponse &response);
    void fetchAgain(const EntryPtr &entry, const HttpResponse &response, const Error &error);
    void decode(const EntryPtr &entry, const std::shared_ptr<arrow::Buffer> &bytes);
    void onDecoded(const EntryPtr &entry, const Result<JsonRowsResult> &rows);
    void acknowledge(const TrinoSegment &segment);
    void deliver();
    void fail(Error error);

    std::shared_ptr<TrinoClient> m_client;
    std::deque<EntryPtr> m_entries; ///< not delivered yet, in order
    qint64 m_announcedRows;
    qint64 m_bytesInFlight = 0; ///< unpacked, of what is fetched, waits to be decoded or to be delivered
    qint64 m_bytesHeld = 0; ///< of inline segments that are not decoded yet
    int m_downloadCount = 0;
    bool m_isPaused = false;
    bool m_isOver = false;
    bool m_isDelivering = false;
};

} // namespace Grebe
