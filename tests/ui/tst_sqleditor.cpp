// SPDX-License-Identifier: Apache-2.0
#include "editor/errorbubble.h"
#include "editor/sqleditor.h"
#include "editor/statementmarks.h"
#include "editor/textplace.h"
#include "sql/trinodialect.h"
#include "widgets/theme.h"

#include <KTextEditor/View>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_SqlEditor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void aServersPlaceIsFoundInTheText_data();
    void aServersPlaceIsFoundInTheText();
    void aTokenEndsWhereItsNameEnds_data();
    void aTokenEndsWhereItsNameEnds();
    void textAndCursorRoundTrip();
    void theBarStandsBesideTheStatementOfTheCursor();
    void aLineThatWrapsHasABarOfItsHeight();
    void anErrorShowsItsWordsAtItsToken();
    void theBubbleCoversNoLineOfItsStatement_data();
    void theBubbleCoversNoLineOfItsStatement();
    void anErrorBehindAnEmojiIsAtItsToken();
    void anErrorOfChangedTextIsNotMarked();
    void escapeAndTypingPutTheBubbleAway();
    void controlSlashComments();
    void whatIsTypedIsTheText();
    void runKeysDoNotReachTheText();
    void theEditorFollowsTheTheme();
    void aLargeScriptIsQuick();

private:
    std::unique_ptr<SqlEditor> m_editor;
};

void tst_SqlEditor::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    Theme::apply(Theme::Light);
}

void tst_SqlEditor::init()
{
    m_editor = std::make_unique<SqlEditor>();
    m_editor->setDialect(&trinoDialect(), u"SQL (Trino)"_s);
    m_editor->resize(700, 300);
    m_editor->show();
    m_editor->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_editor.get()));
    m_editor->setFocus();
}

void tst_SqlEditor::cleanup()
{
    m_editor.reset();
}

void tst_SqlEditor::aServersPlaceIsFoundInTheText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<int>("position");
    QTest::newRow("the first character is line 1, column 1") << u"SELECT"_s << 1 << 1 << 0;
    QTest::newRow("columns count from 1") << u"SELECT x"_s << 1 << 8 << 7;
    QTest::newRow("lines count from 1") << u"a\nbc\ndef"_s << 3 << 2 << 6;
    QTest::newRow("a character outside the BMP is one column") << u"'\U0001F426' x"_s << 1 << 5 << 5;
    QTest::newRow("a column behind the line's end is its end") << u"ab\ncd"_s << 1 << 99 << 2;
    QTest::newRow("a line behind the last is in the last") << u"ab\ncd"_s << 9 << 1 << 3;
    QTest::newRow("a combining mark is a column of its own") << u"e\u0301x"_s << 1 << 3 << 2;
    QTest::newRow("an empty text has one place") << QString() << 1 << 1 << 0;
}

void tst_SqlEditor::aServersPlaceIsFoundInTheText()
{
    QFETCH(QString, text);
    QFETCH(int, line);
    QFETCH(int, column);
    QTEST(int(positionOf(text, line, column)), "position");
}

void tst_SqlEditor::aTokenEndsWhereItsNameEnds_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("position");
    QTest::addColumn<int>("end");
    QTest::newRow("a word") << u"SELECT x"_s << 0 << 6;
    QTest::newRow("a qualified name is one token") << u"o.comit, 1"_s << 0 << 7;
    QTest::newRow("a point at the end is not") << u"o. x"_s << 0 << 1;
    QTest::newRow("a quoted name with its quotes") << u"\"a b\".c"_s << 0 << 5;
    QTest::newRow("an open quote is one character") << u"'abc\n'"_s << 0 << 1;
    QTest::newRow("a sign is one character") << u"+ 1"_s << 0 << 1;
    QTest::newRow("behind the end is the end") << u"ab"_s << 2 << 2;
}

void tst_SqlEditor::aTokenEndsWhereItsNameEnds()
{
    QFETCH(QString, text);
    QFETCH(int, position);
    QTEST(int(tokenEnd(text, position)), "end");
}

void tst_SqlEditor::textAndCursorRoundTrip()
{
    const QString text = u"SELECT 'ä'\n\n  , \U0001F426;\n-- end"_s;
    m_editor->setText(text);
    QCOMPARE(m_editor->text(), text);
    for (qsizetype position : { 0, 8, 10, 11, 12, 16, int(text.size()) }) {
        m_editor->setCursorPosition(position);
        QCOMPARE(m_editor->cursorPosition(), position);
    }
    m_editor->select({ .begin = 3, .end = 14 });
    QCOMPARE(m_editor->selection().begin, 3);
    QCOMPARE(m_editor->selection().end, 14);
    QVERIFY(!m_editor->isModified());
}

