// SPDX-License-Identifier: Apache-2.0
#include "error.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace Grebe {

QString codeName(Error::Code code)
{
    switch (code) {
    case Error::Code::Unknown: return u"Unknown"_s;
    case Error::Code::NotImplemented: return u"NotImplemented"_s;
    case Error::Code::NotFound: return u"NotFound"_s;
    case Error::Code::AlreadyExists: return u"AlreadyExists"_s;
    case Error::Code::InvalidArgument: return u"InvalidArgument"_s;
    case Error::Code::InvalidState: return u"InvalidState"_s;
    case Error::Code::InvalidData: return u"InvalidData"_s;
    case Error::Code::Integrity: return u"Integrity"_s;
    case Error::Code::Internal: return u"Internal"_s;
    case Error::Code::IO: return u"IO"_s;
    case Error::Code::Cancelled: return u"Cancelled"_s;
    case Error::Code::Timeout: return u"Timeout"_s;
    case Error::Code::Unauthenticated: return u"Unauthenticated"_s;
    case Error::Code::Unauthorized: return u"Unauthorized"_s;
    case Error::Code::Incomplete: return u"Incomplete"_s;
    }
    return u"Unknown"_s;
}

QString Error::ticketText() const
{
    QStringList lines { message };
    if (!hint.isEmpty())
        lines << hint;
    if (line > 0)
        lines << (column > 0 ? u"line %1, column %2"_s.arg(line).arg(column) : u"line %1"_s.arg(line));
    lines << (vendorCode.isEmpty() ? codeName(code) : u"%1 (%2)"_s.arg(vendorCode).arg(vendorNumber));
    if (!queryId.isEmpty())
        lines << u"query %1"_s.arg(queryId);
    if (!detail.isEmpty())
        lines << detail;
    return lines.join(u'\n');
}

} // namespace Grebe
