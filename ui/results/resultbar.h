// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "widgets/pane.h"

namespace Grebe {

class Button;
class Label;

/// The yellow bar over a result that is not all there, or that the server had remarks on.
///
/// Thread     GUI.
class ResultBar : public Pane
{
    Q_OBJECT
public:
    explicit ResultBar(QWidget *parent = nullptr);

    /// Hides it where there is nothing to say. `isHeld`: more rows can be asked for.
    void setText(const QString &text, bool isHeld, bool hasMessages);
    QString text() const;

Q_SIGNALS:
    void loadMoreRequested();
    void loadAllRequested();
    void exportRequested();
    void messagesRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Label *m_text;
    Button *m_more;
    Button *m_all;
    Button *m_file;
    Button *m_messages;
};

} // namespace Grebe
