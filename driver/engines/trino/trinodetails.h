// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/progress.h"

#include <QByteArrayView>
#include <QHash>
#include <QString>

namespace Grebe {

/// What the server's page about a query knows and the pages of its result do not tell. Either part may be empty.
struct TrinoDetails
{
    QString resourceGroup; ///< "global.etl"
    QHash<QString, QString> stageNames; ///< by stage number, "3": "join, scan orders"

    /// Puts the names and the group where they belong.
    void addTo(Progress &progress) const;
};

/// `json`: the answer to GET /v1/query/{id}; at least 64 bytes behind its end are readable. What is not as expected is
/// left out, since no server promises this format.
///
/// Source     measured: Trino 476 nests the stages, 483 lists them, PrestoDB 0.296 keeps their plan and tables elsewhere.
TrinoDetails trinoDetails(QByteArrayView json);

} // namespace Grebe
