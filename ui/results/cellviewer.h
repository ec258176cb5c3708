// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QPlainTextEdit;
class QStackedWidget;
class QTabBar;
class QTreeWidget;

namespace Grebe {

class Button;
class JsonTree;
class Label;
class ProfilePanel;
class ResultGrid;
class SelectionSummary;
class Segmented;

/// The panel beside the grid: the current cell's whole value, its row with a line a column, or what is in its column.
///
/// Shape      follows the current cell. A value is shown as text; JSON and nested values also as a tree; bytes as hex, and
///            as a picture when they are one. More than one cell selected: what they add up to. Everything a server sent
///            is plain text.
/// Thread     GUI.
class CellViewer : public QWidget
{
    Q_OBJECT
public:
    enum Page { Value, Row, Column };

    CellViewer(ResultGrid *grid, SelectionSummary *summary, QWidget *parent = nullptr);

    void setPage(Page page);
    Page page() const;
    void refresh();
    void refreshRows(); ///< their number or order changed
    ProfilePanel *profile() const { return m_profile; }
    /// As it can be shown: "Text", "Tree", "Hex", "Picture".
    QStringList forms() const { return m_forms; }
    QString shownText() const;

    QSize sizeHint() const override { return { 300, 300 }; }

Q_SIGNALS:
    void closeRequested();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void updatePalette();
    void showValue();
    void showRow();
    void showColumn();
    void setText(const QString &text, bool isNull);
    void showForm(int index);
    void fillTree(const JsonTree &tree, const QString &root);
    qsizetype hexLine() const;
    QString hexText(const QByteArray &bytes) const;
    void fillTotals();

    ResultGrid *m_grid;
    SelectionSummary *m_summary;
    QTabBar *m_tabs;
    Label *m_title;
    Label *m_hint;
    Segmented *m_form;
    QStackedWidget *m_stack = nullptr;
    QPlainTextEdit *m_text;
    QPlainTextEdit *m_hex;
    QTreeWidget *m_tree;
    QTreeWidget *m_row;
    QTreeWidget *m_totals;
    Label *m_picture;
    ProfilePanel *m_profile;
    QStringList m_forms;
    QString m_wantedForm; // what was chosen last, kept over cells that have it
    bool m_isRowPage = false;
    qsizetype m_hexLine = 0; ///< bytes a line
};

} // namespace Grebe
