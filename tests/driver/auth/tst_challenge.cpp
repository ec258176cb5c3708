// SPDX-License-Identifier: Apache-2.0
#include "auth/challenge.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_Challenge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void header_data();
    void header();
    void headerLinesApart();
    void anyCutIsSurvived();
};

// "scheme token68 name=value|name=value", one challenge after the other, joined by " ; ".
static QByteArray text(const QList<AuthChallenge> &challenges)
{
    QByteArrayList out;
    for (const AuthChallenge &challenge : challenges) {
        QByteArray line = challenge.scheme;
        if (!challenge.token68.isEmpty())
            line += " <" + challenge.token68 + '>';
        for (const auto &[name, value] : challenge.parameters)
            line += ' ' + name + "=[" + value + ']';
        out << line;
    }
    return out.join(" ; ");
}

void tst_Challenge::header_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const QByteArray &header, const QByteArray &expected) {
        QTest::newRow(name) << header << expected;
    };
    row("nothing", "", "");
    row("blanks alone", "  \t ", "");
    row("commas alone", ", ,,", "");
    row("a scheme alone", "Negotiate", "negotiate");
    row("a password with a realm", R"(Basic realm="Trino")", "basic realm=[Trino]");
    row("a realm without quotes", "Basic realm=Trino", "basic realm=[Trino]");
    row("odd case", R"(bAsIc ReAlM="Trino")", "basic realm=[Trino]");
    row("two parameters", R"(Bearer realm="Trino", token_type="JWT")", "bearer realm=[Trino] token_type=[JWT]");
    row("no blank behind the comma", R"(Bearer realm="Trino",token_type="JWT")", "bearer realm=[Trino] token_type=[JWT]");
    row("blanks around the equals sign", "Bearer realm = \"Trino\"\t,\ttoken_type= \"JWT\"", "bearer realm=[Trino] token_type=[JWT]");
    row("two schemes joined", R"(Basic realm="Trino", Bearer realm="Trino", token_type="JWT")",
        "basic realm=[Trino] ; bearer realm=[Trino] token_type=[JWT]");
    row("two schemes without a blank", R"(Basic realm="Trino",Bearer realm="Trino")", "basic realm=[Trino] ; bearer realm=[Trino]");
    row("external authentication",
        R"(Bearer x_redirect_server="https://c/oauth2/token/initiate/ab", x_token_server="https://c/oauth2/token/1")",
        "bearer x_redirect_server=[https://c/oauth2/token/initiate/ab] x_token_server=[https://c/oauth2/token/1]");
    row("external authentication, silent", R"(Bearer x_token_server="https://c/oauth2/token/1")",
        "bearer x_token_server=[https://c/oauth2/token/1]");
    row("external authentication, the other order",
        R"(Bearer x_token_server="https://c/t", x_redirect_server="https://c/r")",
        "bearer x_token_server=[https://c/t] x_redirect_server=[https://c/r]");
    row("external authentication beside the others",
        R"(Basic realm="Trino", Bearer x_redirect_server="https://c/r", x_token_server="https://c/t", Bearer realm="Trino", token_type="JWT")",
        "basic realm=[Trino] ; bearer x_redirect_server=[https://c/r] x_token_server=[https://c/t] ; bearer realm=[Trino] token_type=[JWT]");
    row("parameters whose comma was forgotten", R"(Bearer x_redirect_server="https://c/r" x_token_server="https://c/t")",
        "bearer x_redirect_server=[https://c/r] x_token_server=[https://c/t]");
    row("addresses without quotes", "Bearer x_redirect_server=https://c/r?a=b, x_token_server=https://c/t",
        "bearer x_redirect_server=[https://c/r?a=b] x_token_server=[https://c/t]");
    row("a comma within quotes", R"(Basic realm="Trino, the server", charset="UTF-8")", "basic realm=[Trino, the server] charset=[UTF-8]");
    row("an equals sign within quotes", R"(Basic realm="a=b")", "basic realm=[a=b]");
    row("a scheme within quotes", R"(Basic realm="x, Bearer y=z")", "basic realm=[x, Bearer y=z]");
    row("an escaped quote", R"(Basic realm="the \"lake\"")", R"(basic realm=[the "lake"])");
    row("an escaped backslash", R"(Basic realm="a\\b")", R"(basic realm=[a\b])");
    row("an escaped letter", R"(Basic realm="\T\r")", "basic realm=[Tr]");
    row("an empty value", R"(Basic realm="")", "basic realm=[]");
    row("an address with a query", R"(Bearer x_token_server="https://c/t?x=1,2&y=a=b")", "bearer x_token_server=[https://c/t?x=1,2&y=a=b]");
    row("a token behind the scheme", "Negotiate oYGZMIGWoAMKAQGigY==", "negotiate <oYGZMIGWoAMKAQGigY==>");
    row("a token and another scheme", R"(NTLM TlRMTVNTUAAC=, Basic realm="x")", "ntlm <TlRMTVNTUAAC=> ; basic realm=[x]");
    row("a token that looks like a name", "Negotiate abc, Basic", "negotiate <abc> ; basic");
    row("a scheme alone before another", R"(Negotiate, Basic realm="x")", R"(negotiate ; basic realm=[x])");
    row("a scheme alone between others", R"(Basic realm="a", Negotiate, Bearer realm="b")", "basic realm=[a] ; negotiate ; bearer realm=[b]");
    row("an unknown scheme", R"(Mutual sid="1", Basic realm="x")", "mutual sid=[1] ; basic realm=[x]");
    row("several Bearers", R"(Bearer realm="a", Bearer realm="b", Bearer x_token_server="https://c/t")",
        "bearer realm=[a] ; bearer realm=[b] ; bearer x_token_server=[https://c/t]");
    row("a parameter twice: the first counts, both are kept", R"(Bearer a="1", a="2")", "bearer a=[1] a=[2]");
    row("leading and trailing commas", R"(, Basic realm="x",)", "basic realm=[x]");
    row("empty places between parameters", R"(Bearer a="1",, b="2")", "bearer a=[1] b=[2]");
    row("header lines joined by a line break", "Basic realm=\"x\"\r\nBearer realm=\"y\"", "basic realm=[x] ; bearer realm=[y]");
    row("a quote without an end takes the rest with it", R"(Basic realm="x", Bearer x_token_server="https://c/t)", "basic realm=[x] ; bearer");
    row("a parameter without a scheme", R"(realm="x")", "");
    row("a parameter before the first scheme", R"(realm="x", Basic realm="y")", "basic realm=[y]");
    row("nonsense first", R"("x" @@, Basic realm="y")", "basic realm=[y]");
    row("parameters behind nonsense belong to nothing", R"(Basic realm="y", @@@, a="1")", "basic realm=[y]");
    row("letters of another alphabet", "Basic realm=\"\xc3\xa9t\xc3\xa9\"", "basic realm=[\xc3\xa9t\xc3\xa9]");
    row("a zero byte in a value", QByteArray("Basic realm=\"a\0b\"", 17), QByteArray("basic realm=[a\0b]", 17));
    row("digest with many parameters", R"(Digest realm="x", qop="auth,auth-int", algorithm=MD5, nonce="n==", stale=false)",
        "digest realm=[x] qop=[auth,auth-int] algorithm=[MD5] nonce=[n==] stale=[false]");
}

void tst_Challenge::header()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, expected);
    QCOMPARE(text(parseChallenges(header)), expected);
}

