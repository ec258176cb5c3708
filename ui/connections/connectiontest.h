// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QElapsedTimer>
#include <QObject>

namespace Grebe {

/// Tries a connection: opens it and asks it one small query, telling each step as it goes.
///
/// Shape      steps() lists what is expected for the engine from the start, in order; each is Running, then Done, Failed
///            or Skipped. Exactly one finished() comes after start().
/// Thread     GUI.
/// Ownership  of the connection; deleting the test cancels it.
class ConnectionTest : public QObject
{
    Q_OBJECT
public:
    enum class State { Waiting, Running, Done, Failed, Skipped };
    struct Step
    {
        ConnectionStep::Kind kind;
        State state = State::Waiting;
        QString text;
        std::chrono::milliseconds duration {};
    };

    explicit ConnectionTest(ConnectionPtr connection, QObject *parent = nullptr);
    ~ConnectionTest() override;

    void start();
    const QList<Step> &steps() const { return m_steps; }
    static QString stepName(ConnectionStep::Kind kind);

Q_SIGNALS:
    void changed();
    /// What the server says of itself, or the error of the step that failed.
    void finished(const Grebe::Result<Grebe::ServerInfo> &outcome);

private:
    void setStep(const ConnectionStep &step);
    Step &step(ConnectionStep::Kind kind);
    void query(const ServerInfo &server);
    void end(const Result<ServerInfo> &outcome);

    ConnectionPtr m_connection;
    StatementPtr m_statement;
    QList<Step> m_steps;
    QElapsedTimer m_clock;
    bool m_ended = false;
};

} // namespace Grebe
