// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"
#include "statementsplitter.h"

#include <QSet>

namespace Grebe {

/// What dialects with standard quotes have in common; a dialect adds its words, its literals and its statements.
/// Thread     as Dialect's: const and without state.
class SqlDialect : public Dialect
{
public:
    QString quoteIdentifier(const QString &name) const override;
    QString quoteIfNeeded(const QString &name) const override;
    QStringList keywords() const override;
    bool isReserved(QStringView word) const override;
    QList<StatementRange> split(QStringView script) const override;
    QList<qsizetype> parameterPositions(QStringView statement) const override;
    QList<std::pair<qsizetype, qsizetype>> namedParameters(QStringView statement) const override;

    const LexicalRules &rules() const { return m_rules; }

protected:
    /// Words in upper case, separated by single blanks.
    SqlDialect(const LexicalRules &rules, Routines routines, QLatin1StringView reserved, QLatin1StringView others);

    /// Whether `[a:b]` cuts a list and `{a:b}` is a value, so that such colons begin no parameter.
    virtual bool hasColonsInBrackets() const { return false; }
    /// The first word of a statement in upper case, opening brackets left out.
    QString firstWord(QStringView statement) const;
    Result<QString> refuse(const QVariant &value, const QString &type) const;

    static Result<QString> invalidValue(const QString &message);

private:
    LexicalRules m_rules;
    Routines m_routines;
    QStringList m_keywords;
    QSet<QString> m_reserved;
};

} // namespace Grebe
