// SPDX-License-Identifier: Apache-2.0
#include "trinoproduct.h"

#include <QRegularExpression>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace Grebe {

TrinoProduct trinoProduct(const ConnectionParameters &parameters)
{
    return parameters.engine().id == "presto"_L1 ? TrinoProduct::Presto : TrinoProduct::Trino;
}

QString trinoProductName(TrinoProduct product)
{
    return product == TrinoProduct::Presto ? u"Presto"_s : u"Trino"_s;
}

std::optional<Error> trinoProductError(const QString &version, const ConnectionParameters &parameters)
{
    static const QRegularExpression ofPresto(u"^0\\.\\d"_s), ofTrino(u"^\\d{3}(\\D|$)"_s);
    const bool isForPresto = trinoProduct(parameters) == TrinoProduct::Presto;
    if (parameters.value(u"protocol"_s) != "auto"_L1 || !(isForPresto ? ofTrino : ofPresto).match(version).hasMatch())
        return {};
    const QString wanted = isForPresto ? u"presto"_s : u"trino"_s, found = isForPresto ? u"trino"_s : u"presto"_s;
    return Error { .code = Error::Code::InvalidArgument,
                   .message = u"This is a %1 server (version %2), and the connection is for %3."_s.arg(
                       trinoProductName(isForPresto ? TrinoProduct::Trino : TrinoProduct::Presto), version,
                       trinoProductName(trinoProduct(parameters))),
                   .hint = u"Use %1:// in place of %2:// (the driver Q%3), or set the option protocol=%2 if it is one all the same."_s.arg(
                       found, wanted, found.toUpper()) };
}

QUrl trinoPageUrl(TrinoProduct product, const QUrl &nextUri)
{
    if (product == TrinoProduct::Trino)
        return nextUri;
    QUrl url = nextUri;
    QUrlQuery query(url);
    query.addQueryItem(u"targetResultSize"_s, u"8MB"_s);
    url.setQuery(query);
    return url;
}

} // namespace Grebe
