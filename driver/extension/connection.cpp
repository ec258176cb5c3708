// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

using namespace Qt::StringLiterals;

namespace Grebe {

Connection::Connection(QObject *parent) : QObject(parent) { }

Connection::~Connection() = default;

QFuture<Result<MetadataTable>> Connection::describe(MetadataTopic, const ObjectPath &)
{
    return QtFuture::makeReadyValueFuture(Result<MetadataTable>(
            std::unexpected(Error { .code = Error::Code::NotImplemented, .message = u"%1 does not tell this."_s.arg(engine().name) })));
}

QFuture<Result<Plan>> Connection::explain(const QString &, PlanKind)
{
    return QtFuture::makeReadyValueFuture(Result<Plan>(
            std::unexpected(Error { .code = Error::Code::NotImplemented, .message = u"%1 has no such plan."_s.arg(engine().name) })));
}

QString Connection::previewSql(const ObjectPath &table, int rowLimit) const
{
    return u"SELECT * FROM %1 LIMIT %2"_s.arg(dialect().path(table)).arg(rowLimit);
}

} // namespace Grebe
