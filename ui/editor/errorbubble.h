// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace Grebe {

class Label;
struct Error;

/// An error's words on a small card: the message, then where and what it is called. A click puts it away.
class ErrorBubble : public QWidget
{
    Q_OBJECT
public:
    explicit ErrorBubble(QWidget *parent);

    void setError(const Error &error);
    QString text() const; ///< all of it, for a person who cannot see the card and for tests
    /// The size that fits the words into `width`.
    QSize sizeFor(int width) const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;

private:
    Label *m_message;
    Label *m_detail;
};

} // namespace Grebe
