// SPDX-License-Identifier: Apache-2.0
#include "faultcase.h"

#include <QDir>
#include <QFile>
#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

const QSet<QByteArray> words {
    "for", "sql", "option", "page", "emptyPages", "encoding", "tls", // what there is
    "at", "times", "reply", "header", "body", "replace", "framing", "pack", "damage", "cut", "end", "drip", "then", // what goes wrong
    "ends", "rows", "cell", "says", "hint", "posts", "asked", "deletes", "mayHaveRun", "strangers", "told", // what is to come of it
};

// Of the one at `at`; -1 where none stands there or it is never closed.
qsizetype closingBrace(const QByteArray &text, qsizetype at)
{
    if (text.at(at) != '{')
        return -1;
    int depth = 0;
    for (qsizetype end = at; end < text.size(); ++end) {
        depth += int(text.at(end) == '{') - int(text.at(end) == '}');
        if (depth == 0)
            return end;
    }
    return -1;
}

} // namespace

bool FaultCase::has(const QByteArray &word) const
{
    return std::ranges::contains(lines, word, &std::pair<QByteArray, QByteArray>::first);
}

QByteArray FaultCase::value(const QByteArray &word, const QByteArray &otherwise) const
{
    const QList<QByteArray> all = values(word);
    return all.isEmpty() ? otherwise : all.constLast();
}

QList<QByteArray> FaultCase::values(const QByteArray &word) const
{
    QList<QByteArray> found;
    for (const auto &[key, rest] : lines) {
        if (key == word)
            found << rest;
    }
    return found;
}

QList<FaultCase> readFaultCases(const QString &folder)
{
    QList<FaultCase> cases;
    const QDir dir(folder);
    const QStringList names = dir.entryList({ u"*.fault"_s }, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        QFile file(dir.filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("cannot read %s", qPrintable(file.fileName()));
        FaultCase ofFile { .name = name.chopped(6).toUtf8() };
        FaultCase *current = &ofFile;
        int number = 0;
        while (!file.atEnd()) {
            ++number;
            const QByteArray line = file.readLine().trimmed();
            if (line.isEmpty() || line.startsWith('#'))
                continue;
            const qsizetype blank = line.indexOf(' ');
            const QByteArray word = blank < 0 ? line : line.first(blank);
            const QByteArray rest = blank < 0 ? QByteArray() : line.sliced(blank + 1).trimmed();
            if (word == "case") {
                cases << FaultCase { .name = ofFile.name + ": " + rest, .lines = ofFile.lines };
                current = &cases.last();
            } else if (words.contains(word)) {
                current->lines.emplaceBack(word, rest);
            } else {
                qFatal("%s:%d: there is no word \"%s\"", qPrintable(file.fileName()), number, word.constData());
            }
        }
    }
    return cases;
}

QByteArray expanded(const QByteArray &text, const QMap<QByteArray, QByteArray> &names)
{
    QByteArray out;
    for (qsizetype at = 0; at < text.size(); ++at) {
        const qsizetype end = closingBrace(text, at);
        const QByteArray inner = end < 0 ? QByteArray() : text.sliced(at + 1, end - at - 1);
        if (names.contains(inner)) {
            out += names.value(inner);
        } else if (inner.startsWith("repeat ")) {
            const qsizetype blank = inner.indexOf(' ', 7);
            out += expanded(inner.sliced(blank + 1), names).repeated(inner.sliced(7, blank - 7).toInt());
        } else if (inner.startsWith("byte ")) {
            out += QByteArray::fromHex(inner.sliced(5));
        } else {
            out += text.at(at);
            continue;
        }
        at = end;
    }
    return out;
}

} // namespace Grebe
