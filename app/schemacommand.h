// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"
#include "commandsession.h"

#include <QObject>

namespace Grebe {

/// `grebe schema`: lists one level of a server's catalog tree.
class SchemaCommand : public QObject
{
    Q_OBJECT
public:
    explicit SchemaCommand(const Arguments &arguments, QObject *parent = nullptr);
    ~SchemaCommand() override;

    static QList<ArgumentOption> options();
    void start();
    void interrupt();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void list();
    void fail(int exitCode, const Error &error);

    const Arguments m_arguments;
    CommandSession m_session;
    ConnectionPtr m_connection;
    bool m_isInterrupted = false;
};

} // namespace Grebe
