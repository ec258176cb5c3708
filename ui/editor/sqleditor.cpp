// SPDX-License-Identifier: Apache-2.0
#include "sqleditor.h"

#include "documentposition.h"
#include "errormarks.h"
#include "statementmarks.h"
#include "textplace.h"

#include "widgets/theme.h"

#include <KActionCollection>
#include <KConfigGroup>
#include <KSharedConfig>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>
#include <KTextEditor/Document>
#include <KTextEditor/Editor>
#include <KTextEditor/View>

#include <QAction>
#include <QEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kGutterMargin = 12;
constexpr int kTopMargin = 6;

// Actions of the component that belong to a program of its own: files, printing, panels and dialogs.
bool isForeign(const QString &name)
{
    static const QStringList prefixes = { u"file_"_s, u"view_"_s, u"tools_mode"_s, u"tools_highlighting"_s,
                                          u"tools_spelling"_s, u"tools_scripts"_s, u"set_"_s, u"switch_to_cmd_line"_s,
                                          u"bookmark"_s, u"go_goto_line"_s, u"tools_create_snippet"_s };
    return std::ranges::any_of(prefixes, [&](const QString &prefix) { return name.startsWith(prefix); });
}

// The component, set up before it is made: it takes the distance of lines from the program's configuration alone.
KTextEditor::Editor *editorComponent()
{
    static KTextEditor::Editor *const editor = [] {
        KSharedConfig::Ptr config = KSharedConfig::openConfig();
        config->group(u"KTextEditor Renderer"_s).writeEntry("Line Height Multiplier", StatementMarks::kLineHeight);
        config->markAsClean(); // for this run, not for the file
        return KTextEditor::Editor::instance();
    }();
    return editor;
}

// What the window uses; a key with two owners would reach neither.
const QStringList &windowKeys()
{
    static const QStringList keys = {
        u"Ctrl+Return"_s, u"Ctrl+Enter"_s, u"F9"_s, u"Ctrl+Shift+Return"_s, u"Alt+X"_s, u"Ctrl+F2"_s, u"Ctrl+E"_s, u"Ctrl+T"_s,
        u"Ctrl+N"_s, u"Ctrl+W"_s, u"Ctrl+Shift+T"_s, u"Ctrl+O"_s, u"Ctrl+S"_s, u"Ctrl+Shift+S"_s, u"Ctrl+J"_s,
        u"Ctrl+Shift+J"_s, u"Ctrl+PgUp"_s, u"Ctrl+PgDown"_s, u"F8"_s, u"F5"_s, u"Ctrl++"_s, u"Ctrl+="_s,
        u"Ctrl+-"_s, u"Ctrl+0"_s,
        u"Ctrl+P"_s, u"F2"_s, u"Shift+F2"_s, u"Ctrl+Q"_s, u"F1"_s, u"F4"_s,
        u"Ctrl+Alt+Return"_s, u"Ctrl+Alt+Enter"_s, u"Ctrl+Alt+H"_s,
        u"F6"_s, u"F7"_s, u"Ctrl+Shift+F"_s, u"Ctrl+Shift+E"_s, u"Ctrl+Shift+P"_s, u"Ctrl+Shift+K"_s, u"Ctrl+\\"_s,
        u"Ctrl+Tab"_s, u"Ctrl+Shift+Tab"_s, u"Esc"_s
    };
    return keys;
}

} // namespace

