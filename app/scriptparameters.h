// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"
#include "extension/statement.h"

#include <QList>
#include <QMap>

namespace Grebe {

/// One statement of a script, ready for Connection::prepare(): its `:name` parameters have become `?` and values.
struct ScriptStatement
{
    QString sql;
    StatementOptions options;
    QString original; ///< as it stands in the script
    int firstLine = 1; ///< of it in the script, from 1
    int firstColumn = 1; ///< in code points, from 1
    QList<std::pair<qsizetype, qsizetype>> parameters; ///< in `original`: position, length

    /// An error's place in `sql`, moved to where it is in the script.
    Error inScript(Error error) const;
};

/// The values that the command line gave to `:name` parameters.
class ScriptParameters
{
public:
    /// Each is `NAME=VALUE` (text) or `NAME:TYPE=VALUE`, with TYPE as the engine spells it: `day:date=2026-08-01`.
    static Result<ScriptParameters> parse(const QStringList &arguments);

    /// The statements of a script. A parameter without a value and a value without a parameter are errors.
    Result<QList<ScriptStatement>> split(const QString &script, const Dialect &dialect) const;

private:
    struct Value
    {
        QVariant value;
        QString type;
    };
    QMap<QString, Value> m_values;
};

} // namespace Grebe
