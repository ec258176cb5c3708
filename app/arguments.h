// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QList>
#include <QMap>
#include <QStringList>

namespace Grebe {

/// An option of a command; parsing and help are made from the same table. A value.
struct ArgumentOption
{
    QString name; ///< without dashes
    QString valueName; ///< empty: a switch
    QString help;
    bool repeats = false;
};

/// A command line taken apart: `--name value`, `--name=value`, switches, words; `--` ends the options, `-` is a word, and
/// so is an SQL text that begins with a comment.
///
/// Errors     an unknown option is named together with the nearest known one.
class Arguments
{
public:
    static Result<Arguments> parse(const QStringList &words, const QList<ArgumentOption> &options);

    bool has(const QString &option) const { return m_values.contains(option); }
    QString value(const QString &option) const { return m_values.value(option).value(0); }
    QStringList values(const QString &option) const { return m_values.value(option); }
    const QStringList &words() const { return m_words; }

private:
    QMap<QString, QStringList> m_values;
    QStringList m_words;
};

/// The nearest of some names to a mistyped one; empty when none is near.
QString nearestOf(const QString &word, const QStringList &names);
/// " Did you mean X?", or nothing when X is empty.
QString didYouMean(const QString &nearest);
Error usageError(const QString &message, const QString &hint = {});

} // namespace Grebe
