// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "faultserver.h"

#include <QStringList>

#include <memory>

namespace Grebe {

/// Plays a written exchange on the loopback and fails the test on a request nobody expected.
///
/// Shape      a request takes the first expectation of its line that is not used up; expectations of different lines may
///            be met in any order. "{server}" in bodies and header values becomes this server's own address; so does
///            the origin a recording was made on (setRecordedOrigin).
/// Errors     an unexpected request is answered 599 and, like an expectation nobody met, fails the running test when
///            the server goes. problems() tells earlier.
/// Thread     expectations are written before the requests come, from the test's thread.
class ScriptedServer
{
public:
    /// One line of the script; its functions return itself.
    class Expectation
    {
    public:
        Expectation &answer(int status, const QByteArray &body = {}, const TestHeaders &headers = {});
        /// Any misbehaviour: cut, dripping, without an end.
        Expectation &answer(const FaultReply &reply);
        /// It may never come.
        Expectation &optional();
        /// It comes so many times, with the same answer; 0 is any number of times, also none.
        Expectation &times(int count);
        /// It must carry this header.
        Expectation &withHeader(const QByteArray &name, const QByteArray &value);
        /// It is a request with this body; others pass it by.
        Expectation &withBody(const QByteArray &body);
        Expectation &after(std::chrono::milliseconds delay);
        /// The answer waits for ScriptedServer::release().
        Expectation &held();

    private:
        friend class ScriptedServer;
        struct Data;
        explicit Expectation(std::shared_ptr<Data> data);
        std::shared_ptr<Data> m_data;
    };

    ScriptedServer();
    ~ScriptedServer();
    Q_DISABLE_COPY_MOVE(ScriptedServer)

    /// "GET /path?query"; a trailing * stands for any rest.
    Expectation &expect(const QByteArray &line);
    void setRecordedOrigin(const QByteArray &origin);

    QUrl url(const QString &path = {}) const;
    quint16 port() const;
    int requestCount() const;
    /// How many of that line, written as for expect().
    int requestCount(const QByteArray &line) const;
    QList<RecordedRequest> requests() const;
    /// Lets held answers go.
    void release();
    /// What does not fit the script so far: requests nobody expected, wrong headers; with `atEnd` what never came too.
    QStringList problems(bool atEnd = false) const;
    /// The problems were wanted: the test does not fail for them.
    void forgive();
    FaultServer &faults();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe
