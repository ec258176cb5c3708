// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <KTextEditor/MovingRange>

#include <QObject>

#include <memory>

namespace KTextEditor {
class View;
}

namespace Grebe {

struct Error;
class ErrorBubble;

/// One error at its place in a view: a wave under the token and a bubble with the words.
///
/// Thread     GUI.
class ErrorMarks : public QObject
{
    Q_OBJECT
public:
    explicit ErrorMarks(KTextEditor::View *view);
    ~ErrorMarks() override;

    void set(KTextEditor::Range range, const Error &error);
    void clear();
    void hideBubble();
    bool isSet() const { return m_range != nullptr; }
    bool isBubbleVisible() const;
    KTextEditor::Range range() const;
    void showBubble();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void place();

    KTextEditor::View *m_view;
    std::unique_ptr<KTextEditor::MovingRange> m_range;
    ErrorBubble *m_bubble;
    bool m_wantsBubble = false;
};

} // namespace Grebe
