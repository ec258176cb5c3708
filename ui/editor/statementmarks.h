// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <KTextEditor/Range>

#include <QTimer>
#include <QWidget>

namespace KTextEditor {
class View;
}

namespace Grebe {

/// The bar beside the statement that would run, and the flash over the one that was sent: a layer over a view.
///
/// Thread     GUI.
/// Ownership  the view's.
class StatementMarks : public QWidget
{
    Q_OBJECT
public:
    static constexpr double kLineHeight = 1.25; ///< of the font's own

    explicit StatementMarks(KTextEditor::View *view);

    void setStatement(KTextEditor::Range range);
    KTextEditor::Range statement() const { return m_statement; }
    void flash(KTextEditor::Range range);
    /// Where the bar is drawn now, empty when no part of the statement is on screen.
    QRect barRect() const;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QRect linesRect(KTextEditor::Range range) const;

    KTextEditor::View *m_view;
    KTextEditor::Range m_statement = KTextEditor::Range::invalid();
    KTextEditor::Range m_flash = KTextEditor::Range::invalid();
    QTimer m_flashTimer;
};

/// The height of one line of a view.
int lineHeight(const KTextEditor::View &view);

} // namespace Grebe
