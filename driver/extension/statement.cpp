// SPDX-License-Identifier: Apache-2.0
#include "statement.h"

#include <QCoreApplication>
#include <QMutex>
#include <QThread>

using namespace Qt::StringLiterals;

namespace Grebe {

struct Statement::Shared
{
    mutable QMutex mutex;
    QString queryId;
    QString infoUrl;
};

Statement::Statement(QObject *parent) : QObject(parent), m_shared(std::make_unique<Shared>())
{
    qRegisterMetaType<std::shared_ptr<arrow::Schema>>();
    qRegisterMetaType<std::shared_ptr<arrow::RecordBatch>>();
}

Statement::~Statement() = default;

void Statement::start()
{
    QMetaObject::invokeMethod(this, [this] {
        if (std::exchange(m_startCalled, true))
            return;
        if (m_cancelRequested) {
            fail({ .code = Error::Code::Cancelled, .message = u"Cancelled before it was sent."_s });
            return;
        }
        doStart();
    });
}

void Statement::cancel()
{
    if (m_cancelRequested.exchange(true))
        return;
    QMetaObject::invokeMethod(this, [this] {
        if (m_startCalled && !m_ended)
            doCancel();
    });
}

void Statement::cancelPartially()
{
    QMetaObject::invokeMethod(this, [this] {
        if (m_startCalled && !m_ended && !m_cancelRequested)
            doCancelPartially();
    });
}

void Statement::pause()
{
    if (m_paused.exchange(true))
        return;
    QMetaObject::invokeMethod(this, [this] {
        if (m_startCalled && !m_ended && m_paused)
            doPause();
    });
}

void Statement::resume()
{
    if (!m_paused.exchange(false))
        return;
    QMetaObject::invokeMethod(this, [this] {
        if (m_startCalled && !m_ended && !m_paused)
            doResume();
    });
}

QString Statement::queryId() const
{
    const QMutexLocker lock(&m_shared->mutex);
    return m_shared->queryId;
}

QString Statement::infoUrl() const
{
    const QMutexLocker lock(&m_shared->mutex);
    return m_shared->infoUrl;
}

void Statement::setQueryId(const QString &queryId, const QString &infoUrl)
{
    {
        const QMutexLocker lock(&m_shared->mutex);
        if (m_shared->queryId == queryId)
            return;
        m_shared->queryId = queryId;
        m_shared->infoUrl = infoUrl;
    }
    Q_EMIT started(queryId);
}

void Statement::finish(const StatementSummary &summary)
{
    if (std::exchange(m_ended, true))
        return;
    Q_EMIT finished(summary);
}

void Statement::fail(const Error &error)
{
    if (std::exchange(m_ended, true))
        return;
    Q_EMIT failed(error);
}

void DeleteOnItsThread::operator()(QObject *object) const
{
    const QThread *thread = object->thread();
    if (!thread || thread->isFinished() || (thread->isCurrentThread() && QCoreApplication::closingDown()))
        delete object;
    else
        object->deleteLater();
}

} // namespace Grebe
