// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>

namespace Grebe {

/// One case of a `.fault` file: what a server does wrong and what is to become of it; faults/README.md has the words.
struct FaultCase
{
    QByteArray name; ///< "file: case"
    QList<std::pair<QByteArray, QByteArray>> lines; ///< word and rest, in order; the file's own in front

    bool has(const QByteArray &word) const;
    QByteArray value(const QByteArray &word, const QByteArray &otherwise = {}) const; ///< the last one
    QList<QByteArray> values(const QByteArray &word) const;
};

/// All cases of all files of a folder. A file that is not as it should be ends the program.
QList<FaultCase> readFaultCases(const QString &folder);

/// `{name}` becomes the value of that name, `{repeat 3 x}` xxx, `{byte FF}` that byte. Anything else in braces stays.
QByteArray expanded(const QByteArray &text, const QMap<QByteArray, QByteArray> &names);

} // namespace Grebe
