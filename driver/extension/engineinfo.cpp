// SPDX-License-Identifier: Apache-2.0
#include "engineinfo.h"

#include <algorithm>
#include <vector>

namespace Grebe {

namespace {

qsizetype editDistance(QStringView a, QStringView b)
{
    std::vector<qsizetype> row(b.size() + 1);
    for (qsizetype j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (qsizetype i = 1; i <= a.size(); ++i) {
        qsizetype diagonal = row[0];
        row[0] = i;
        for (qsizetype j = 1; j <= b.size(); ++j) {
            const qsizetype replaced = diagonal + (a[i - 1].toLower() == b[j - 1].toLower() ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({ row[j] + 1, row[j - 1] + 1, replaced });
        }
    }
    return row[b.size()];
}

} // namespace

const OptionInfo *EngineInfo::option(QStringView name) const
{
    for (const OptionInfo &candidate : options) {
        if (name.compare(candidate.name, Qt::CaseInsensitive) == 0 || candidate.aliases.contains(name, Qt::CaseInsensitive))
            return &candidate;
    }
    return nullptr;
}

QString EngineInfo::nearestOption(QStringView name) const
{
    QString nearest;
    qsizetype best = std::max<qsizetype>(2, name.size() / 2) + 1;
    for (const OptionInfo &candidate : options) {
        for (const QString &known : QStringList { candidate.name } + candidate.aliases) {
            const qsizetype distance = editDistance(name, known);
            if (distance < best) {
                best = distance;
                nearest = candidate.name;
            }
        }
    }
    return nearest;
}

} // namespace Grebe