SqlEditor::SqlEditor(QWidget *parent)
    : QWidget(parent), m_document(editorComponent()->createDocument(this)),
      m_view(m_document->createView(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGutterMargin, kTopMargin, 0, 0);
    layout->addWidget(m_view);
    setFocusProxy(m_view);

    m_view->setStatusBarEnabled(false);
    m_view->setConfigValue(u"line-numbers"_s, true);
    m_view->setConfigValue(u"folding-bar"_s, true); // where the statement's bar is drawn
    m_view->setConfigValue(u"dynamic-word-wrap"_s, true);
    // auto-brackets leaves quotes behind where one kind stands in another: '{"x": 1}'.
    for (const QString &off : { u"icon-bar"_s, u"folding-preview"_s, u"modification-markers"_s,
                                u"scrollbar-minimap"_s, u"scrollbar-preview"_s, u"keyword-completion"_s, u"word-completion"_s,
                                u"auto-brackets"_s }) {
        m_view->setConfigValue(off, false);
    }
    m_document->setConfigValue(u"replace-tabs"_s, true);
    m_document->setConfigValue(u"indent-width"_s, 2);
    m_document->setConfigValue(u"tab-width"_s, 4);
    m_document->setConfigValue(u"newline-at-eof"_s, false);
    m_document->setConfigValue(u"remove-spaces"_s, 0);
    m_document->setConfigValue(u"on-the-fly-spellcheck"_s, false);
    removeShortcuts();

    auto *menu = new QMenu(m_view);
    menu->addAction(tr("Cu&t"), this, &SqlEditor::cut);
    menu->addAction(tr("&Copy"), this, &SqlEditor::copy);
    menu->addAction(tr("&Paste"), this, &SqlEditor::paste);
    menu->addSeparator();
    menu->addAction(tr("Comment or &Uncomment"), this, &SqlEditor::toggleComment);
    menu->addAction(tr("Select &All"), this, &SqlEditor::selectAll);
    m_view->setContextMenu(menu);

    m_statementMarks = new StatementMarks(m_view);
    m_errorMarks = new ErrorMarks(m_view);
    connect(m_errorMarks, &ErrorMarks::roomWanted, layout,
            [layout](int height) { layout->setContentsMargins(kGutterMargin, kTopMargin, 0, height); });
    m_statementTimer.setSingleShot(true);
    m_statementTimer.setInterval(0);
    connect(&m_statementTimer, &QTimer::timeout, this, &SqlEditor::updateStatement);
    connect(m_document, &KTextEditor::Document::textChanged, this, [this] {
        if (!m_isSettingText)
            m_errorMarks->hideBubble();
        m_statementTimer.start();
        Q_EMIT textChanged();
    });
    connect(m_document, &KTextEditor::Document::modifiedChanged, this,
            [this] { Q_EMIT modifiedChanged(m_document->isModified()); });
    connect(m_view, &KTextEditor::View::cursorPositionChanged, this, [this] {
        m_statementTimer.start();
        Q_EMIT cursorMoved();
    });
    if (QWidget *inner = m_view->editorWidget())
        inner->installEventFilter(this);
    applyTheme();
}

SqlEditor::~SqlEditor()
{
    // The marks hold ranges of the document, and the view is a child of this widget: marks, view, document.
    delete m_errorMarks;
    delete m_statementMarks;
    delete m_view;
    delete m_document;
}

QString SqlEditor::text() const
{
    return m_document->text();
}

void SqlEditor::setText(const QString &text)
{
    m_isSettingText = true;
    m_errorMarks->clear();
    m_document->setText(text);
    m_document->setModified(false);
    m_view->setCursorPosition({ 0, 0 });
    m_isSettingText = false;
    m_statementTimer.start();
}

void SqlEditor::insertText(const QString &text)
{
    m_view->insertText(text);
}

bool SqlEditor::isModified() const
{
    return m_document->isModified();
}

void SqlEditor::setModified(bool modified)
{
    m_document->setModified(modified);
}

qsizetype SqlEditor::cursorPosition() const
{
    return toPosition(*m_document, m_view->cursorPosition());
}

void SqlEditor::setCursorPosition(qsizetype position)
{
    m_view->removeSelection();
    m_view->setCursorPosition(toCursor(*m_document, position));
}

int SqlEditor::cursorLine() const
{
    return m_view->cursorPosition().line() + 1;
}

int SqlEditor::cursorColumn() const
{
    return m_view->cursorPosition().column() + 1;
}

StatementRange SqlEditor::selection() const
{
    const KTextEditor::Range range = m_view->selectionRange();
    if (!m_view->selection() || !range.isValid() || range.isEmpty())
        return {};
    return { .begin = toPosition(*m_document, range.start()), .end = toPosition(*m_document, range.end()) };
}

void SqlEditor::select(const StatementRange &range)
{
    const KTextEditor::Cursor end = toCursor(*m_document, range.end);
    m_view->setCursorPosition(end);
    m_view->setSelection({ toCursor(*m_document, range.begin), end });
}

void SqlEditor::setDialect(const Dialect *dialect, const QString &syntaxName)
{
    m_dialect = dialect;
    const KSyntaxHighlighting::Repository &repository = KTextEditor::Editor::instance()->repository();
    for (const QString &name : { syntaxName, u"SQL (PostgreSQL)"_s, u"SQL"_s }) {
        if (!name.isEmpty() && repository.definitionForName(name).isValid()) {
            m_document->setHighlightingMode(name);
            break;
        }
    }
    m_statementTimer.start();
}

