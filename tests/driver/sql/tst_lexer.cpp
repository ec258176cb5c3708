// SPDX-License-Identifier: Apache-2.0
#include "sql/lexer.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

const LexicalRules kTrino { .dollarStrings = LexicalRules::DollarStrings::Plain, .hasUnicodeStrings = true };
const LexicalRules kDuckdb { .dollarStrings = LexicalRules::DollarStrings::Tagged, .hasNestedComments = true,
                             .hasEscapeStrings = true, .hasDollarInNames = true };
const LexicalRules kOther { .hasBackslashEscapes = true, .hasHashComments = true };

QString tokensOf(QStringView text, const LexicalRules &rules)
{
    static const QString names = u"EWQBSNC?;OU"_s;
    QStringList tokens;
    Lexer lexer(text, rules);
    for (Token token = lexer.next(); token.kind != Token::Kind::End; token = lexer.next())
        tokens << names[int(token.kind)] + (token.isTerminated ? QString() : u"!"_s) + u'<' + lexer.text(token).toString() + u'>';
    return tokens.join(u' ');
}

} // namespace

class tst_Lexer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokens_data();
    void tokens();
    void anyTextIsCutWithoutLoss();
};

void tst_Lexer::tokens_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("trino");
    QTest::addColumn<QString>("duckdb");
    const auto row = [](const char *name, const QString &text, const QString &trino, const QString &duckdb = {}) {
        QTest::newRow(name) << text << trino << (duckdb.isNull() ? trino : duckdb);
    };
    row("nothing", u""_s, u""_s, u""_s);
    row("words, operators, end", u"SELECT a_1 FROM t;"_s, u"W<SELECT> W<a_1> W<FROM> W<t> ;<;>"_s);
    row("a string with doubled quotes", u"'it''s'"_s, u"S<'it''s'>"_s);
    row("a string over lines", u"'a\n\nb'"_s, u"S<'a\n\nb'>"_s);
    row("a backslash is ordinary", u"'a\\' b"_s, u"S<'a\\'> W<b>"_s);
    row("an open string reaches to the end", u"'a; b"_s, u"S!<'a; b>"_s);
    row("a quoted name", u"\"a\"\"b;\".c"_s, u"Q<\"a\"\"b;\"> O<.> W<c>"_s);
    row("a backquoted name", u"`a b`"_s, u"B<`a b`>"_s);
    row("hexadecimal bytes", u"X'00 ff' x''"_s, u"S<X'00 ff'> S<x''>"_s);
    row("x alone is a name", u"x 'a'"_s, u"W<x> S<'a'>"_s);
    row("a Unicode string", u"U&'\\0041' UESCAPE '!'"_s, u"S<U&'\\0041'> W<UESCAPE> S<'!'>"_s,
        u"W<U> O<&> S<'\\0041'> W<UESCAPE> S<'!'>"_s);
    row("an escape string", u"E'a\\'b' c"_s, u"W<E> S<'a\\'> W<b> S!<' c>"_s, u"S<E'a\\'b'> W<c>"_s);
    row("a dollar string", u"$$a;'$$ b"_s, u"S<$$a;'$$> W<b>"_s);
    row("a tagged dollar string", u"$q$a$$b$q$"_s, u"O<$> W<q> O<$> W<a> S!<$$b$q$>"_s, u"S<$q$a$$b$q$>"_s);
    row("an open dollar string", u"$$a; b"_s, u"S!<$$a; b>"_s);
    row("a dollar parameter", u"$1 + $name"_s, u"O<$> N<1> O<+> O<$> W<name>"_s);
    row("a name with a dollar", u"a$b"_s, u"W<a> O<$> W<b>"_s, u"W<a$b>"_s);
    row("a comment to the line's end", u"a --b;\nc"_s, u"W<a> C<--b;> W<c>"_s);
    row("a comment ends at a carriage return too", u"--b\rc"_s, u"C<--b> W<c>"_s);
    row("a comment in stars", u"a/* ; ' */b"_s, u"W<a> C</* ; ' */> W<b>"_s);
    row("comments in comments", u"/* /* */ b */"_s, u"C</* /* */> W<b> O<*> O</>"_s, u"C</* /* */ b */>"_s);
    row("an open comment", u"a /* b"_s, u"W<a> C!</* b>"_s);
    row("a slash and a star that touch", u"/*/ a */ b"_s, u"C</*/ a */> W<b>"_s);
    row("a minus before a number", u"a-1"_s, u"W<a> O<-> N<1>"_s);
    row("numbers", u"1 1.5 .5 5. 1e3 1.5E-3 1_000 0xFF"_s, u"N<1> N<1.5> N<.5> N<5.> N<1e3> N<1.5E-3> N<1_000> N<0xFF>"_s);
    row("a digit identifier is one token", u"1a 1e"_s, u"N<1a> N<1e>"_s);
    row("a number and a range", u"1..2"_s, u"N<1> O<.> N<.2>"_s);
    row("operators of two characters", u"a::b->c=>d<=e>=f<>g!=h||i"_s,
        u"W<a> O<::> W<b> O<->> W<c> O<=>> W<d> O<<=> W<e> O<>=> W<f> O<<>> W<g> O<!=> W<h> O<||> W<i>"_s);
    row("a question mark", u"a=? AND '?'=\"?\""_s, u"W<a> O<=> ?<?> W<AND> S<'?'> O<=> Q<\"?\">"_s);
    row("letters outside ASCII", u"größe 表 😀"_s, u"W<größe> W<表> W<😀>"_s);
    row("a no-break space is no blank", u"a\u00a0b"_s, u"W<a> U<\u00a0> W<b>"_s);
}

void tst_Lexer::tokens()
{
    QFETCH(QString, text);
    QTEST(tokensOf(text, kTrino), "trino");
    QTEST(tokensOf(text, kDuckdb), "duckdb");
    QCOMPARE(tokensOf(u"'a\\'b' # c", kOther), u"S<'a\\'b'> C<# c>"_s);
    QCOMPARE(tokensOf(u"'a\\", kOther), u"S!<'a\\>"_s);
}

void tst_Lexer::anyTextIsCutWithoutLoss()
{
    QRandomGenerator random(1);
    const QString alphabet = u"'\"`$-/*\\;?:.eExXuU&#_a1 \n\u00a0[]{}"_s;
    for (int i = 0; i < 20000; ++i) {
        QString text;
        for (int n = random.bounded(24); n > 0; --n)
            text += alphabet[random.bounded(int(alphabet.size()))];
        for (const LexicalRules &rules : { kTrino, kDuckdb, kOther }) {
            Lexer lexer(text, rules);
            qsizetype position = 0;
            for (Token token = lexer.next(); token.kind != Token::Kind::End; token = lexer.next()) {
                QVERIFY(token.begin >= position);
                QVERIFY(token.end > token.begin);
                QVERIFY(token.end <= text.size());
                QVERIFY(QStringView(text).sliced(position, token.begin - position).trimmed().isEmpty());
                position = token.end;
            }
            QVERIFY(QStringView(text).sliced(position).trimmed().isEmpty());
        }
    }
}

QTEST_GUILESS_MAIN(tst_Lexer)
#include "tst_lexer.moc"
