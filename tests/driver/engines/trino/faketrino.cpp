// SPDX-License-Identifier: Apache-2.0
#include "faketrino.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace Grebe {

FakeTrino::FakeTrino(const QList<QByteArray> &pages) : m_pages(pages)
{
    m_server.setHandler([this](const RecordedRequest &request, int) { return handle(request); });
}

FakeTrino::FakeTrino(const QSslConfiguration &tls, const QList<QByteArray> &pages)
    : m_pages(pages), m_server(tls, [this](const RecordedRequest &request, int) { return handle(request); })
{
}

void FakeTrino::setTamper(const Tamper &tamper)
{
    const QMutexLocker lock(&m_mutex);
    m_tamper = tamper;
}

void FakeTrino::reset()
{
    const QMutexLocker lock(&m_mutex);
    m_queries.clear();
    m_deletes = m_heads = m_gets = 0;
    m_mistakes.clear();
}

FaultReply FakeTrino::handle(const RecordedRequest &request)
{
    const QMutexLocker lock(&m_mutex);
    FaultReply reply = answer(request);
    if (m_tamper)
        m_tamper(request, reply);
    return reply;
}

QByteArray FakeTrino::page(int query, const QByteArray &next, const QByteArray &members) const
{
    const QByteArray base = m_server.url().toEncoded();
    QByteArray body = R"({"id":"q)" + QByteArray::number(query) + R"(","infoUri":")" + base + R"(/ui/q","partialCancelUri":")" + base
        + "/v1/statement/executing/partialCancel/q" + QByteArray::number(query) + R"(/0/y/0")";
    if (!next.isEmpty())
        body += R"(,"nextUri":")" + base + next + '"';
    if (!members.isEmpty())
        body += ',' + QByteArray(members).replace("{server}", base);
    if (!members.contains(R"("stats")"))
        body += next.isEmpty() ? R"(,"stats":{"state":"FINISHED"})" : R"(,"stats":{"state":"RUNNING"})";
    return body + R"(,"warnings":[]})";
}

FaultReply FakeTrino::answer(const RecordedRequest &request)
{
    const TestHeaders json { { "Content-Type", "application/json" } };
    if (request.target == "/v1/info")
        return FaultReply::whole(200, R"({"nodeVersion":{"version":"476"},"environment":"test","starting":false})", json);
    if (request.line() == "POST /v1/statement") {
        m_queries << Query();
        const int query = int(m_queries.size());
        return FaultReply::whole(200, page(query, "/v1/statement/queued/q" + QByteArray::number(query) + "/y/1", R"("stats":{"state":"QUEUED"})"), json);
    }
    if (request.line() == "HEAD /v1/statement")
        return FaultReply::whole(200, {});
    // /v1/statement/STATE/qN/SLUG/TOKEN
    // /v1/statement/STATE/qN/SLUG/TOKEN
    const QList<QByteArray> parts = request.target.split('?').constFirst().split('/');
    if (parts.value(4) == "partialCancel")
        return FaultReply::whole(204, {});
    const int number = parts.value(4).mid(1).toInt();
    const int token = parts.value(6).toInt();
    if (number < 1 || number > m_queries.size())
        return FaultReply::whole(404, "Error 404 Not Found: Query not found", { { "Content-Type", "text/plain" } });
    Query &query = m_queries[number - 1];
    if (request.method == "DELETE") {
        ++m_deletes;
        if (query.isCancelled)
            m_mistakes << u"DELETE twice"_s;
        query.isCancelled = true;
        return FaultReply::whole(204, {});
    }
    if (query.isCancelled)
        m_mistakes << QString::fromLatin1(request.method) + u" after DELETE"_s;
    if (request.method == "HEAD") {
        ++m_heads;
        return FaultReply::whole(200, {});
    }
    ++m_gets;
    query.isExecuted = true;
    const QByteArray base = "/v1/statement/executing/q" + QByteArray::number(number) + "/y";
    if (parts.value(3) == "queued") {
        if (query.lastToken >= 0)
            return FaultReply::whole(410, "Error 410 Gone: HTTP 410 Gone", { { "Content-Type", "text/plain" } });
        return FaultReply::whole(200, page(number, base + "/0", {}), json);
    }
    if (token < query.lastToken || token > query.lastToken + 1) {
        m_mistakes << u"page %1 asked for behind page %2"_s.arg(token).arg(query.lastToken);
        return FaultReply::whole(410, "Error 410 Gone: HTTP 410 Gone", { { "Content-Type", "text/plain" } });
    }
    query.lastToken = token;
    const bool isLast = token + 1 >= m_pages.size();
    return FaultReply::whole(200, page(number, isLast ? QByteArray() : base + '/' + QByteArray::number(token + 1), m_pages.value(token)), json);
}

int FakeTrino::postCount() const
{
    const QMutexLocker lock(&m_mutex);
    return int(m_queries.size());
}

int FakeTrino::executionCount() const
{
    const QMutexLocker lock(&m_mutex);
    return int(std::count_if(m_queries.begin(), m_queries.end(), [](const Query &query) { return query.isExecuted; }));
}

int FakeTrino::deleteCount() const
{
    const QMutexLocker lock(&m_mutex);
    return m_deletes;
}

int FakeTrino::headCount() const
{
    const QMutexLocker lock(&m_mutex);
    return m_heads;
}

int FakeTrino::getCount() const
{
    const QMutexLocker lock(&m_mutex);
    return m_gets;
}

QStringList FakeTrino::mistakes() const
{
    const QMutexLocker lock(&m_mutex);
    return m_mistakes;
}

TrinoRecording::TrinoRecording(const QString &name)
{
    QFile file(QStringLiteral(GREBE_TEST_DATA "/%1.rec").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no recording %s", qPrintable(name));
    while (!file.atEnd()) {
        QByteArray line = file.readLine();
        line.chop(1);
        if (line.startsWith("# origin: ")) {
            m_origin = line.sliced(10);
        } else if (line.startsWith("# sql: ")) {
            sql = QJsonDocument::fromJson('[' + line.sliced(7) + ']').array().at(0).toString().toUtf8();
        } else if (line.startsWith("> ")) {
            m_exchanges << Exchange { .line = line.sliced(2) };
        } else if (line.startsWith("< ")) {
            const qsizetype colon = line.indexOf(": ");
            if (colon < 0)
                m_exchanges.last().status = line.sliced(2).toInt();
            else
                m_exchanges.last().headers.emplaceBack(line.sliced(2, colon - 2), line.sliced(colon + 2));
        } else if (!line.startsWith('#')) {
            m_exchanges.last().body = line;
        }
    }
}

void TrinoRecording::play(ScriptedServer &server, To to) const
{
    server.setRecordedOrigin(m_origin);
    for (const Exchange &exchange : m_exchanges) {
        auto &expectation = server.expect(exchange.line).answer(exchange.status, exchange.body, exchange.headers);
        if (to == To::ItsStatement && exchange.line == "POST /v1/statement")
            expectation.withBody(sql);
    }
}

} // namespace Grebe
