// SPDX-License-Identifier: Apache-2.0
#include "sql/duckdbdialect.h"
#include "sql/trinodialect.h"

#include <QElapsedTimer>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

QStringList textsOf(const QString &script, const Dialect &dialect)
{
    QStringList texts;
    for (const StatementRange &range : dialect.split(script)) {
        texts << script.sliced(range.begin, range.length());
        if (range.terminator >= 0 && script[range.terminator] != u';')
            texts << u"the terminator is no semicolon"_s;
    }
    return texts;
}

} // namespace

class tst_StatementSplitter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void statements_data();
    void statements();
    void routinesStayWhole_data();
    void routinesStayWhole();
    void terminators();
    void statementAtCursor_data();
    void statementAtCursor();
    void aMegabyteIsSplitFast();
};

void tst_StatementSplitter::statements_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QStringList>("statements");
    QTest::newRow("nothing") << u""_s << QStringList();
    QTest::newRow("blanks and comments alone") << u" \n-- a;\n/* b; */ "_s << QStringList();
    QTest::newRow("semicolons alone") << u";; ;"_s << QStringList();
    QTest::newRow("one without a semicolon") << u"SELECT 1"_s << QStringList { u"SELECT 1"_s };
    QTest::newRow("two on a line") << u"SELECT 1; SELECT 2;"_s << QStringList { u"SELECT 1"_s, u"SELECT 2"_s };
    QTest::newRow("blank lines cut nothing") << u"SELECT\n\n\n1\n\n, 2"_s << QStringList { u"SELECT\n\n\n1\n\n, 2"_s };
    QTest::newRow("semicolons in quotes") << u"SELECT ';', \"a;b\", $$;$$; SELECT 2"_s
                                          << QStringList { u"SELECT ';', \"a;b\", $$;$$"_s, u"SELECT 2"_s };
    QTest::newRow("comments outside are left out") << u"-- first\nSELECT 1 -- one\n; -- last\n"_s << QStringList { u"SELECT 1"_s };
    QTest::newRow("comments inside stay") << u"SELECT /* ; */ 1"_s << QStringList { u"SELECT /* ; */ 1"_s };
    QTest::newRow("an open quote takes the rest") << u"SELECT 'a; SELECT 2"_s << QStringList { u"SELECT 'a; SELECT 2"_s };
    QTest::newRow("BEGIN and CASE elsewhere are words") << u"SELECT begin, CASE a; SELECT 2"_s
                                                        << QStringList { u"SELECT begin, CASE a"_s, u"SELECT 2"_s };
    QTest::newRow("BEGIN alone") << u"BEGIN; SELECT 1; END;"_s << QStringList { u"BEGIN"_s, u"SELECT 1"_s, u"END"_s };
}

void tst_StatementSplitter::statements()
{
    QFETCH(QString, script);
    QTEST(textsOf(script, trinoDialect()), "statements");
    QTEST(textsOf(script, duckdbDialect()), "statements");
}

