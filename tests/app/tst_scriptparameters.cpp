// SPDX-License-Identifier: Apache-2.0
#include "app/scriptparameters.h"
#include "sql/trinodialect.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ScriptParameters : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void statements();
    void withoutValuesAColonIsTheEngines();
    void placesMoveBack_data();
    void placesMoveBack();
    void refused_data();
    void refused();

private:
    const Dialect &m_dialect = trinoDialect();
};

void tst_ScriptParameters::statements()
{
    const auto values = ScriptParameters::parse({ u"a=x=y"_s, u"n:bigint=-5"_s, u"d:decimal(5, 2)=1.50"_s });
    QVERIFY(values);
    const auto statements
        = values->split(u"SELECT :a, ':a', :n; -- :d\nSELECT :d + :d, :a AS \":n\";"_s, m_dialect);
    QVERIFY(statements);
    QCOMPARE(statements->size(), 2);
    QCOMPARE(statements->at(0).sql, u"SELECT ?, ':a', ?"_s);
    QCOMPARE(statements->at(0).options.parameters, QVariantList({ u"x=y"_s, qlonglong(-5) }));
    QCOMPARE(statements->at(0).options.parameterTypes, QStringList({ QString(), u"bigint"_s }));
    QCOMPARE(statements->at(1).sql, u"SELECT ? + ?, ? AS \":n\""_s);
    QCOMPARE(statements->at(1).options.parameters, QVariantList({ u"1.50"_s, u"1.50"_s, u"x=y"_s }));
    QCOMPARE(statements->at(1).options.parameterTypes.first(), u"decimal(5, 2)"_s);
}

void tst_ScriptParameters::withoutValuesAColonIsTheEngines()
{
    const auto statements = ScriptParameters::parse({})->split(u"SELECT :a"_s, m_dialect);
    QVERIFY(statements);
    QCOMPARE(statements->first().sql, u"SELECT :a"_s);
    QVERIFY(statements->first().options.parameters.isEmpty());
}

void tst_ScriptParameters::placesMoveBack_data()
{
    QTest::addColumn<QString>("script"); // the error is where the ^ stands in the last statement
    QTest::newRow("one line") << u"SELECT ^x"_s;
    QTest::newRow("behind another statement on the line") << u"SELECT 1; SELECT ^x"_s;
    QTest::newRow("on a later line") << u"SELECT 1;\n\n  SELECT 2,\n   ^x"_s;
    QTest::newRow("behind a parameter") << u"SELECT :a, ^x"_s;
    QTest::newRow("behind two") << u"SELECT :a, :a,\n :a, :a ^x"_s;
    QTest::newRow("at a parameter") << u"SELECT :a, ^:a"_s;
    QTest::newRow("behind characters of two units") << u"SELECT '😀', :a, '😀', ^x"_s;
    QTest::newRow("behind another statement with such characters") << u"SELECT '😀'; SELECT ^x"_s;
}

void tst_ScriptParameters::placesMoveBack()
{
    QFETCH(QString, script);
    const auto placeOf = [](const QString &text) {
        const QString before = text.first(text.indexOf(u'^'));
        const QList<uint> line = before.sliced(before.lastIndexOf(u'\n') + 1).toUcs4();
        return std::pair(int(before.count(u'\n')) + 1, int(line.size()) + 1);
    };
    const auto [line, column] = placeOf(script);
    const QString marked = script;
    script.remove(u'^');
    const auto values = ScriptParameters::parse({ u"a=1"_s });
    QVERIFY(values);
    const auto statements = script.contains(u":a"_s) ? values->split(script, m_dialect)
                                                     : ScriptParameters::parse({})->split(script, m_dialect);
    QVERIFY(statements);
    const ScriptStatement &statement = statements->last();
    // Where the server sees it: in its own text, with `?` for the parameters.
    QString sent = marked.sliced(script.indexOf(statement.original));
    sent.replace(u":a"_s, u"?"_s);
    const auto [sentLine, sentColumn] = placeOf(sent);
    const Error error = statement.inScript({ .line = sentLine, .column = sentColumn });
    QCOMPARE(error.line, line);
    QCOMPARE(error.column, column);
    QCOMPARE(statement.inScript({}).line, 0);
}

void tst_ScriptParameters::refused_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("words");
    QTest::newRow("no =") << QStringList { u"a"_s } << u"NAME=VALUE"_s;
    QTest::newRow("no name") << QStringList { u"=1"_s } << u"NAME=VALUE"_s;
    QTest::newRow("twice") << QStringList { u"a=1"_s, u"a:bigint=2"_s } << u"twice"_s;
    QTest::newRow("no boolean") << QStringList { u"a:boolean=maybe"_s } << u"no boolean"_s;
    QTest::newRow("no integer") << QStringList { u"a:integer=1.5"_s } << u"no integer"_s;
    QTest::newRow("unknown to the script") << QStringList { u"a=1"_s, u"b=2"_s } << u":b"_s;
    QTest::newRow("unknown to the arguments") << QStringList { u"aa=1"_s } << u":a in line 2 has no value"_s;
}

void tst_ScriptParameters::refused()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, words);
    const auto values = ScriptParameters::parse(arguments);
    Error error;
    if (values) {
        const auto statements = values->split(u"SELECT 1,\n :a"_s, m_dialect);
        QVERIFY(!statements);
        error = statements.error();
    } else {
        error = values.error();
    }
    QVERIFY2(error.message.contains(words), qPrintable(error.message));
    QCOMPARE(error.code, Error::Code::InvalidArgument);
}

QTEST_GUILESS_MAIN(tst_ScriptParameters)
#include "tst_scriptparameters.moc"
