// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"
#include "commandsession.h"

#include <QObject>

namespace Grebe {

/// `grebe login|logout|tokens`: sign-ins with the browser that the keychain keeps.
class SignInCommand : public QObject
{
    Q_OBJECT
public:
    enum class Verb { Login, Logout, Tokens };

    SignInCommand(Verb verb, const Arguments &arguments);
    ~SignInCommand() override;

    void start();
    void interrupt();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void login();
    void logout();
    void listTokens();
    void fail(int exitCode, const Error &error);

    const Verb m_verb;
    const Arguments m_arguments;
    CommandSession m_session;
    ConnectionPtr m_connection;
    bool m_isInterrupted = false;
};

class LoginCommand final : public SignInCommand
{
public:
    explicit LoginCommand(const Arguments &arguments) : SignInCommand(Verb::Login, arguments) { }
    static QList<ArgumentOption> options();
};

class LogoutCommand final : public SignInCommand
{
public:
    explicit LogoutCommand(const Arguments &arguments) : SignInCommand(Verb::Logout, arguments) { }
    static QList<ArgumentOption> options() { return LoginCommand::options(); }
};

class TokensCommand final : public SignInCommand
{
public:
    explicit TokensCommand(const Arguments &arguments) : SignInCommand(Verb::Tokens, arguments) { }
    static QList<ArgumentOption> options();
};

} // namespace Grebe