void tst_StatementSplitter::routinesStayWhole_data()
{
    QTest::addColumn<QString>("statement");
    const auto row = [](const char *name, const QString &statement) { QTest::newRow(name) << statement; };
    row("RETURN alone", u"CREATE FUNCTION f(x int) RETURNS int RETURN x * 2"_s);
    row("BEGIN END", u"CREATE FUNCTION f() RETURNS int BEGIN DECLARE a int DEFAULT 1; SET a = 2; RETURN a; END"_s);
    row("OR REPLACE", u"create or replace function c.s.f(x varchar(5)) returns int begin return 1; end"_s);
    row("characteristics", u"CREATE FUNCTION f(x int) RETURNS int LANGUAGE SQL DETERMINISTIC RETURNS NULL ON NULL INPUT "
                           "SECURITY DEFINER COMMENT 'a; b' BEGIN RETURN 1; END"_s);
    row("IF and ELSEIF", u"CREATE FUNCTION f(x int) RETURNS int BEGIN IF x > 1 THEN RETURN 1; ELSEIF x > 0 THEN RETURN 2; "
                         "ELSE RETURN 3; END IF; RETURN 4; END"_s);
    row("IF as the body", u"CREATE FUNCTION f(x int) RETURNS int IF x > 1 THEN RETURN 1; END IF"_s);
    row("IF as a function", u"CREATE FUNCTION f(x int) RETURNS int BEGIN SET x = IF(x > 1, 2, 3); RETURN if(x=1,2,3); END"_s);
    row("IF as a function in a CASE", u"CREATE FUNCTION f(x int) RETURNS int BEGIN "
                                      "RETURN CASE WHEN x = 1 THEN IF(x > 1, 2, 3) ELSE IF(x=2,1,1) END; END"_s);
    row("CASE as a statement", u"CREATE FUNCTION f(x int) RETURNS int BEGIN CASE x WHEN 1 THEN RETURN 1; WHEN 2 THEN SET x = 1; "
                               "ELSE RETURN 3; END CASE; RETURN CASE x WHEN 1 THEN 2 END; END"_s);
    row("CASE with an IF statement", u"CREATE FUNCTION f(x int) RETURNS int BEGIN CASE WHEN x = 1 THEN IF x = 1 THEN RETURN 1; "
                                     "END IF; END CASE; RETURN 1; END"_s);
    row("LOOP with a label", u"CREATE FUNCTION f() RETURNS int BEGIN top: LOOP LEAVE top; END LOOP; RETURN 1; END"_s);
    row("a label that touches", u"CREATE FUNCTION f() RETURNS int BEGIN top:WHILE x < 1 DO ITERATE top; END WHILE; RETURN 1; END"_s);
    row("WHILE", u"CREATE FUNCTION f(n int) RETURNS int BEGIN WHILE n > 1 DO SET n = n - 1; IF n = 3 THEN SET n = 2; END IF; "
                 "END WHILE; RETURN n; END"_s);
    row("REPEAT", u"CREATE FUNCTION f(n int) RETURNS int BEGIN REPEAT SET n = n - 1; UNTIL n < 1 END REPEAT; RETURN n; END"_s);
    row("repeat as a function", u"CREATE FUNCTION f() RETURNS int BEGIN SET a = repeat('x', 3); RETURN cardinality(repeat(1, 2)); END"_s);
    row("BEGIN in BEGIN", u"CREATE FUNCTION f() RETURNS int BEGIN BEGIN SET a = 1; END; BEGIN SET b = 1; END; RETURN 1; END"_s);
    row("a variable that is called begin", u"CREATE FUNCTION f() RETURNS int BEGIN DECLARE loop int; SET begin = loop; RETURN 1; END"_s);
    row("a dollar body", u"CREATE FUNCTION f(x int) RETURNS int LANGUAGE PYTHON WITH (handler = 'f') AS $$\ndef f(x): return x; x\n$$"_s);
    row("WITH FUNCTION", u"WITH FUNCTION f(x int) RETURNS int BEGIN SET x = 1; RETURN x; END SELECT f(1)"_s);
    row("WITH two functions", u"WITH FUNCTION f(x int) RETURNS int RETURN x + 1, FUNCTION g(x int) RETURNS int BEGIN SET x = 1; "
                              "RETURN CASE x WHEN 1 THEN 2 END; END SELECT f(1), CASE g(1) WHEN 1 THEN 2 END"_s);
    row("WITH SESSION and FUNCTION", u"WITH SESSION a = 1, b.c = 'x' WITH FUNCTION f() RETURNS int BEGIN SET a = 1; RETURN a; END "
                                     "SELECT f()"_s);
    row("EXPLAIN before it", u"EXPLAIN (TYPE LOGICAL, FORMAT JSON) WITH FUNCTION f() RETURNS int BEGIN SET a = 1; RETURN a; END SELECT f()"_s);
    row("EXPLAIN ANALYZE before it", u"EXPLAIN ANALYZE VERBOSE WITH FUNCTION f() RETURNS int BEGIN SET a = 1; RETURN a; END SELECT f()"_s);
    row("PREPARE before it", u"PREPARE p FROM WITH FUNCTION f() RETURNS int BEGIN SET a = 1; RETURN a; END SELECT f()"_s);
    row("a table that is called function", u"WITH function AS (SELECT 1 AS begin) SELECT begin FROM function"_s);
    row("a table that is called function, with columns", u"WITH function(begin) AS (SELECT 1) SELECT begin FROM function"_s);
    row("comments in between", u"CREATE /* a; */ FUNCTION -- b;\n f() RETURNS int BEGIN /* END */ SET a = 1; -- END\n RETURN a; END"_s);
}

