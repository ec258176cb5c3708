// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"
#include "objectpath.h"

#include <QList>
#include <QString>
#include <QStringView>
#include <QVariant>

namespace Grebe {

/// A statement inside a script.
struct GREBE_EXPORT StatementRange
{
    qsizetype begin = 0; ///< UTF-16 position of its first token; leading comments and blanks are outside
    qsizetype end = 0; ///< behind its last token, before the `;`
    qsizetype terminator = -1; ///< position of its `;`, -1 when it has none

    qsizetype length() const { return end - begin; }
    friend bool operator==(const StatementRange &, const StatementRange &) = default;
};

enum class StatementKind {
    Empty,
    Query, ///< SELECT, WITH, VALUES, TABLE
    Metadata, ///< SHOW, DESCRIBE, EXPLAIN
    Write, ///< INSERT, UPDATE, DELETE, MERGE, CALL...: may change data
    Ddl, ///< CREATE, DROP, ALTER, GRANT...
    Session, ///< USE, SET, START TRANSACTION, PREPARE...
    Other
};

/// How one engine spells its SQL: text alone, no network.
///
/// Shape      quoting is here and nowhere else: any text becomes one identifier or one literal, whatever it holds.
/// Thread     any; const and without state.
/// Ownership  the engine's; lives as long as the process.
class GREBE_EXPORT Dialect
{
public:
    virtual ~Dialect();

    virtual QString name() const = 0;
    /// Always quoted; an embedded quote is doubled.
    virtual QString quoteIdentifier(const QString &name) const = 0;
    /// Quoted only where the engine's rules ask for it: for text a person will read.
    virtual QString quoteIfNeeded(const QString &name) const = 0;
    /// The parts quoted where needed and joined by dots.
    QString path(const ObjectPath &path) const;
    /// A literal, exact in value and type. `type` is the engine's type text where the value alone does not tell.
    virtual Result<QString> literal(const QVariant &value, const QString &type = {}) const = 0;
    virtual QStringList keywords() const = 0;
    virtual bool isReserved(QStringView word) const = 0;

    /// The statements of a script in order; text that is only blanks and comments gives none.
    virtual QList<StatementRange> split(QStringView script) const = 0;
    /// Which of them a cursor at this UTF-16 position means: the one it stands in or right behind (after its `;` on the
    /// same line too); on a comment or blank between two, the next one; past the last, the last.
    StatementRange statementAt(QStringView script, qsizetype position) const;
    virtual StatementKind kind(QStringView statement) const = 0;
    /// Positions of the `?` that are parameters, outside strings, names and comments.
    virtual QList<qsizetype> parameterPositions(QStringView statement) const = 0;
    /// `:name` parameters outside strings, names, comments and the engine's own use of the colon: begin, length.
    virtual QList<std::pair<qsizetype, qsizetype>> namedParameters(QStringView statement) const = 0;
};

} // namespace Grebe
