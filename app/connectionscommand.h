// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"
#include "commandsession.h"

#include <QObject>

namespace Grebe {

/// `grebe connections list|add|test|remove`.
class ConnectionsCommand : public QObject
{
    Q_OBJECT
public:
    explicit ConnectionsCommand(const Arguments &arguments, QObject *parent = nullptr);
    ~ConnectionsCommand() override;

    static QList<ArgumentOption> options();
    void start();
    void interrupt();

Q_SIGNALS:
    void finished(int exitCode);

private:
    Result<void> list();
    Result<void> add();
    Result<void> remove();
    Result<void> test();
    void showStep(const ConnectionStep &step);
    void fail(int exitCode, const Error &error);

    const Arguments m_arguments;
    CommandSession m_session;
    ConnectionPtr m_connection;
    bool m_isInterrupted = false;
};

} // namespace Grebe
