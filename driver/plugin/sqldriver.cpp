// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "sqldriver.h"

#include "sqlerror.h"
#include "sqlresult.h"

#include "auth/tokenbroker.h"
#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "formats/guardedwriter.h"
#include "sql/quoting.h"

#include <QSqlField>
#include <QSqlIndex>
#include <QSqlRecord>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// Names of tables are plain or in double quotes in both dialects.
const LexicalRules kNameRules;

template<typename T>
Result<T> waitedFor(QFuture<Result<T>> future)
{
    future.waitForFinished();
    if (future.isCanceled() || future.resultCount() == 0)
        return std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The connection was closed."_s });
    return future.result();
}

bool isOneQuotedName(QStringView text)
{
    Lexer lexer(text, kNameRules);
    const Token token = lexer.next();
    return token.kind == Token::Kind::QuotedName && token.isTerminated && token.begin == 0 && token.end == text.size();
}

/// `"a"."b c"`: every part in quotes, nothing between them but dots.
bool isQuotedPath(QStringView text)
{
    Lexer lexer(text, kNameRules);
    while (true) {
        const Token token = lexer.next();
        if (token.kind != Token::Kind::QuotedName || !token.isTerminated)
            return false;
        const Token dot = lexer.next();
        if (dot.kind == Token::Kind::End)
            return true;
        if (dot.kind != Token::Kind::Operator || lexer.text(dot) != "."_L1)
            return false;
    }
}

QString quotedPath(const ObjectPath &path)
{
    QStringList names;
    for (const QString &part : path.parts())
        names << quotedWith(u'"', part);
    return names.join(u'.');
}

bool isTable(ObjectInfo::Kind kind)
{
    return kind == ObjectInfo::Kind::Table;
}

bool isView(ObjectInfo::Kind kind)
{
    return kind == ObjectInfo::Kind::View || kind == ObjectInfo::Kind::MaterializedView;
}

} // namespace

SqlDriver::SqlDriver(const EngineInfo &engine, QObject *parent) : QSqlDriver(parent), m_engine(engine)
{
    // A decimal is its digits unless somebody asks for less.
    setNumericalPrecisionPolicy(QSql::HighPrecision);
}

SqlDriver::~SqlDriver()
{
    SqlDriver::close();
}

bool SqlDriver::hasFeature(DriverFeature feature) const
{
    switch (feature) {
    case Transactions:
        return m_engine.features.testFlag(EngineInfo::Transactions);
    case BLOB:
    case Unicode:
    case PreparedQueries: // values are bound, not pasted into the text
    case PositionalPlaceholders:
    case FinishQuery:
    case CancelQuery:
        return true;
    case QuerySize: // known only once all rows are here
    case NamedPlaceholders: // QSqlResult turns names into positions
    case LastInsertId:
    case BatchOperations:
    case SimpleLocking:
    case EventNotifications:
    case MultipleResultSets:
        return false;
    case LowPrecisionNumbers:
        return true; // numericalPrecisionPolicy() is honoured
    }
    return false;
}

bool SqlDriver::fail(const Error &error, QSqlError::ErrorType type)
{
    setLastError(sqlError(error, type));
    return false;
}

bool SqlDriver::open(const QString &databaseName, const QString &user, const QString &password, const QString &host,
                     int port, const QString &connectOptions)
{
    close();
    const Result<ConnectionParameters> parameters =
        ConnectionParameters::fromSqlDatabase(m_engine, databaseName, user, password, host, port, connectOptions);
    if (!parameters) {
        setOpenError(true);
        return fail(parameters.error(), QSqlError::ConnectionError);
    }
    ConnectionPtr connection = createConnection(*parameters, m_provider);
    const Result<ServerInfo> server = waitedFor(connection->open());
    if (!server) {
        setOpenError(true);
        return fail(server.error(), QSqlError::ConnectionError);
    }
    m_connection = std::move(connection);
    setLastError(QSqlError());
    setOpenError(false);
    setOpen(true);
    return true;
}

