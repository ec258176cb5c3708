// SPDX-License-Identifier: Apache-2.0
#include "dialect.h"

#include <QStringList>

namespace Grebe {

Dialect::~Dialect() = default;

QString Dialect::path(const ObjectPath &path) const
{
    QStringList parts;
    for (const QString &part : path.parts())
        parts << quoteIfNeeded(part);
    return parts.join(u'.');
}

StatementRange Dialect::statementAt(QStringView script, qsizetype position) const
{
    const QList<StatementRange> statements = split(script);
    if (statements.isEmpty())
        return {};
    for (qsizetype i = 0; i < statements.size(); ++i) {
        const StatementRange &statement = statements[i];
        const qsizetype last = statement.terminator < 0 ? statement.end : statement.terminator + 1;
        if (position <= last)
            return statement;
        if (i + 1 < statements.size() && position >= statements[i + 1].begin)
            continue;
        // Behind its `;` and still on the same line, before anything else starts.
        const QStringView between = script.sliced(last, position - last);
        if (!between.contains(u'\n') && between.trimmed().isEmpty())
            return statement;
    }
    return statements.last();
}

} // namespace Grebe
