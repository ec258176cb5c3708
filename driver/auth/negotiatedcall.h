// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kerberos.h"

#include "transport/httpclient.h"

#include <QPointer>
#include <QTimer>

#include <functional>
#include <memory>

namespace Grebe {

/// A request that is signed in to with Kerberos (Authorization: Negotiate), whatever protocol it is of.
///
/// Shape      a fresh token for each request, made in a pool: a Kerberos server may have to be asked. With AtOnce the token
///            goes along from the start, with WhenAsked the request goes without, and again with one when the server
///            answers 401 and offers Negotiate. Longer exchanges are followed. Where the server proves who it is in its
///            answer, the proof is checked before the answer is handed on; over HTTP many servers send none, and TLS says
///            who they are.
/// Errors     as of KerberosContext, in HttpResponse::error, with mayHaveBeenSent false as long as the server has run
///            nothing. InvalidData when the answer's proof is wrong. A refused token comes back as the 401 it is.
/// Thread     that of the client behind `send`.
/// Ownership  as of any HttpCall; `parent` is the client.
/// Source     RFC 4559.
class NegotiatedCall final : public HttpCall
{
    Q_OBJECT
public:
    using Send = std::function<HttpCall *(const HttpRequest &)>;
    enum class When { AtOnce, WhenAsked };

    NegotiatedCall(const KerberosOptions &options, const HttpRequest &request, When when, Send send, QObject *parent);
    ~NegotiatedCall() override;

    void abort() override;

Q_SIGNALS:
    /// A request without a token was refused: those that follow had better bring one.
    void asked();

private:
    void negotiate(const QByteArray &input, std::function<void(const QByteArray &)> then);
    void sendWith(const QByteArray &token);
    void onFinished(const HttpResponse &response);
    void end(const HttpResponse &response);
    void fail(const Error &error, bool mayHaveBeenSent);

    const KerberosOptions m_options;
    const HttpRequest m_request;
    const Send m_send;
    std::shared_ptr<KerberosContext> m_context; ///< shared with the step that is under way
    QPointer<HttpCall> m_call;
    QTimer m_deadline;
    int m_legCount = 0;
    bool m_isAnswered = false; ///< the server took the request
    bool m_isDone = false;
};

} // namespace Grebe
