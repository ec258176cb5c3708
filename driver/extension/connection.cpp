// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

using namespace Qt::StringLiterals;

namespace Grebe {

Connection::Connection(QObject *parent) : QObject(parent) { }

Connection::~Connection() = default;

QString Connection::previewSql(const ObjectPath &table, int rowLimit) const
{
    return u"SELECT * FROM %1 LIMIT %2"_s.arg(dialect().path(table)).arg(rowLimit);
}

} // namespace Grebe