void tst_Challenge::headerLinesApart()
{
    HttpResponse response;
    response.headers = { { "WWW-Authenticate", R"(Basic realm="cut)" },
                         { "Content-Type", "Basic" },
                         { "www-authenticate", R"(Bearer x_token_server="https://c/t")" } };
    const QList<AuthChallenge> challenges = challengesOf(response);
    QCOMPARE(text(challenges), "basic ; bearer x_token_server=[https://c/t]");
    QVERIFY(challenges.at(1).has("x_token_server"));
    QVERIFY(!challenges.at(1).has("x_redirect_server"));
    QCOMPARE(challenges.at(1).parameter("x_token_server"), "https://c/t");
    QCOMPARE(challenges.at(1).parameter("realm"), QByteArray());
}

void tst_Challenge::anyCutIsSurvived()
{
    const QByteArray whole = R"(Basic realm="a\"b", Negotiate YWJj==, Bearer x_redirect_server="https://c/r", x_token_server="https://c/t")";
    for (qsizetype begin = 0; begin < whole.size(); ++begin) {
        for (qsizetype length = 0; begin + length <= whole.size(); ++length) {
            const QList<AuthChallenge> challenges = parseChallenges(whole.sliced(begin, length));
            for (const AuthChallenge &challenge : challenges) {
                QVERIFY(!challenge.scheme.isEmpty());
                // A cut address must never be taken for a whole one.
                if (begin == 0 && challenge.has("x_token_server"))
                    QVERIFY(QByteArrayList({ "", "https://c/t" }).contains(challenge.parameter("x_token_server")));
            }
        }
    }
    QVERIFY(parseChallenges(QByteArray(100'000, 'a')).size() <= 1);
    QCOMPARE(parseChallenges(QByteArray("a,").repeated(1000)).size(), 64);
}

QTEST_GUILESS_MAIN(tst_Challenge)
#include "tst_challenge.moc"
