// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace Grebe {

/// How far a question of Connection::list(), describe(), definition() or explain() is: the progressValue() of its future.
///
/// Shape      0 until the engine has looked at it; then QuestionQueued while it waits for earlier questions of the same
///            connection, of which an engine may ask few at a time; QuestionAsked from when the server was asked. It never
///            falls. An engine whose questions never wait may leave it at 0.
enum QuestionProgress { QuestionQueued = 1, QuestionAsked = 2 };

} // namespace Grebe
