// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "widgets/pane.h"

#include "extension/error.h"

namespace Grebe {

class Button;
class Label;

/// What is said above a result that the disk has no room for, and what can be done about it.
///
/// Thread     GUI.
class SpillBar : public Pane
{
    Q_OBJECT
public:
    explicit SpillBar(QWidget *parent = nullptr);

    /// `isRunning`: the statement waits, and can be stopped. `otherCount`: results that could be closed.
    void show(const Error &error, qint64 rowCount, bool isRunning, int otherCount);

Q_SIGNALS:
    void retryRequested();
    void stopRequested();
    void closeOthersRequested();

private:
    Label *m_text;
    Button *m_closeOthers;
    Button *m_stop;
};

} // namespace Grebe