void tst_SqlEditor::theBarStandsBesideTheStatementOfTheCursor()
{
    auto *marks = m_editor->findChild<StatementMarks *>();
    QVERIFY(marks);
    m_editor->setText(u"SELECT 1;\n\nSELECT\n  2\nFROM t;\n"_s);
    QTRY_COMPARE(marks->statement(), KTextEditor::Range(0, 0, 0, 8));
    const int one = marks->barRect().height();
    QVERIFY(one > 0);
    m_editor->setCursorPosition(18);
    QTRY_COMPARE(marks->statement(), KTextEditor::Range(2, 0, 4, 6));
    QVERIFY2(marks->barRect().height() > 2 * one, qPrintable(QString::number(marks->barRect().height())));
    m_editor->setText(u"-- nothing here\n"_s);
    QTRY_VERIFY(!marks->statement().isValid());
}

void tst_SqlEditor::aLineThatWrapsHasABarOfItsHeight()
{
    auto *marks = m_editor->findChild<StatementMarks *>();
    m_editor->setText(u"SELECT 1"_s);
    QTRY_VERIFY(marks->barRect().isValid());
    const int one = marks->barRect().height();
    m_editor->setText(u"SELECT "_s + u"'0123456789', "_s.repeated(20) + u"1"_s);
    QTRY_VERIFY(marks->barRect().height() > 2 * one);
}

void tst_SqlEditor::anErrorShowsItsWordsAtItsToken()
{
    m_editor->setText(u"SELECT 1;\nSELECT\n  o.comit\nFROM o;"_s);
    m_editor->setError(10, u"SELECT\n  o.comit\nFROM o"_s,
                       { .message = u"Column 'o.comit' cannot be resolved"_s, .vendorCode = u"COLUMN_NOT_FOUND"_s, .line = 2, .column = 3 });
    QVERIFY(m_editor->hasError());
    auto *bubble = m_editor->findChild<ErrorBubble *>();
    QTRY_VERIFY(bubble->isVisible());
    QVERIFY(bubble->text().contains(u"Column 'o.comit' cannot be resolved"_s));
    QVERIFY(bubble->text().contains(u"COLUMN_NOT_FOUND"_s));
    m_editor->goToError();
    QCOMPARE(m_editor->cursorLine(), 3);
    QCOMPARE(m_editor->cursorColumn(), 3);
    m_editor->clearError();
    QVERIFY(!m_editor->hasError());
    QVERIFY(!bubble->isVisible());
}

void tst_SqlEditor::theBubbleCoversNoLineOfItsStatement_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("after");
    QTest::addColumn<int>("line");
    QTest::addColumn<QString>("where");
    QTest::newRow("one line") << QString() << u"SELECT x"_s << u"\n"_s << 1 << u"below"_s;
    QTest::newRow("several lines, the first is wrong") << QString() << u"SELECT x,\n  y,\n  z\nFROM t"_s << u"\n"_s << 1 << u"below"_s;
    QTest::newRow("a line that wraps") << QString() << u"SELECT x, "_s + u"'0123456789', "_s.repeated(15) + u"1"_s << u"\n"_s << 1 << u"below"_s;
    QTest::newRow("at the end of the view") << u"-- a\n"_s.repeated(12) << u"SELECT x,\n  y,\n  z"_s << u"\n"_s << 1 << u"above"_s;
    QTest::newRow("as long as the view") << QString() << u"SELECT x"_s + u",\n  y"_s.repeated(60) << u"\n"_s << 1 << u"beside"_s;
    QTest::newRow("as long as the view, wrong at its end") << QString() << u"SELECT x"_s + u",\n  y"_s.repeated(24) << u";\n"_s + u"-- b\n"_s.repeated(30) << 25 << u"below"_s;
}

void tst_SqlEditor::theBubbleCoversNoLineOfItsStatement()
{
    QFETCH(QString, before);
    QFETCH(QString, statement);
    QFETCH(QString, after);
    QFETCH(int, line);
    QFETCH(QString, where);
    auto *bubble = m_editor->findChild<ErrorBubble *>();
    auto *marks = m_editor->findChild<StatementMarks *>();
    const auto *view = m_editor->findChild<KTextEditor::View *>();
    m_editor->setText(before + statement + after);
    m_editor->setCursorPosition(before.size() + statement.size());
    QTRY_VERIFY(marks->barRect().isValid());
    m_editor->setError(before.size(), statement, { .message = u"no such column"_s, .line = line, .column = 3 });
    m_editor->goToError();
    QTRY_VERIFY(bubble->isVisible());
    const auto lines = [&] { return QRect(view->mapTo(m_editor.get(), marks->barRect().topLeft()), marks->barRect().size()); };
    const auto isClear = [&] {
        const QRect card = bubble->geometry();
        const QRect text = lines() & QRect(view->mapTo(m_editor.get(), QPoint()), view->size());
        return m_editor->rect().contains(card) && (card.top() > text.bottom() || card.bottom() < text.top());
    };
    QTRY_VERIFY2(isClear(), qPrintable(QDebug::toString(bubble->geometry()) + QDebug::toString(lines())));
    if (where == "above"_L1)
        QVERIFY(bubble->geometry().bottom() < lines().top());
    else
        QVERIFY(bubble->geometry().top() > lines().top());
    // The token is in sight, and the view has all its height again once the bubble is put away.
    QTRY_VERIFY(m_editor->findChild<KTextEditor::View *>()->cursorPositionCoordinates().y() >= 0);
    QVERIFY(m_editor->findChild<KTextEditor::View *>()->cursorPositionCoordinates().y() < view->height());
    QCOMPARE(view->height() < m_editor->height() - 20, where == "beside"_L1);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    QTRY_VERIFY(view->height() > m_editor->height() - 20);
    QVERIFY(!bubble->isVisible());
}

