// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>

#include "negotiatedcall.h"

#include "challenge.h"
#include "kerberoserror.h"

#include "transport/bodybuffer.h"

#include <QCoreApplication>
#include <QThreadPool>
#include <QtConcurrent>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int mostLegs = 4;

// Of its own, since each thread may hang for as long as a Kerberos server is silent. It is never destroyed: a thread that
// hangs must not keep the process from ending.
QThreadPool &pool()
{
    static QThreadPool *const threads = [] {
        auto *made = new QThreadPool;
        made->setMaxThreadCount(8);
        made->setObjectName("Kerberos");
        return made;
    }();
    return *threads;
}

// What a server says behind "Negotiate": absent without the scheme, empty with nothing behind it.
std::optional<QByteArray> negotiateToken(const HttpResponse &response)
{
    const QList<AuthChallenge> challenges = challengesOf(response);
    const auto it = std::ranges::find(challenges, QByteArrayView("negotiate"), &AuthChallenge::scheme);
    if (it == challenges.end())
        return std::nullopt;
    return it->token68;
}

Error badToken(const KerberosOptions &options, const QString &detail)
{
    return { .code = Error::Code::InvalidData,
             .message = u"The answer does not prove that it is from %1, so it was not used."_s.arg(options.servicePrincipal()),
             .hint = u"Is something between this computer and the server that answers in its place? The server's keytab may be wrong too."_s,
             .detail = detail,
             .vendorCode = u"KERBEROS_MUTUAL"_s };
}

} // namespace

NegotiatedCall::NegotiatedCall(const KerberosOptions &options, const HttpRequest &request, When when, Send send, QObject *parent)
    : HttpCall(parent), m_options(options), m_request(request), m_send(std::move(send))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        const bool isVerifying = m_isAnswered;
        fail(kerberosTimeout(m_options), isVerifying);
    });
    if (when == When::WhenAsked) {
        sendWith({});
        return;
    }
    // Later, for a token that is there at once must not bring an answer before anybody listens.
    QMetaObject::invokeMethod(this, [this] {
        if (!m_isDone)
            negotiate({}, [this](const QByteArray &token) { sendWith(token); });
    }, Qt::QueuedConnection);
}

NegotiatedCall::~NegotiatedCall()
{
    if (m_context)
        m_context->abandon();
}

void NegotiatedCall::abort()
{
    if (std::exchange(m_isDone, true))
        return;
    m_deadline.stop();
    if (m_context)
        m_context->abandon();
    if (m_call)
        m_call->abort();
    deleteLater();
}

void NegotiatedCall::negotiate(const QByteArray &input, std::function<void(const QByteArray &)> then)
{
    if (!m_context)
        m_context = std::make_shared<KerberosContext>(m_options);
    ++m_legCount;
    m_deadline.start(m_options.deadline);
    QtConcurrent::run(&pool(), [context = m_context, input] { return context->step(input); })
        .then(this, [this, then = std::move(then)](const Result<QByteArray> &token) {
            if (m_isDone)
                return;
            m_deadline.stop();
            if (token)
                then(*token);
            else if (m_isAnswered)
                fail(badToken(m_options, token.error().detail), true);
            else
                fail(token.error(), false);
        });
}

void NegotiatedCall::sendWith(const QByteArray &token)
{
    HttpRequest request = m_request;
    if (!token.isEmpty())
        request.headers << std::pair(QByteArray("Authorization"), "Negotiate " + token.toBase64());
    m_call = m_send(request);
    connect(m_call, &HttpCall::resolved, this, &HttpCall::resolved);
    connect(m_call, &HttpCall::connected, this, &HttpCall::connected);
    connect(m_call, &HttpCall::encrypted, this, &HttpCall::encrypted);
    connect(m_call, &HttpCall::bodyGrew, this, &HttpCall::bodyGrew);
    connect(m_call, &HttpCall::finished, this, &NegotiatedCall::onFinished);
}

void NegotiatedCall::onFinished(const HttpResponse &response)
{
    if (m_isDone)
        return;
    const std::optional<QByteArray> offer = response.error ? std::nullopt : negotiateToken(response);
    const bool isRefusal = response.status == 401;
    // A first request without a token is over with the plain offer; a later refusal without a token is final.
    const bool isBegun = m_context != nullptr;
    const bool isAsked = offer && isRefusal && (isBegun != offer->isEmpty()) && m_legCount < mostLegs;
    const bool isProof = offer && !offer->isEmpty() && isBegun && response.status < 300;
    if (!isAsked && !isProof) {
        end(response);
        return;
    }
    m_isAnswered = isProof;
    const auto decoded = QByteArray::fromBase64Encoding(*offer, QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded) {
        fail(badToken(m_options, u"What follows Negotiate is not Base64."_s), isProof);
        return;
    }
    if (isAsked) {
        if (!isBegun)
            Q_EMIT asked();
        negotiate(*decoded, [this](const QByteArray &token) { sendWith(token); });
        return;
    }
    negotiate(*decoded, [this, response](const QByteArray &) {
        if (m_context->isComplete())
            end(response);
        else
            fail(badToken(m_options, u"The exchange is not complete."_s), true);
    });
}

void NegotiatedCall::end(const HttpResponse &response)
{
    m_isDone = true;
    Q_EMIT finished(response);
    deleteLater();
}

void NegotiatedCall::fail(const Error &error, bool mayHaveBeenSent)
{
    if (m_context)
        m_context->abandon();
    static const uint8_t nothing[BodyBuffer::Padding] = {};
    HttpResponse response;
    response.body = std::make_shared<arrow::Buffer>(nothing, 0);
    response.url = m_request.url;
    response.error = error;
    response.mayHaveBeenSent = mayHaveBeenSent;
    end(response);
}

} // namespace Grebe
