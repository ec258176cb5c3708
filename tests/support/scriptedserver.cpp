// SPDX-License-Identifier: Apache-2.0
#include "scriptedserver.h"

#include <QMutex>
#include <QTest>

#include <deque>

using namespace Qt::StringLiterals;

namespace Grebe {

struct ScriptedServer::Expectation::Data
{
    QByteArray line;
    int status = 200;
    QByteArray body;
    TestHeaders headers;
    std::optional<FaultReply> reply;
    TestHeaders wantedHeaders;
    std::optional<QByteArray> wantedBody;
    std::chrono::milliseconds delay { 0 };
    int times = 1;
    int used = 0;
    bool isOptional = false;
    bool isHeld = false;
};

static bool fits(const QByteArray &line, const QByteArray &request)
{
    return line.endsWith('*') ? request.startsWith(QByteArrayView(line).chopped(1)) : request == line;
}

ScriptedServer::Expectation::Expectation(std::shared_ptr<Data> data)
    : m_data(std::move(data))
{
}

ScriptedServer::Expectation &ScriptedServer::Expectation::answer(int status, const QByteArray &body,
                                                                 const TestHeaders &headers)
{
    m_data->status = status;
    m_data->body = body;
    m_data->headers = headers;
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::answer(const FaultReply &reply)
{
    m_data->reply = reply;
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::optional()
{
    m_data->isOptional = true;
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::times(int count)
{
    m_data->times = count;
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::withHeader(const QByteArray &name, const QByteArray &value)
{
    m_data->wantedHeaders.emplaceBack(name, value);
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::withBody(const QByteArray &body)
{
    m_data->wantedBody = body;
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::after(std::chrono::milliseconds delay)
{
    m_data->delay = delay;
    return *this;
}

ScriptedServer::Expectation &ScriptedServer::Expectation::held()
{
    m_data->isHeld = true;
    return *this;
}

class ScriptedServer::Private
{
public:
    FaultReply reply(const RecordedRequest &request);
    QByteArray placed(QByteArray text) const
    {
        text.replace("{server}", own);
        if (!recordedOrigin.isEmpty())
            text.replace(recordedOrigin, own);
        return text;
    }

    mutable QMutex mutex;
    std::deque<Expectation> script;
    QStringList problems;
    QByteArray own; // our origin
    QByteArray recordedOrigin;
    bool isForgiven = false;
    std::unique_ptr<FaultServer> server; // last: its thread ends before what its handler uses
};

FaultReply ScriptedServer::Private::reply(const RecordedRequest &request)
{
    const QMutexLocker lock(&mutex);
    for (Expectation &expectation : script) {
        auto &data = *expectation.m_data;
        if ((data.times > 0 && data.used >= data.times) || !fits(data.line, request.line())
            || (data.wantedBody && *data.wantedBody != request.body))
            continue;
        ++data.used;
        for (const auto &[name, value] : data.wantedHeaders) {
            if (request.header(name) != value)
                problems << u"%1 came with %2: %3, expected %4"_s.arg(QString::fromUtf8(request.line()),
                                                                     QString::fromUtf8(name),
                                                                     QString::fromUtf8(request.header(name)),
                                                                     QString::fromUtf8(value));
        }
        FaultReply answer;
        if (data.reply) {
            answer = *data.reply;
        } else {
            TestHeaders headers = data.headers;
            bool hasType = false;
            for (auto &[name, value] : headers) {
                value = placed(value);
                hasType |= name.compare("Content-Type", Qt::CaseInsensitive) == 0;
            }
            if (!hasType && data.status != 204)
                headers.emplaceBack("Content-Type", "application/json");
            answer = FaultReply::whole(data.status, placed(data.body), headers);
        }
        if (data.delay.count() > 0)
            answer.delay = data.delay;
        answer.isHeld = data.isHeld;
        return answer;
    }
    problems << u"nobody expected %1 %2"_s.arg(QString::fromUtf8(request.line()), QString::fromUtf8(request.body)).trimmed();
    return FaultReply::whole(599, "nobody expected " + request.line(), { { "Content-Type", "text/plain" } });
}

ScriptedServer::ScriptedServer()
    : d(std::make_unique<Private>())
{
    d->server = std::make_unique<FaultServer>();
    d->own = d->server->url().toEncoded();
    d->server->setHandler([this](const RecordedRequest &request, int) { return d->reply(request); });
}

ScriptedServer::~ScriptedServer()
{
    d->server.reset();
    if (d->isForgiven || QTest::currentTestFailed())
        return;
    const QStringList all = problems(true);
    if (!all.isEmpty())
        QTest::qFail(qPrintable(all.join(u"; "_s)), __FILE__, __LINE__);
}

ScriptedServer::Expectation &ScriptedServer::expect(const QByteArray &line)
{
    const QMutexLocker lock(&d->mutex);
    auto data = std::make_shared<Expectation::Data>();
    data->line = line;
    d->script.push_back(Expectation(data));
    return d->script.back();
}

void ScriptedServer::setRecordedOrigin(const QByteArray &origin)
{
    const QMutexLocker lock(&d->mutex);
    d->recordedOrigin = origin;
}

QUrl ScriptedServer::url(const QString &path) const
{
    return d->server->url(path);
}

quint16 ScriptedServer::port() const
{
    return d->server->port();
}

int ScriptedServer::requestCount() const
{
    return d->server->requestCount();
}

int ScriptedServer::requestCount(const QByteArray &line) const
{
    const auto all = d->server->requests();
    return int(std::ranges::count_if(all, [&](const RecordedRequest &request) { return fits(line, request.line()); }));
}

QList<RecordedRequest> ScriptedServer::requests() const
{
    return d->server->requests();
}

void ScriptedServer::release()
{
    d->server->releaseHeld();
}

QStringList ScriptedServer::problems(bool atEnd) const
{
    const QMutexLocker lock(&d->mutex);
    QStringList all = d->problems;
    if (atEnd) {
        for (const Expectation &expectation : d->script) {
            const auto &data = *expectation.m_data;
            if (!data.isOptional && data.used < data.times)
                all << u"%1 came %2 of %3 times"_s.arg(QString::fromUtf8(data.line)).arg(data.used).arg(data.times);
        }
    }
    return all;
}

void ScriptedServer::forgive()
{
    d->isForgiven = true;
}

FaultServer &ScriptedServer::faults()
{
    return *d->server;
}

} // namespace Grebe