void tst_StatementSplitter::routinesStayWhole()
{
    QFETCH(QString, statement);
    const QString script = u"SELECT 1;\n"_s + statement + u";\n\nSELECT 2;"_s;
    QCOMPARE(textsOf(script, trinoDialect()), (QStringList { u"SELECT 1"_s, statement, u"SELECT 2"_s }));
}

void tst_StatementSplitter::terminators()
{
    const QList<StatementRange> ranges = trinoDialect().split(u" a ;b");
    QCOMPARE(ranges.size(), 2);
    QCOMPARE(ranges[0], (StatementRange { 1, 2, 3 }));
    QCOMPARE(ranges[1], (StatementRange { 4, 5, -1 }));
}

void tst_StatementSplitter::statementAtCursor_data()
{
    QTest::addColumn<QString>("script"); // the cursor is at the bar
    QTest::addColumn<QString>("statement");
    QTest::newRow("inside") << u"aa; b|b; cc"_s << u"bb"_s;
    QTest::newRow("at its beginning") << u"aa; |bb; cc"_s << u"bb"_s;
    QTest::newRow("right behind its semicolon") << u"aa;| bb"_s << u"aa"_s;
    QTest::newRow("behind its semicolon on the same line") << u"aa;  |\nbb"_s << u"aa"_s;
    QTest::newRow("on the next line") << u"aa;\n|\nbb"_s << u"bb"_s;
    QTest::newRow("on a comment between two") << u"aa;\n-- abo|ut b\nbb"_s << u"bb"_s;
    QTest::newRow("past the last") << u"aa; bb;\n\n|"_s << u"bb"_s;
    QTest::newRow("in front of the first") << u"|\n aa; bb"_s << u"aa"_s;
    QTest::newRow("no statement") << u"-- |"_s << QString();
}

void tst_StatementSplitter::statementAtCursor()
{
    QFETCH(QString, script);
    const qsizetype position = script.indexOf(u'|');
    script.remove(position, 1);
    const StatementRange range = trinoDialect().statementAt(script, position);
    QTEST(script.sliced(range.begin, range.length()), "statement");
}

void tst_StatementSplitter::aMegabyteIsSplitFast()
{
    QString script;
    while (script.size() < 500'000)
        script += u"SELECT a, 'it''s', \"q\" /* c */ FROM t WHERE x = CASE WHEN 1 THEN 2 END; -- done\n"_s;
    script += u"CREATE FUNCTION f() RETURNS int BEGIN "_s;
    while (script.size() < 1'000'000)
        script += u"IF a THEN SET b = 1; END IF; "_s;
    script += u"END"_s;
    QElapsedTimer timer;
    timer.start();
    const QList<StatementRange> ranges = trinoDialect().split(script);
    QVERIFY(ranges.size() > 5000);
    QCOMPARE(ranges.last().end, script.size());
    QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed()))); // 20 ms without sanitizers
}

QTEST_GUILESS_MAIN(tst_StatementSplitter)
#include "tst_statementsplitter.moc"