void SqlDriver::close()
{
    if (isOpen()) {
        setOpen(false);
        setOpenError(false);
    }
    m_connection.reset();
}

QSqlResult *SqlDriver::createResult() const
{
    return new SqlResult(this);
}

bool SqlDriver::beginTransaction()
{
    return endTransaction(&Connection::begin);
}

bool SqlDriver::commitTransaction()
{
    return endTransaction(&Connection::commit);
}

bool SqlDriver::rollbackTransaction()
{
    return endTransaction(&Connection::rollback);
}

bool SqlDriver::endTransaction(QFuture<Result<void>> (Connection::*end)())
{
    if (!m_connection)
        return fail({ .code = Error::Code::InvalidState, .message = u"The database is not open."_s }, QSqlError::TransactionError);
    if (!hasFeature(Transactions))
        return fail({ .code = Error::Code::NotImplemented, .message = m_engine.name + u" has no transactions."_s },
                    QSqlError::TransactionError);
    const Result<void> result = waitedFor((m_connection.get()->*end)());
    return result || fail(result.error(), QSqlError::TransactionError);
}

const Dialect *SqlDriver::dialect() const
{
    return m_connection ? &m_connection->dialect() : nullptr;
}

QStringList SqlDriver::tables(QSql::TableType type) const
{
    QStringList names;
    if (!m_connection)
        return names;
    const ObjectPath schema = m_connection->session().current;
    const auto isAsked = [type](QSql::TableType part) { return (type & part) != 0; };
    const auto add = [&](const ObjectPath &parent, bool isSystem) {
        const Result<QList<ObjectInfo>> objects = waitedFor(m_connection->list(parent));
        if (!objects)
            return;
        for (const ObjectInfo &object : *objects) {
            const bool isWanted = isSystem || object.kind == ObjectInfo::Kind::SystemTable
                ? isAsked(QSql::SystemTables)
                : (isAsked(QSql::Tables) && isTable(object.kind)) || (isAsked(QSql::Views) && isView(object.kind));
            if (!isWanted)
                continue;
            if (isSystem)
                names << quotedWith(u'"', parent.name()) + u'.' + quotedWith(u'"', object.name());
            else // a name that looks as if it were quoted already is quoted, so that it stays this name
                names << (isQuotedPath(object.name()) ? quotedWith(u'"', object.name()) : object.name());
        }
    };
    if (schema.depth() >= 2 || (schema.depth() == 1 && !m_engine.features.testFlag(EngineInfo::Catalogs)))
        add(schema, false);
    if (isAsked(QSql::SystemTables) && schema.depth() >= 1 && m_engine.features.testFlag(EngineInfo::Catalogs)
        && schema.name() != "information_schema"_L1)
        add(ObjectPath({ schema.parts().first(), u"information_schema"_s }), true);
    return names;
}

ObjectPath SqlDriver::tablePath(const QString &tableName) const
{
    if (!m_connection || tableName.isEmpty())
        return {};
    if (isQuotedPath(tableName)) {
        const Result<ObjectPath> path = parsedPath(tableName, kNameRules);
        return path ? (path->depth() == 1 ? wholePath(*path) : *path) : ObjectPath();
    }
    const ObjectPath plain = wholePath(ObjectPath({ tableName }));
    if (!tableName.contains(u'.'))
        return plain;
    // A table may be called `a.b`; only when there is none here, the dots are those of a path.
    const Result<QList<ObjectInfo>> columns = waitedFor(m_connection->list(plain));
    if (columns && !columns->isEmpty())
        return plain;
    const Result<ObjectPath> path = parsedPath(tableName, kNameRules);
    return path ? *path : plain;
}

ObjectPath SqlDriver::wholePath(const ObjectPath &path) const
{
    const QStringList current = m_connection->session().current.parts();
    const qsizetype missing = qMax<qsizetype>(0, current.size() - path.depth() + 1);
    return ObjectPath(current.first(qMin(missing, current.size())) + path.parts());
}

