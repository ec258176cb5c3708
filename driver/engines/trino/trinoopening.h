// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoclient.h"

#include "extension/dialect.h"

#include <QElapsedTimer>

namespace Grebe {

/// Opening a connection step by step: address, TLS, who the server is, whether it takes us, and a first query when that
/// is asked for or the only way to find out.
///
/// Shape      done() is emitted once; each step is Running before it is Done, Failed or Skipped.
/// Thread     the engine's.
/// Ownership  its parent's; deletes itself after done().
class TrinoOpening final : public QObject
{
    Q_OBJECT
public:
    TrinoOpening(std::shared_ptr<TrinoClient> client, const Dialect &dialect, QObject *parent);

    void start();
    /// Of the sign-in that the answer is about.
    int generation() const { return m_generation; }

Q_SIGNALS:
    void stepChanged(const Grebe::ConnectionStep &step);
    void done(const Grebe::Result<Grebe::ServerInfo> &result);

private:
    using Kind = ConnectionStep::Kind;

    void askInfo();
    void onInfo(const HttpResponse &response, int generation);
    void checkSignIn();
    void onSignInAnswer(const HttpResponse &response, int generation);
    void askIdentity();
    void endSignIn();
    void firstQuery(bool isSignInCheck);
    void begin(Kind kind, const QString &text = {});
    void complete(const QString &text = {});
    void skip(Kind kind, const QString &text);
    void fail(const Error &error);
    void succeed();

    std::shared_ptr<TrinoClient> m_client;
    const Dialect &m_dialect;
    ServerInfo m_info;
    std::optional<Kind> m_step; ///< the one that runs
    QElapsedTimer m_since;
    int m_generation = 0;
    bool m_wasLetIn = false; ///< where only those are who are known
    bool m_isDone = false;
};

} // namespace Grebe
