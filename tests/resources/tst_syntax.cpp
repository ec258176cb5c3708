// SPDX-License-Identifier: Apache-2.0
#include "sql/duckdbdialect.h"
#include "sql/trinodialect.h"

#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/State>

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

class Formats : public KSyntaxHighlighting::AbstractHighlighter
{
public:
    // "Keyword<SELECT> Number<1>": the runs of one format, plain text left out.
    QString of(const QString &text)
    {
        m_runs.clear();
        KSyntaxHighlighting::State state;
        for (const QString &line : text.split(u'\n')) {
            m_line = line;
            state = highlightLine(line, state);
        }
        return m_runs.join(u' ');
    }

protected:
    void applyFormat(int offset, int length, const KSyntaxHighlighting::Format &format) override
    {
        if (length > 0 && format.name() != "Normal Text"_L1)
            m_runs << format.name().remove(u' ') + u'<' + m_line.sliced(offset, length) + u'>';
    }

private:
    QString m_line;
    QStringList m_runs;
};

} // namespace

class tst_Syntax : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKeywordIsKnown();
    void formats_data();
    void formats();

private:
    KSyntaxHighlighting::Repository m_repository;
};

void tst_Syntax::everyKeywordIsKnown()
{
    for (const Dialect *dialect : { &trinoDialect(), &prestoDialect(), &duckdbDialect() }) {
        const auto definition = m_repository.definitionForName(u"SQL (%1)"_s.arg(dialect->name()));
        QVERIFY(definition.isValid());
        Formats formats;
        formats.setDefinition(definition);
        for (const QString &word : dialect->keywords())
            QVERIFY2(!formats.of(word).isEmpty(), qPrintable(word));
    }
}

void tst_Syntax::formats_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("trino");
    QTest::addColumn<QString>("duckdb");
    const auto row = [](const char *name, const QString &text, const QString &trino, const QString &duckdb = {}) {
        QTest::newRow(name) << text << trino << (duckdb.isNull() ? trino : duckdb);
    };
    row("keywords without case", u"SELECT a From t"_s, u"Keyword<SELECT> Keyword<From>"_s);
    row("type, function, constant", u"CAST(lower(x) AS bigint) true"_s,
        u"Keyword<CAST> Symbol<(> Function<lower> Symbol<(> Symbol<)> Keyword<AS> DataType<bigint> Symbol<)> Constant<true>"_s);
    row("a keyword behind a dot is a name", u"a.comment, t.date.x, f.lower(x)"_s,
        u"Symbol<.> Symbol<,> Symbol<.> Symbol<.> Symbol<,> Symbol<.> Function<lower> Symbol<(> Symbol<)>"_s);
    row("strings with doubled quotes", u"'it''s'"_s, u"String<'it> Escape<''> String<s'>"_s);
    row("a string over lines", u"'a\nSELECT' SELECT"_s, u"String<'a> String<SELECT'> Keyword<SELECT>"_s);
    row("a backslash is ordinary", u"'a\\' 1"_s, u"String<'a\\'> Number<1>"_s);
    row("a Unicode string", u"U&'\\0041x'"_s, u"String<U&'> Escape<\\0041> String<x'>"_s, u"Operator<&> String<'\\0041x'>"_s);
    row("bytes with a mistake", u"X'00 g'"_s, u"String<X'00 > Error<g> String<'>"_s);
    row("a quoted name", u"\"a\"\"b\""_s, u"QuotedName<\"a> Escape<\"\"> QuotedName<b\">"_s);
    row("a backquoted name", u"`a` SELECT"_s, u"Error<`a`> Keyword<SELECT>"_s, u"QuotedName<`a`> Keyword<SELECT>"_s);
    row("a dollar string", u"$$a 'b\nc$$ 1"_s, u"String<$$a 'b> String<c$$> Number<1>"_s);
    row("a tagged dollar string", u"$q$a$$b$q$ 1"_s, u"Operator<$> Operator<$> String<$$b$q$ 1>"_s, u"String<$q$a$$b$q$> Number<1>"_s);
    row("numbers", u"1 1.5 .5 1_000 0xFF 1e-3"_s, u"Number<1> Number<1.5> Number<.5> Number<1_000> Number<0xFF> Number<1e-3>"_s);
    row("a digit identifier", u"1a"_s, u"Error<1a>"_s, u""_s);
    row("comments", u"a -- SELECT\n/* SELECT\nSELECT */ 1"_s, u"Comment<-- SELECT> Comment</* SELECT> Comment<SELECT */> Number<1>"_s);
    row("comments in comments", u"/* /* */ 1 */"_s, u"Comment</* /* */> Number<1> Operator<*/>"_s, u"Comment</* /* */ 1 */>"_s);
    row("parameters", u"a = ? AND b = :name"_s, u"Operator<=> Parameter<?> Keyword<AND> Operator<=> Parameter<:name>"_s);
    row("a cast is no parameter", u"a::bigint"_s, u"Operator<::> DataType<bigint>"_s);
    row("a no-break space", u"a\u00a0b"_s, u"Error<\u00a0>"_s, u""_s);
    row("a name with a keyword inside", u"select_x xselect größe"_s, u""_s, u""_s);
    row("a parameter of DuckDB's", u"$1"_s, u"Operator<$> Number<1>"_s, u"Parameter<$1>"_s);
}

void tst_Syntax::formats()
{
    QFETCH(QString, text);
    Formats formats;
    formats.setDefinition(m_repository.definitionForName(u"SQL (Trino)"_s));
    QTEST(formats.of(text), "trino");
    formats.setDefinition(m_repository.definitionForName(u"SQL (DuckDB)"_s));
    QTEST(formats.of(text), "duckdb");
    // Presto has no $$ strings and its own words; the rest is as in Trino.
    QFETCH(QString, trino);
    formats.setDefinition(m_repository.definitionForName(u"SQL (Presto)"_s));
    if (!text.contains(u'$'))
        QCOMPARE(formats.of(text), trino);
    QCOMPARE(formats.of(u"$$a$$ auto execute ipprefix"_s),
             u"Operator<$$> Operator<$$> Keyword<execute> DataType<ipprefix>"_s);
}

QTEST_GUILESS_MAIN(tst_Syntax)
#include "tst_syntax.moc"