std::unique_ptr<ResultFeed> SqlDriver::run(const QString &sql) const
{
    StatementOptions options;
    options.purpose = StatementOptions::Purpose::Metadata;
    auto feed = std::make_unique<ResultFeed>(m_connection->prepare(sql, options), m_running);
    feed->waitForEnd(std::numeric_limits<qint64>::max());
    return feed->error() ? nullptr : std::move(feed);
}

QSqlField SqlDriver::field(const std::shared_ptr<arrow::Field> &column)
{
    const ColumnFormatter formatter(column);
    QSqlField field(QString::fromStdString(column->name()), formatter.metaType());
    if (formatter.precision() >= 0)
        field.setLength(formatter.precision());
    if (formatter.scale() >= 0)
        field.setPrecision(formatter.scale());
    const QString base = baseType(formatter.typeText());
    if (base == "varchar"_L1 || base == "char"_L1) {
        bool isNumber = false;
        const int length = typeArguments(formatter.typeText()).value(0).toInt(&isNumber);
        if (isNumber)
            field.setLength(length);
    }
    return field;
}

QSqlRecord SqlDriver::record(const QString &tableName) const
{
    QSqlRecord record;
    const ObjectPath path = tablePath(tableName);
    if (path.isEmpty())
        return record;
    // The types as they are delivered, not as the catalogue describes them.
    const auto feed = run(u"SELECT * FROM %1 LIMIT 0"_s.arg(dialect()->path(path)));
    const std::shared_ptr<arrow::Schema> schema = feed ? feed->store().schema() : nullptr;
    if (!schema)
        return record;
    const Result<QList<ObjectInfo>> columns = waitedFor(m_connection->list(wholePath(path)));
    for (const std::shared_ptr<arrow::Field> &column : schema->fields()) {
        QSqlField field = SqlDriver::field(column);
        field.setTableName(tableName);
        if (columns) {
            for (const ObjectInfo &info : *columns) {
                if (info.kind == ObjectInfo::Kind::Column && info.name() == field.name())
                    field.setRequiredStatus(info.isNullable ? QSqlField::Optional : QSqlField::Required);
            }
        }
        record.append(field);
    }
    return record;
}

QSqlIndex SqlDriver::primaryIndex(const QString &tableName) const
{
    QSqlIndex index(tableName);
    const ObjectPath name = tablePath(tableName);
    const ObjectPath path = name.isEmpty() ? name : wholePath(name);
    // Trino knows no keys; DuckDB tells them in a function of its own.
    if (path.depth() != 3 || m_engine.id != "duckdb"_L1)
        return index;
    const auto text = [](const QString &name) { return quotedWith(u'\'', name); };
    const auto feed = run(u"SELECT unnest(constraint_column_names) FROM duckdb_constraints() WHERE constraint_type = "
                          "'PRIMARY KEY' AND database_name = "_s
                          + text(path.parts()[0]) + u" AND schema_name = "_s + text(path.parts()[1])
                          + u" AND table_name = "_s + text(path.parts()[2]));
    const std::shared_ptr<arrow::Schema> schema = feed ? feed->store().schema() : nullptr;
    if (!schema)
        return index;
    const QSqlRecord columns = record(tableName);
    const ColumnFormatter formatter(schema->field(0));
    for (qint64 row = 0; row < feed->store().rowCount(); ++row) {
        const ResultStore::Place place = feed->store().place(row);
        const QString name = formatter.text(*place.batch, 0, place.row);
        const int position = columns.indexOf(name);
        index.append(position >= 0 ? columns.field(position) : QSqlField(name));
    }
    return index;
}

QString SqlDriver::escapeIdentifier(const QString &identifier, IdentifierType type) const
{
    // Qt's models put a table's name in front of a column's with this, and must get what sqlStatement() selects from.
    if (type == TableName && (identifier.contains(u'.') || isQuotedPath(identifier))) {
        if (const ObjectPath path = tablePath(identifier); !path.isEmpty())
            return quotedPath(path);
    }
    return identifier.isEmpty() ? identifier : quotedWith(u'"', identifier);
}