void tst_SqlEditor::anErrorBehindAnEmojiIsAtItsToken()
{
    const QString sql = u"SELECT '\U0001F426', comit"_s;
    m_editor->setText(sql);
    m_editor->setError(0, sql, { .message = u"no"_s, .line = 1, .column = 13 });
    m_editor->goToError();
    QCOMPARE(m_editor->cursorPosition(), sql.indexOf(u"comit"_s));
}

void tst_SqlEditor::anErrorOfChangedTextIsNotMarked()
{
    m_editor->setText(u"SELECT 2"_s);
    m_editor->setError(0, u"SELECT 1"_s, { .message = u"no"_s, .line = 1, .column = 8 });
    QVERIFY(!m_editor->hasError());
}

void tst_SqlEditor::escapeAndTypingPutTheBubbleAway()
{
    auto *bubble = m_editor->findChild<ErrorBubble *>();
    m_editor->setText(u"SELECT x"_s);
    m_editor->setError(0, u"SELECT x"_s, { .message = u"no"_s, .line = 1, .column = 8 });
    QTRY_VERIFY(bubble->isVisible());
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    QVERIFY(!bubble->isVisible());
    QVERIFY(m_editor->hasError());
    m_editor->goToError();
    QVERIFY(bubble->isVisible());
    QTest::keyClicks(QApplication::focusWidget(), u"y"_s);
    QVERIFY(!bubble->isVisible());
}

void tst_SqlEditor::whatIsTypedIsTheText()
{
    const QString sql = u"SELECT '{\"x\": [1, {\"y\": (2)}]}', \"a b\";"_s;
    m_editor->setText({});
    QTest::keyClicks(QApplication::focusWidget(), sql);
    QCOMPARE(m_editor->text(), sql);
}

void tst_SqlEditor::controlSlashComments()
{
    m_editor->setText(u"SELECT 1"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Slash, Qt::ControlModifier);
    QVERIFY2(m_editor->text().startsWith(u"--"_s), qPrintable(m_editor->text()));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Slash, Qt::ControlModifier);
    QCOMPARE(m_editor->text(), u"SELECT 1"_s);
}

void tst_SqlEditor::runKeysDoNotReachTheText()
{
    m_editor->setText(u"SELECT 1"_s);
    for (const auto &[key, modifiers] : { std::pair(Qt::Key_J, Qt::KeyboardModifiers(Qt::ControlModifier)),
                                          std::pair(Qt::Key_S, Qt::KeyboardModifiers(Qt::ControlModifier)),
                                          std::pair(Qt::Key_F7, Qt::KeyboardModifiers(Qt::NoModifier)),
                                          std::pair(Qt::Key_P, Qt::KeyboardModifiers(Qt::ControlModifier)) }) {
        QTest::keyClick(QApplication::focusWidget(), key, modifiers);
        QCOMPARE(m_editor->text(), u"SELECT 1"_s);
        QVERIFY(!QApplication::activeModalWidget());
    }
}

void tst_SqlEditor::theEditorFollowsTheTheme()
{
    auto *view = m_editor->findChild<KTextEditor::View *>();
    QVERIFY(view);
    QCOMPARE(view->configValue(u"theme"_s).toString(), u"Grebe Light"_s);
    Theme::apply(Theme::Dark);
    QTRY_COMPARE(view->configValue(u"theme"_s).toString(), u"Grebe Dark"_s);
    Theme::apply(Theme::Light);
    QTRY_COMPARE(view->configValue(u"theme"_s).toString(), u"Grebe Light"_s);
}

void tst_SqlEditor::aLargeScriptIsQuick()
{
    QString script;
    while (script.size() < 1'000'000)
        script += u"INSERT INTO t VALUES (1, 'some text; with a semicolon', 2.5);\n"_s;
    m_editor->setText(script);
    QElapsedTimer clock;
    clock.start();
    m_editor->setCursorPosition(500'000);
    QVERIFY(m_editor->currentStatement().length() > 0);
    // A megabyte under sanitizers: the limit catches what grows with the square, not a slow machine.
    QVERIFY2(clock.elapsed() < 5000, qPrintable(QString::number(clock.elapsed())));
}

QTEST_MAIN(tst_SqlEditor)
#include "tst_sqleditor.moc"
