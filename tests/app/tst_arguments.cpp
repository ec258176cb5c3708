// SPDX-License-Identifier: Apache-2.0
#include "app/arguments.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_Arguments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parsed_data();
    void parsed();
    void refused_data();
    void refused();
};

static const QList<ArgumentOption> kOptions {
    { u"format"_s, u"FORMAT"_s, {} },
    { u"param"_s, u"NAME=VALUE"_s, {}, true },
    { u"stats"_s, {}, {} },
    { u"help"_s, {}, {} },
};

void tst_Arguments::parsed_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("seen");
    QTest::newRow("nothing") << QStringList {} << u"format= param= stats=0 help=0 words="_s;
    QTest::newRow("a value behind a blank")
        << QStringList { u"--format"_s, u"csv"_s } << u"format=csv param= stats=0 help=0 words="_s;
    QTest::newRow("a value behind =") << QStringList { u"--format=csv"_s } << u"format=csv param= stats=0 help=0 words="_s;
    QTest::newRow("a value with =") << QStringList { u"--param=a=b=c"_s } << u"format= param=a=b=c stats=0 help=0 words="_s;
    QTest::newRow("an empty value") << QStringList { u"--format="_s } << u"format= param= stats=0 help=0 words="_s;
    QTest::newRow("several") << QStringList { u"--param"_s, u"a=1"_s, u"--param"_s, u"b=2"_s }
                             << u"format= param=a=1,b=2 stats=0 help=0 words="_s;
    QTest::newRow("a value that looks like an option")
        << QStringList { u"--param"_s, u"--stats"_s } << u"format= param=--stats stats=0 help=0 words="_s;
    QTest::newRow("words between") << QStringList { u"SELECT 1"_s, u"--stats"_s, u"x"_s }
                                   << u"format= param= stats=1 help=0 words=SELECT 1,x"_s;
    QTest::newRow("a lone dash is a word") << QStringList { u"-"_s } << u"format= param= stats=0 help=0 words=-"_s;
    QTest::newRow("behind -- all is words") << QStringList { u"--"_s, u"--stats"_s, u"-- comment"_s }
                                            << u"format= param= stats=0 help=0 words=--stats,-- comment"_s;
    QTest::newRow("SQL that begins with a comment")
        << QStringList { u"-- x\nSELECT 1"_s } << u"format= param= stats=0 help=0 words=-- x\nSELECT 1"_s;
    QTest::newRow("-h") << QStringList { u"-h"_s } << u"format= param= stats=0 help=1 words="_s;
}

void tst_Arguments::parsed()
{
    QFETCH(QStringList, words);
    const auto arguments = Arguments::parse(words, kOptions);
    QVERIFY(arguments);
    const QString seen = u"format=%1 param=%2 stats=%3 help=%4 words=%5"_s.arg(
        arguments->value(u"format"_s), arguments->values(u"param"_s).join(u','),
        QString::number(arguments->has(u"stats"_s)), QString::number(arguments->has(u"help"_s)),
        arguments->words().join(u','));
    QTEST(seen, "seen");
}

void tst_Arguments::refused_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("message");
    QTest::newRow("a mistyped option") << QStringList { u"--fromat=csv"_s }
                                       << u"There is no option --fromat. Did you mean --format?"_s;
    QTest::newRow("an option like nothing known") << QStringList { u"--zzzzzzzz"_s } << u"There is no option --zzzzzzzz."_s;
    QTest::newRow("one dash") << QStringList { u"-stats"_s } << u"There is no option -stats. Did you mean --stats?"_s;
    QTest::newRow("no value") << QStringList { u"--format"_s } << u"--format needs a value: --format FORMAT."_s;
    QTest::newRow("a value for a switch") << QStringList { u"--stats=1"_s } << u"--stats takes no value."_s;
    QTest::newRow("twice") << QStringList { u"--format=csv"_s, u"--format=tsv"_s } << u"--format is given twice."_s;
}

void tst_Arguments::refused()
{
    QFETCH(QStringList, words);
    const auto arguments = Arguments::parse(words, kOptions);
    QVERIFY(!arguments);
    QTEST(arguments.error().message, "message");
}

QTEST_GUILESS_MAIN(tst_Arguments)
#include "tst_arguments.moc"
