// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QString>

namespace Grebe::Terminal {

// Standard output carries data and nothing else; what is said to a person goes to standard error.
// All of it may be called from any thread.

bool isOutput(); ///< standard output is a terminal
bool isError();
int width(); ///< of standard error, in columns; 80 when unknown

/// A line of text on standard error, free of control characters.
void say(const QString &text);
/// `grebe: message`, then hint and place.
void complain(const Error &error);
/// Text as it is on standard output.
void print(const QString &text);

/// Replaces the progress line at the bottom of the terminal; nothing where standard error is none.
void showProgress(const QString &text);
void clearProgress();
/// No further progress: from now on data goes to the same terminal.
void endProgress();

bool canAsk(); ///< there is a terminal to read an answer from
/// Asks a question on the terminal and waits for a line; without echo for secrets. Cancelled at end of input.
Result<QString> ask(const QString &question, bool isSecret);
/// Echo again, should a question be open: before the process ends.
void restore();

} // namespace Grebe::Terminal
