// SPDX-License-Identifier: Apache-2.0
#include "sqlerror.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace Grebe {

QSqlError sqlError(const Error &error, QSqlError::ErrorType type)
{
    const bool isServers = !error.vendorCode.isEmpty() || !error.sqlState.isEmpty() || !error.queryId.isEmpty();
    QStringList driverText;
    if (!isServers)
        driverText << error.message;
    if (error.line > 0 && error.column > 0)
        driverText << u"(line %1, column %2)"_s.arg(error.line).arg(error.column);
    else if (error.line > 0)
        driverText << u"(line %1)"_s.arg(error.line);
    if (error.mayHaveRun)
        driverText << u"The server may have run the statement all the same."_s;
    if (!error.hint.isEmpty())
        driverText << error.hint;
    if (!error.queryId.isEmpty())
        driverText << u"[query %1]"_s.arg(error.queryId);
    const bool isConnections = error.code == Error::Code::IO || error.code == Error::Code::Unauthenticated;
    return QSqlError(driverText.join(u' '), isServers ? error.message : QString(),
                     isConnections && type == QSqlError::StatementError ? QSqlError::ConnectionError : type,
                     error.vendorCode.isEmpty() ? codeName(error.code) : error.vendorCode);
}

} // namespace Grebe
