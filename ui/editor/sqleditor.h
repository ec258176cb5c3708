// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"
#include "extension/error.h"

#include <QTimer>
#include <QWidget>

namespace KTextEditor {
class Document;
class View;
}

namespace Grebe {

class ErrorMarks;
class StatementMarks;

/// The text of one editor, behind an interface that knows nothing of the component that draws it.
///
/// Shape      the statement under the cursor has a bar beside it before it runs; an error has a wave under its token and
///            a bubble with its text. No menu, status bar or dialog of the component's own appears.
/// Units      positions are UTF-16, from 0, in text(); lines and columns of signals count from 1.
/// Thread     GUI.
class SqlEditor : public QWidget
{
    Q_OBJECT
public:
    explicit SqlEditor(QWidget *parent = nullptr);
    ~SqlEditor() override;

    QString text() const;
    /// Replaces everything and forgets the undo history, as for a file that was just opened.
    void setText(const QString &text);
    void insertText(const QString &text);
    bool isModified() const;
    void setModified(bool modified);

    qsizetype cursorPosition() const;
    void setCursorPosition(qsizetype position);
    int cursorLine() const; ///< from 1
    int cursorColumn() const; ///< from 1
    /// Empty when nothing is selected.
    StatementRange selection() const;
    void select(const StatementRange &range);

    /// Whose statements these are; null: no bar, plain text. `syntaxName` is a highlighting definition.
    void setDialect(const Dialect *dialect, const QString &syntaxName);
    /// The statement that the cursor means; empty when there is none.
    StatementRange currentStatement() const;
    QList<StatementRange> statements() const;
    /// Shows for a moment what runs.
    void flash(const StatementRange &range);

    /// Marks the error of a statement that began at `begin` of the text; its place is found from the error's line and
    /// column, or is the whole statement when the server named none.
    void setError(qsizetype begin, const QString &statement, const Error &error);
    void clearError();
    bool hasError() const;
    void goToError();

    void undo();
    void redo();
    void cut();
    void copy();
    void paste();
    void selectAll();
    void find();
    void replace();
    void toggleComment();
    void changeFontSize(int step); ///< 0: back to the system's

Q_SIGNALS:
    void textChanged();
    void modifiedChanged(bool modified);
    void cursorMoved();

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void trigger(const char *action);
    void removeShortcuts();
    void applyTheme();
    void updateStatement();

    KTextEditor::Document *m_document;
    KTextEditor::View *m_view;
    StatementMarks *m_statementMarks;
    ErrorMarks *m_errorMarks;
    const Dialect *m_dialect = nullptr;
    QTimer m_statementTimer;
    int m_fontSize = 0;
    bool m_isSettingText = false;
};

} // namespace Grebe
