// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"
#include "exitcode.h"
#include "terminalcredentials.h"

#include "connections/connectionstore.h"
#include "extension/driverextension.h"

namespace Grebe {

/// What the commands share: the driver, the stored connections, and the connection that the arguments name.
class CommandSession
{
public:
    CommandSession();
    ~CommandSession();

    /// Loads the driver; an error is ExitNoConnection's.
    Result<void> load();
    QList<const EngineInfo *> engines() const;
    ConnectionStore &store() { return *m_store; }

    /// --url, --connection and --session, for a command's option table.
    static QList<ArgumentOption> connectionOptions();
    /// The parameters that --url or --connection name. A secret in a URL is an error.
    Result<ConnectionParameters> parameters(const Arguments &arguments) const;
    Result<ConnectionParameters> parametersOfUrl(const QString &url) const;
    TerminalCredentials &credentials() { return m_credentials; }
    /// Not open yet.
    ConnectionPtr connect(const ConnectionParameters &parameters);

    /// What an error of running a statement means to a shell.
    static ExitCode exitCodeOfStatement(const Error &error, bool wasStarted, qint64 rowCount);

private:
    DriverExtension *m_extension = nullptr;
    std::unique_ptr<ConnectionStore> m_store;
    TerminalCredentials m_credentials;
};

} // namespace Grebe
