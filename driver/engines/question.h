// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/metadata.h"
#include "extension/questionprogress.h"
#include "extension/statement.h"

#include <QFutureWatcher>
#include <QPromise>

#include <functional>
#include <memory>

namespace Grebe {

/// A future's other end, shared by whoever may settle it.
template<typename T>
using Promise = std::shared_ptr<QPromise<Result<T>>>;

template<typename T>
Promise<T> startedPromise()
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    promise->setProgressRange(0, QuestionAsked);
    return promise;
}

template<typename T>
void settle(const Promise<T> &promise, Result<T> result)
{
    promise->addResult(std::move(result)); // nobody hears it when the question was given up
    promise->finish();
}

/// Tells whoever holds the future that the question waits for others of ours, or that it was asked; after that it does not
/// wait again.
template<typename T>
void tellQueued(const Promise<T> &promise, bool isQueued)
{
    promise->setProgressValue(isQueued ? QuestionQueued : QuestionAsked);
}

/// Calls `action` on the thread of `context` when whoever holds the future cancels it before it has a result.
template<typename T>
void whenGivenUp(const QFuture<T> &future, QObject *context, const std::function<void()> &action)
{
    auto *watcher = new QFutureWatcher<T>(context);
    QObject::connect(watcher, &QFutureWatcherBase::canceled, watcher, action);
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
    watcher->setFuture(future);
}

/// Follows a statement of ours that is not started yet and calls `done` once with its rows as text, or with its error; not
/// when `context` is gone. The columns are the server's names. On the statement's thread.
GREBE_EXPORT void collectText(Statement *statement, QObject *context, const std::function<void(const Result<MetadataTable> &)> &done);

/// The place of an error in a text that stood `prefixLines` lines further down in what was sent.
GREBE_EXPORT Error movedUp(Error error, int prefixLines);

} // namespace Grebe