bool SqlDriver::isIdentifierEscaped(const QString &identifier, IdentifierType type) const
{
    return type == TableName ? isQuotedPath(identifier) : isOneQuotedName(identifier);
}

QString SqlDriver::stripDelimiters(const QString &identifier, IdentifierType type) const
{
    Q_UNUSED(type)
    return isOneQuotedName(identifier) ? unquoted(identifier) : identifier;
}

QString SqlDriver::formatValue(const QSqlField &field, bool trimStrings) const
{
    if (!m_connection)
        return QSqlDriver::formatValue(field, trimStrings);
    if (field.isNull())
        return u"NULL"_s;
    QVariant value = field.value();
    if (trimStrings && value.metaType().id() == QMetaType::QString) {
        QString text = value.toString();
        while (!text.isEmpty() && text.back().isSpace())
            text.chop(1);
        value = text;
    }
    // Only decimals have digits behind a point and are text all the same.
    const bool isDecimal = value.metaType().id() == QMetaType::QString && field.length() > 0 && field.precision() >= 0;
    const QString type = isDecimal
        ? u"decimal(%1,%2)"_s.arg(field.length()).arg(field.precision())
        : QString();
    // What cannot be written as a literal makes a statement that the server refuses, not one that means something else.
    return dialect()->literal(value, type).value_or(QString());
}

QString SqlDriver::sqlStatement(StatementType type, const QString &tableName, const QSqlRecord &record,
                                bool preparedStatement) const
{
    const ObjectPath path = tablePath(tableName);
    const QString table = path.isEmpty() ? escapeIdentifier(tableName, TableName) : quotedPath(path);

    QStringList names;
    QStringList values;
    QStringList conditions;
    for (int i = 0; i < record.count(); ++i) {
        if (!record.isGenerated(i))
            continue;
        // A record's names are names, whatever they look like.
        names << quotedWith(u'"', record.fieldName(i));
        values << (preparedStatement ? u"?"_s : formatValue(record.field(i), false));
        conditions << (tableName.isEmpty() ? names.last() : table + u'.' + names.last())
                + (record.isNull(i) ? u" IS NULL"_s : u" = "_s + values.last());
    }
    if (names.isEmpty())
        return type == DeleteStatement ? u"DELETE FROM "_s + table : QString();
    switch (type) {
    case SelectStatement:
        return u"SELECT "_s + names.join(", "_L1) + u" FROM "_s + table;
    case WhereStatement:
        return u"WHERE "_s + conditions.join(" AND "_L1);
    case UpdateStatement: {
        QStringList assignments;
        for (qsizetype i = 0; i < names.size(); ++i)
            assignments << names[i] + u" = "_s + values[i];
        return u"UPDATE "_s + table + u" SET "_s + assignments.join(", "_L1);
    }
    case InsertStatement:
        return u"INSERT INTO "_s + table + u" ("_s + names.join(", "_L1) + u") VALUES ("_s + values.join(", "_L1) + u')';
    case DeleteStatement:
        return u"DELETE FROM "_s + table;
    }
    return {};
}

bool SqlDriver::cancelQuery()
{
    return m_running->cancelAll() > 0;
}

QList<const EngineInfo *> SqlDriver::engines() const
{
    return engineInfos();
}

QList<SignedIn> SqlDriver::signedIn() const
{
    return TokenBroker::instance().signedIn();
}

void SqlDriver::signOut(const SignedIn &signedIn)
{
    TokenBroker::instance().signOut({ signedIn.origin, signedIn.user, signedIn.sessionUser });
}

Result<std::unique_ptr<ResultWriter>> SqlDriver::createFileWriter(const QString &formatId, const QString &fileName,
                                                                  const WriteOptions &options)
{
    return makeFileWriter(formatId, fileName, options).transform(&guarded);
}

ConnectionPtr SqlDriver::createConnection(const ConnectionParameters &parameters, CredentialProvider *provider)
{
    const EngineEntry *entry = engineEntry(parameters.engine().id);
    if (!entry)
        return nullptr;
    return makeConnection(entry->create(parameters, provider), parameters.engine(), parameters);
}

} // namespace Grebe
