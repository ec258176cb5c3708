// SPDX-License-Identifier: Apache-2.0
// Tells ThreadSanitizer what Qt does to order threads. Qt hands over events, tasks and futures under futexes and atomics of
// its own, in libraries that were not built with the sanitizer: it sees two threads touch the same data, and not that one
// had posted it to the other. Each function here stands in front of Qt's own for what instrumented code calls, and says so.
// Qt's locks are seen without it: their headers tell the sanitizer.
// Coarse where Qt does not say for whom: what a thread did before it posted anything counts as done before all that is
// delivered later, to anybody. Nothing is hidden by name.
// Source     sanitizer/tsan_interface.h; qtsan_impl.h, which does the same inside a Qt built with the sanitizer.
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QFutureInterface>
#include <QMutex>
#include <QSemaphore>
#include <QThreadPool>
#include <QWaitCondition>

#include <dlfcn.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <time.h>

namespace {

char posted; // its address stands for Qt's queues

void handOver()
{
    __tsan_release(&posted);
}

void takeOver()
{
    __tsan_acquire(&posted);
}

bool onDelivery(void **)
{
    takeOver();
    return false;
}

const bool isListening = QInternal::registerCallback(QInternal::EventNotifyCallback, onDelivery);

/// Qt's own function behind the one in this file.
template<typename Function>
Function *next(const char *symbol)
{
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, symbol));
}

} // namespace

void QCoreApplication::postEvent(QObject *receiver, QEvent *event, int priority)
{
    static const auto own = next<void(QObject *, QEvent *, int)>("_ZN16QCoreApplication9postEventEP7QObjectP6QEventi");
    handOver();
    own(receiver, event, priority);
}

void QObject::deleteLater()
{
    static const auto own = next<void(QObject *)>("_ZN7QObject11deleteLaterEv");
    handOver();
    own(this);
}

void QMetaObject::activate(QObject *sender, const QMetaObject *meta, int signal, void **arguments)
{
    static const auto own = next<void(QObject *, const QMetaObject *, int, void **)>("_ZN11QMetaObject8activateEP7QObjectPKS_iPPv");
    handOver();
    own(sender, meta, signal, arguments);
}

bool QMetaObject::invokeMethodImpl(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, qsizetype count,
                                   const void *const *parameters, const char *const *names,
                                   const QtPrivate::QMetaTypeInterface *const *types)
{
    using Function = bool(QObject *, QtPrivate::QSlotObjectBase *, Qt::ConnectionType, qsizetype, const void *const *, const char *const *,
                          const QtPrivate::QMetaTypeInterface *const *);
    static const auto own = next<Function>("_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeExPKPKvPKPKcPKPKNS2_18QMetaTypeInterfaceE");
    handOver();
    return own(object, slot, type, count, parameters, names, types);
}

void QThreadPool::start(QRunnable *runnable, int priority)
{
    static const auto own = next<void(QThreadPool *, QRunnable *, int)>("_ZN11QThreadPool5startEP9QRunnablei");
    handOver();
    own(this, runnable, priority);
}

// The first thing that a task of QtConcurrent::run() does in its thread.
bool QFutureInterfaceBase::isCanceled() const
{
    static const auto own = next<bool(const QFutureInterfaceBase *)>("_ZNK20QFutureInterfaceBase10isCanceledEv");
    takeOver();
    return own(this);
}

void QFutureInterfaceBase::reportFinished()
{
    static const auto own = next<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase14reportFinishedEv");
    handOver();
    own(this);
}

void QFutureInterfaceBase::runContinuation() const
{
    static const auto own = next<void(const QFutureInterfaceBase *)>("_ZNK20QFutureInterfaceBase15runContinuationEv");
    takeOver();
    own(this);
}

void QFutureInterfaceBase::setContinuation(const QObject *context, std::function<void()> function, const QVariant &parent, ContinuationType type)
{
    using Function = void(QFutureInterfaceBase *, const QObject *, std::function<void()>, const QVariant &, ContinuationType);
    static const auto own = next<Function>("_ZN20QFutureInterfaceBase15setContinuationEPK7QObjectSt8functionIFvvEERK8QVariantNS_16ContinuationTypeE");
    handOver();
    own(this, context, std::move(function), parent, type);
}

void QFutureInterfaceBase::setContinuation(std::function<void(const QFutureInterfaceBase &)> function, void *data, ContinuationType type)
{
    using Function = void(QFutureInterfaceBase *, std::function<void(const QFutureInterfaceBase &)>, void *, ContinuationType);
    static const auto own = next<Function>("_ZN20QFutureInterfaceBase15setContinuationESt8functionIFvRKS_EEPvNS_16ContinuationTypeE");
    handOver();
    own(this, std::move(function), data, type);
}

void QFutureInterfaceBase::waitForFinished()
{
    static const auto own = next<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase15waitForFinishedEv");
    own(this);
    takeOver();
}

void QFutureInterfaceBase::waitForResult(int index)
{
    static const auto own = next<void(QFutureInterfaceBase *, int)>("_ZN20QFutureInterfaceBase13waitForResultEi");
    own(this, index);
    takeOver();
}

void QSemaphore::acquire(int count)
{
    static const auto own = next<void(QSemaphore *, int)>("_ZN10QSemaphore7acquireEi");
    own(this, count);
    __tsan_acquire(this);
}

void QSemaphore::release(int count)
{
    static const auto own = next<void(QSemaphore *, int)>("_ZN10QSemaphore7releaseEi");
    __tsan_release(this);
    own(this, count);
}

// It lets go of the lock inside of Qt, where the sanitizer does not see it.
bool QWaitCondition::wait(QMutex *mutex, QDeadlineTimer deadline)
{
    static const auto own = next<bool(QWaitCondition *, QMutex *, QDeadlineTimer)>("_ZN14QWaitCondition4waitEP6QMutex14QDeadlineTimer");
    __tsan_mutex_pre_unlock(mutex, 0);
    __tsan_mutex_post_unlock(mutex, 0);
    const bool isWoken = own(this, mutex, deadline);
    __tsan_mutex_pre_lock(mutex, 0);
    __tsan_mutex_post_lock(mutex, 0, 0);
    return isWoken;
}

// QThread::wait() ends a thread with this one, which the sanitizer of GCC 16 does not know; the one below it does.
extern "C" int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const timespec *deadline)
{
    if (!deadline)
        return pthread_join(thread, result);
    timespec now {}, there {};
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(clock, &there);
    constexpr long second = 1'000'000'000;
    const long long rest = (deadline->tv_sec - there.tv_sec) * second + deadline->tv_nsec - there.tv_nsec + now.tv_nsec;
    const timespec until { now.tv_sec + time_t(rest / second), long(rest % second) };
    return pthread_timedjoin_np(thread, result, rest < 0 ? &now : &until);
}