StatementRange SqlEditor::currentStatement() const
{
    return m_dialect ? m_dialect->statementAt(text(), cursorPosition()) : StatementRange {};
}

QList<StatementRange> SqlEditor::statements() const
{
    return m_dialect ? m_dialect->split(text()) : QList<StatementRange> {};
}

void SqlEditor::flash(const StatementRange &range)
{
    m_statementMarks->flash({ toCursor(*m_document, range.begin), toCursor(*m_document, range.end) });
}

void SqlEditor::setError(qsizetype begin, const QString &statement, const Error &error)
{
    qsizetype from = begin;
    qsizetype to = begin + statement.size();
    if (error.line > 0) {
        const qsizetype position = positionOf(statement, error.line, qMax(1, error.column));
        from = begin + qMin(position, qMax<qsizetype>(0, statement.size() - 1));
        to = begin + tokenEnd(statement, from - begin);
    }
    // The text may have changed while the statement was under way: mark only what still stands there.
    if (text().mid(begin, statement.size()) != statement)
        return;
    m_errorMarks->set({ toCursor(*m_document, from), toCursor(*m_document, to) },
                      { toCursor(*m_document, begin), toCursor(*m_document, begin + statement.size()) }, error);
}

void SqlEditor::clearError()
{
    m_errorMarks->clear();
}

bool SqlEditor::hasError() const
{
    return m_errorMarks->isSet();
}

void SqlEditor::goToError()
{
    if (!m_errorMarks->isSet())
        return;
    m_view->removeSelection();
    m_view->setCursorPosition(m_errorMarks->range().start());
    m_view->setFocus();
    m_errorMarks->showBubble();
}

void SqlEditor::undo()
{
    trigger("edit_undo");
}

void SqlEditor::redo()
{
    trigger("edit_redo");
}

void SqlEditor::cut()
{
    trigger("edit_cut");
}

void SqlEditor::copy()
{
    trigger("edit_copy");
}

void SqlEditor::paste()
{
    trigger("edit_paste");
}

void SqlEditor::selectAll()
{
    trigger("edit_select_all");
}

void SqlEditor::find()
{
    trigger("edit_find");
}

void SqlEditor::replace()
{
    trigger("edit_replace");
}

void SqlEditor::toggleComment()
{
    trigger("tools_toggle_comment");
}

void SqlEditor::changeFontSize(int step)
{
    m_fontSize = step == 0 ? 0 : qBound(-5, m_fontSize + step, 30);
    QFont font = Theme::fixedFont();
    font.setPixelSize(font.pixelSize() + m_fontSize);
    m_view->setConfigValue(u"font"_s, font);
}

void SqlEditor::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        applyTheme();
}

bool SqlEditor::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape
        && m_errorMarks->isBubbleVisible()) {
        m_errorMarks->hideBubble();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void SqlEditor::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().brush(QPalette::Base));
    const int gutter = kGutterMargin + m_view->textAreaRect().left() - 4;
    painter.fillRect(QRect(0, 0, gutter, height()), Theme::color(palette(), Theme::Gutter));
}

void SqlEditor::trigger(const char *action)
{
    if (QAction *found = m_view->actionCollection()->action(QString::fromLatin1(action)))
        found->trigger();
}

void SqlEditor::removeShortcuts()
{
    QList<QKeySequence> taken;
    for (const QString &key : windowKeys())
        taken += QKeySequence(key);
    const QList<QAction *> actions = m_view->actionCollection()->actions();
    for (QAction *action : actions) {
        if (isForeign(action->objectName())) {
            action->setShortcuts(QList<QKeySequence> {});
            continue;
        }
        QList<QKeySequence> kept = action->shortcuts();
        kept.removeIf([&](const QKeySequence &key) { return taken.contains(key); });
        if (kept.size() != action->shortcuts().size())
            action->setShortcuts(kept);
    }
}

void SqlEditor::applyTheme()
{
    m_view->setConfigValue(u"theme"_s, Theme::isDark(palette()) ? u"Grebe Dark"_s : u"Grebe Light"_s);
    QFont font = Theme::fixedFont();
    font.setPixelSize(font.pixelSize() + m_fontSize);
    m_view->setConfigValue(u"font"_s, font);
}

void SqlEditor::updateStatement()
{
    const StatementRange range = currentStatement();
    m_statementMarks->setStatement(range.length() > 0 ? KTextEditor::Range(toCursor(*m_document, range.begin),
                                                                           toCursor(*m_document, range.end))
                                                      : KTextEditor::Range::invalid());
}

} // namespace Grebe
