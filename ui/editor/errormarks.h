// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <KTextEditor/MovingRange>

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace KTextEditor {
class View;
}

namespace Grebe {

struct Error;
class ErrorBubble;

/// One error at its place in a view: a wave under the token and a bubble with the words.
///
/// Shape      the bubble never covers the statement that is to be mended: it stands below its last line, else above its
///            first, else below the view, which gives up that much of its height.
/// Thread     GUI.
class ErrorMarks : public QObject
{
    Q_OBJECT
public:
    explicit ErrorMarks(KTextEditor::View *view);
    ~ErrorMarks() override;

    /// `range` is the token, `statement` all that was sent.
    void set(KTextEditor::Range range, KTextEditor::Range statement, const Error &error);
    void clear();
    void hideBubble();
    bool isSet() const { return m_range != nullptr; }
    bool isBubbleVisible() const;
    KTextEditor::Range range() const;
    void showBubble();

Q_SIGNALS:
    /// The bubble needs this much room below the view; 0: none.
    void roomWanted(int height);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void place();
    void setRoom(int height);
    void showToken();
    std::optional<int> topFor(int height) const;

    KTextEditor::View *m_view;
    std::unique_ptr<KTextEditor::MovingRange> m_range;
    std::unique_ptr<KTextEditor::MovingRange> m_statement;
    ErrorBubble *m_bubble; // beside the view, where it can stand below it, too
    int m_room = 0;
    bool m_wantsToken = false; ///< while the view settles after the bubble was shown
    QTimer m_settled;
    bool m_wantsBubble = false;
};

} // namespace Grebe
