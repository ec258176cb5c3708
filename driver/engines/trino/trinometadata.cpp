// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>

#include "trinometadata.h"

#include "trinorows.h"
#include "trinostatement.h"
#include "trinotypetext.h"

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// More would take the slots that an administrator gave the user's own queries.
constexpr qsizetype questionsAtOnce = 2;

template<typename T>
std::shared_ptr<QPromise<Result<T>>> startedPromise()
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    return promise;
}

template<typename T>
void settle(const std::shared_ptr<QPromise<Result<T>>> &promise, Result<T> result)
{
    promise->addResult(std::move(result));
    promise->finish();
}

Error tooDeep()
{
    return { .code = Error::Code::InvalidArgument, .message = u"There is nothing below this name."_s };
}

} // namespace

TrinoMetadata::~TrinoMetadata()
{
    closeAll();
}

void TrinoMetadata::closeAll()
{
    const auto waiting = std::exchange(m_waiting, {});
    for (const Question &question : waiting)
        question.done(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The connection was closed."_s }));
    const QList<Statement *> running = m_running;
    for (Statement *statement : running) {
        if (m_running.contains(statement))
            static_cast<TrinoStatement *>(statement)->closeDown();
    }
}

void TrinoMetadata::ask(const QString &sql, Done done)
{
    m_waiting.push_back({ sql, std::move(done) });
    next();
}

void TrinoMetadata::next()
{
    if (m_waiting.empty() || m_running.size() >= questionsAtOnce)
        return;
    const Question question = std::move(m_waiting.front());
    m_waiting.pop_front();
    StatementOptions options;
    options.purpose = StatementOptions::Purpose::Metadata;
    auto *statement = new TrinoStatement(m_client, m_dialect, question.sql, options);
    m_running << statement;
    auto rows = std::make_shared<Rows>();
    const auto end = [this, statement, done = question.done](const Result<Rows> &result) {
        m_running.removeOne(statement);
        statement->deleteLater();
        done(result);
        next();
    };
    connect(statement, &Statement::batchReady, this,
            [rows](const std::shared_ptr<arrow::RecordBatch> &batch) { *rows += textRows(*batch); });
    connect(statement, &Statement::finished, this, [rows, end] { end(*rows); });
    connect(statement, &Statement::failed, this, [end](const Error &error) { end(std::unexpected(error)); });
    statement->start();
}

QString TrinoMetadata::quoted(const ObjectPath &path) const
{
    QStringList parts;
    for (const QString &part : path.parts())
        parts << m_dialect.quoteIdentifier(part);
    return parts.join(u'.');
}

QString TrinoMetadata::literal(const QString &text) const
{
    return m_dialect.literal(text).value_or(u"''"_s);
}

QFuture<Result<QList<ObjectInfo>>> TrinoMetadata::list(const ObjectPath &parent)
{
    auto promise = startedPromise<QList<ObjectInfo>>();
    const QFuture<Objects> future = promise->future();
    const auto names = [this, promise, parent](const QString &sql, ObjectInfo::Kind kind) {
        ask(sql, [promise, parent, kind](const Result<Rows> &rows) {
            if (!rows) {
                settle<QList<ObjectInfo>>(promise, std::unexpected(rows.error()));
                return;
            }
            QList<ObjectInfo> objects;
            for (const QStringList &row : *rows)
                objects << ObjectInfo { .path = parent.child(row.value(0)), .kind = kind, .hasChildren = true };
            settle<QList<ObjectInfo>>(promise, std::move(objects));
        });
    };
    switch (parent.depth()) {
    case 0:
        names(u"SHOW CATALOGS"_s, ObjectInfo::Kind::Catalog);
        break;
    case 1:
        names(u"SHOW SCHEMAS FROM "_s + quoted(parent), ObjectInfo::Kind::Schema);
        break;
    case 2:
        listTables(parent, promise);
        break;
    default:
        listColumns(parent, promise, true);
        break;
    }
    return future;
}

// Materialized views are "BASE TABLE" in information_schema; system.metadata knows better, where one may read it.
void TrinoMetadata::listTables(const ObjectPath &schema, std::shared_ptr<QPromise<Objects>> promise)
{
    struct Answers
    {
        std::optional<Result<Rows>> tables;
        QStringList materialized;
        bool isMaterializedKnown = false;
    };
    auto answers = std::make_shared<Answers>();
    answers->isMaterializedKnown = m_client->product() == TrinoProduct::Presto; // which has no such table
    const auto finish = [answers, promise, schema] {
        if (!answers->tables || !answers->isMaterializedKnown)
            return;
        if (!*answers->tables) {
            settle<QList<ObjectInfo>>(promise, std::unexpected(answers->tables->error()));
            return;
        }
        const bool isSystem = schema.name() == "information_schema"_L1 || schema.parts().value(0) == "system"_L1;
        QList<ObjectInfo> objects;
        for (const QStringList &row : **answers->tables) {
            ObjectInfo::Kind kind = isSystem ? ObjectInfo::Kind::SystemTable : ObjectInfo::Kind::Table;
            if (answers->materialized.contains(row.value(0)))
                kind = ObjectInfo::Kind::MaterializedView;
            else if (row.value(1) == "VIEW"_L1)
                kind = ObjectInfo::Kind::View;
            objects << ObjectInfo { .path = schema.child(row.value(0)), .kind = kind, .hasChildren = true };
        }
        settle<QList<ObjectInfo>>(promise, std::move(objects));
    };
    const QString catalog = schema.parts().value(0);
    ask(u"SELECT table_name, table_type FROM %1.information_schema.tables WHERE table_schema = %2 ORDER BY table_name"_s.arg(
            m_dialect.quoteIdentifier(catalog), literal(schema.name())),
        [answers, finish](const Result<Rows> &rows) {
            answers->tables = rows;
            finish();
        });
    if (answers->isMaterializedKnown)
        return;
    ask(u"SELECT name FROM system.metadata.materialized_views WHERE catalog_name = %1 AND schema_name = %2"_s.arg(
            literal(catalog), literal(schema.name())),
        [answers, finish](const Result<Rows> &rows) {
            for (const QStringList &row : rows.value_or(Rows()))
                answers->materialized << row.value(0);
            answers->isMaterializedKnown = true;
            finish();
        });
}

void TrinoMetadata::listColumns(const ObjectPath &path, std::shared_ptr<QPromise<Objects>> promise, bool withComment)
{
    const ObjectPath table(path.parts().mid(0, 3));
    const QString column = path.parts().value(3);
    // The comment is a hidden column, which some servers of this family lack.
    QString sql = u"SELECT column_name, data_type, is_nullable, column_default%1 FROM %2.information_schema.columns "
                  u"WHERE table_schema = %3 AND table_name = %4"_s.arg(withComment ? u", comment"_s : QString(),
                                                                       m_dialect.quoteIdentifier(table.parts()[0]),
                                                                       literal(table.parts()[1]), literal(table.parts()[2]));
    if (!column.isEmpty())
        sql += u" AND column_name = "_s + literal(column);
    sql += u" ORDER BY ordinal_position"_s;
    ask(sql, [this, path, table, column, promise, withComment](const Result<Rows> &rows) {
        if (!rows) {
            if (withComment && rows.error().vendorCode == "COLUMN_NOT_FOUND"_L1)
                listColumns(path, promise, false);
            else
                settle<QList<ObjectInfo>>(promise, std::unexpected(rows.error()));
            return;
        }
        QList<ObjectInfo> objects;
        if (column.isEmpty()) {
            for (const QStringList &row : *rows) {
                objects << ObjectInfo { .path = table.child(row.value(0)),
                                        .kind = ObjectInfo::Kind::Column,
                                        .type = row.value(1),
                                        .comment = row.value(4),
                                        .defaultValue = row.value(3),
                                        .isNullable = row.value(2) != "NO"_L1,
                                        .hasChildren = !trinoTypeParts(row.value(1)).isEmpty() };
            }
            settle<QList<ObjectInfo>>(promise, std::move(objects));
            return;
        }
        // Down the names of the path through the type's own text.
        bool isFound = !rows->isEmpty();
        QString type = isFound ? rows->first().value(1) : QString();
        for (const QString &name : path.parts().mid(4)) {
            const QList<TrinoTypePart> parts = trinoTypeParts(type);
            const auto part = std::find_if(parts.begin(), parts.end(), [&](const TrinoTypePart &p) { return p.name == name; });
            isFound = isFound && part != parts.end();
            type = part != parts.end() ? part->type : QString();
        }
        if (!isFound) {
            settle<QList<ObjectInfo>>(promise, std::unexpected(Error { .code = Error::Code::NotFound, .message = tooDeep().message }));
            return;
        }
        for (const TrinoTypePart &part : trinoTypeParts(type)) {
            objects << ObjectInfo { .path = path.child(part.name),
                                    .kind = ObjectInfo::Kind::Field,
                                    .type = part.type,
                                    .hasChildren = !trinoTypeParts(part.type).isEmpty() };
        }
        settle<QList<ObjectInfo>>(promise, std::move(objects));
    });
}

QFuture<Result<QString>> TrinoMetadata::definition(const ObjectPath &path)
{
    auto promise = startedPromise<QString>();
    const QFuture<Result<QString>> future = promise->future();
    if (path.depth() == 2)
        define(path, { u"SCHEMA"_s }, promise);
    else if (path.depth() == 3)
        define(path, { u"TABLE"_s, u"VIEW"_s, u"MATERIALIZED VIEW"_s }, promise);
    else
        settle<QString>(promise, std::unexpected(Error { .code = Error::Code::NotImplemented,
                                                         .message = m_client->productName() + u" has SHOW CREATE for schemas, tables and views only."_s }));
    return future;
}

// A path does not say what it names: SHOW CREATE of the wrong kind is NOT_SUPPORTED ("is a view, not a table").
void TrinoMetadata::define(const ObjectPath &path, const QStringList &kinds, std::shared_ptr<QPromise<Result<QString>>> promise)
{
    ask(u"SHOW CREATE %1 %2"_s.arg(kinds.first(), quoted(path)), [this, path, kinds, promise](const Result<Rows> &rows) {
        if (!rows) {
            // Presto calls all that it finds wrong in a statement a syntax error.
            const QString &code = rows.error().vendorCode;
            const bool isOtherKind = (code == "NOT_SUPPORTED"_L1 || code == "SYNTAX_ERROR"_L1) && rows.error().message.contains(" is a "_L1);
            if (isOtherKind && kinds.size() > 1)
                define(path, kinds.mid(1), promise);
            else
                settle<QString>(promise, std::unexpected(rows.error()));
            return;
        }
        if (rows->isEmpty())
            settle<QString>(promise, std::unexpected(Error { .code = Error::Code::InvalidData,
                                                             .message = u"The server answered SHOW CREATE with nothing."_s }));
        else
            settle<QString>(promise, rows->first().value(0));
    });
}

} // namespace Grebe
