// SPDX-License-Identifier: Apache-2.0
#include "trinometadata.h"

#include "trinostatement.h"
#include "trinotypetext.h"

#include <QPointer>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// More would take the slots that an administrator gave the user's own queries.
constexpr qsizetype questionsAtOnce = 2;
// What a person may want to look through; a table can have more partitions than a list can show.
constexpr qsizetype mostPartitions = 10'000;

Error notThere(const QString &name)
{
    return { .code = Error::Code::NotFound, .message = u"There is no %1."_s.arg(name), .hint = u"It may have been dropped, or you may not see it."_s };
}

/// The columns by our names, in our order, taken from the server's by theirs. One that the server lacks is empty.
MetadataTable arranged(const MetadataTable &answer, const QList<std::pair<QString, QLatin1StringView>> &columns)
{
    MetadataTable table;
    QList<qsizetype> from;
    for (const auto &[ours, theirs] : columns) {
        table.columns << ours;
        from << answer.columns.indexOf(theirs, 0, Qt::CaseInsensitive);
    }
    table.rows.reserve(answer.rows.size());
    for (const QStringList &row : answer.rows) {
        QStringList cells;
        for (qsizetype index : std::as_const(from))
            cells << (index < 0 ? QString() : row.value(index));
        table.rows << cells;
    }
    return table;
}

QString yesOr(const QString &text, QLatin1StringView yes)
{
    return text.compare(yes, Qt::CaseInsensitive) == 0 ? u"yes"_s : QString();
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
    const QList<Running> running = m_running;
    for (const Running &one : running) {
        if (std::ranges::find(m_running, one.statement, &Running::statement) != m_running.end())
            static_cast<TrinoStatement *>(one.statement)->closeDown();
    }
}

template<typename T>
TrinoMetadata::CallerPtr TrinoMetadata::callerOf(const Promise<T> &promise)
{
    auto caller = std::make_shared<Caller>();
    caller->tell = [known = std::weak_ptr(promise)](bool isQueued) {
        if (const auto promise = known.lock())
            tellQueued(promise, isQueued);
    };
    whenGivenUp(promise->future(), this, [this, caller] { giveUp(caller); });
    return caller;
}

void TrinoMetadata::giveUp(const CallerPtr &caller)
{
    caller->hasGivenUp = true;
    std::deque<Question> dropped;
    for (auto it = m_waiting.begin(); it != m_waiting.end();) {
        if (it->caller == caller) {
            dropped.push_back(std::move(*it));
            it = m_waiting.erase(it);
        } else {
            ++it;
        }
    }
    for (const Question &question : dropped)
        question.done(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The question was given up."_s }));
    const QList<Running> running = m_running;
    for (const Running &one : running) {
        if (one.caller == caller)
            one.statement->cancel();
    }
}

void TrinoMetadata::ask(const CallerPtr &caller, const QString &sql, Done done)
{
    if (caller->hasGivenUp) {
        done(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The question was given up."_s }));
        return;
    }
    m_waiting.push_back({ sql, std::move(done), caller });
    next();
    if (std::ranges::find(m_waiting, caller, &Question::caller) != m_waiting.end())
        caller->tell(true);
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
    m_running << Running { statement, question.caller };
    question.caller->tell(false);
    const auto isLate = std::make_shared<bool>(false);
    auto *limit = new QTimer(statement);
    limit->setSingleShot(true);
    connect(limit, &QTimer::timeout, statement, [statement, isLate] {
        *isLate = true;
        statement->cancel();
    });
    limit->start(m_client->timings().metadata);
    collectText(statement, this, [this, statement, isLate, done = question.done](const Result<MetadataTable> &result) {
        m_running.removeIf([statement](const Running &one) { return one.statement == statement; });
        statement->deleteLater();
        if (*isLate && !result) {
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_client->timings().metadata).count();
            done(std::unexpected(Error { .code = Error::Code::Timeout,
                                         .message = u"The server did not tell within %1 s."_s.arg(seconds),
                                         .hint = u"Its catalog may be slow or down; the other catalogs are not concerned."_s,
                                         .queryId = result.error().queryId }));
        } else {
            done(result);
        }
        next();
    });
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
    const auto promise = startedPromise<QList<ObjectInfo>>();
    const QFuture<Objects> future = promise->future();
    const CallerPtr caller = callerOf(promise);
    switch (parent.depth()) {
    case 0:
        listNames(caller, parent, u"SHOW CATALOGS"_s, ObjectInfo::Kind::Catalog, promise);
        break;
    case 1:
        listNames(caller, parent, u"SHOW SCHEMAS FROM "_s + quoted(parent), ObjectInfo::Kind::Schema, promise);
        break;
    case 2:
        listTables(caller, parent, promise);
        break;
    default:
        listColumns(caller, parent, promise, true);
        break;
    }
    return future;
}

void TrinoMetadata::listNames(const CallerPtr &caller, const ObjectPath &parent, const QString &sql, ObjectInfo::Kind kind,
                              const Promise<QList<ObjectInfo>> &promise)
{
    ask(caller, sql, [promise, parent, kind](const Result<MetadataTable> &answer) {
        if (!answer) {
            settle<QList<ObjectInfo>>(promise, std::unexpected(answer.error()));
            return;
        }
        QList<ObjectInfo> objects;
        for (const QStringList &row : answer->rows)
            objects << ObjectInfo { .path = parent.child(row.value(0)), .kind = kind, .hasChildren = true };
        settle<QList<ObjectInfo>>(promise, std::move(objects));
    });
}

// Materialized views are "BASE TABLE" in information_schema; system.metadata knows better, where one may read it.
void TrinoMetadata::listTables(const CallerPtr &caller, const ObjectPath &schema, const Promise<QList<ObjectInfo>> &promise)
{
    struct Answers
    {
        std::optional<Result<MetadataTable>> tables;
        QSet<QString> materialized;
        bool isMaterializedKnown = false;
    };
    auto answers = std::make_shared<Answers>();
    answers->isMaterializedKnown = m_client->product() == TrinoProduct::Presto; // which has no such table
    const auto finish = [this, caller, answers, promise, schema] {
        if (!answers->tables || !answers->isMaterializedKnown)
            return;
        if (!*answers->tables) {
            settle<QList<ObjectInfo>>(promise, std::unexpected(answers->tables->error()));
            return;
        }
        const QList<QStringList> &rows = (*answers->tables)->rows;
        if (rows.isEmpty()) {
            settleEmpty(caller, schema, promise);
            return;
        }
        const bool isSystem = schema.name() == "information_schema"_L1 || schema.parts().value(0) == "system"_L1;
        QList<ObjectInfo> objects;
        objects.reserve(rows.size());
        for (const QStringList &row : rows) {
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
    ask(caller,
        u"SELECT table_name, table_type FROM %1.information_schema.tables WHERE table_schema = %2 ORDER BY table_name"_s.arg(
            m_dialect.quoteIdentifier(catalog), literal(schema.name())),
        [answers, finish](const Result<MetadataTable> &answer) {
            answers->tables = answer;
            finish();
        });
    if (answers->isMaterializedKnown)
        return;
    ask(caller,
        u"SELECT name FROM system.metadata.materialized_views WHERE catalog_name = %1 AND schema_name = %2"_s.arg(
            literal(catalog), literal(schema.name())),
        [answers, finish](const Result<MetadataTable> &answer) {
            for (const QStringList &row : answer.value_or(MetadataTable()).rows)
                answers->materialized << row.value(0);
            answers->isMaterializedKnown = true;
            finish();
        });
}

void TrinoMetadata::settleEmpty(const CallerPtr &caller, const ObjectPath &path, const Promise<QList<ObjectInfo>> &promise)
{
    const QStringList parts = path.parts();
    const QString sql = path.depth() == 2
        ? u"SELECT schema_name FROM %1.information_schema.schemata WHERE schema_name = %2"_s.arg(m_dialect.quoteIdentifier(parts[0]), literal(parts[1]))
        : u"SELECT table_name FROM %1.information_schema.tables WHERE table_schema = %2 AND table_name = %3"_s.arg(
              m_dialect.quoteIdentifier(parts[0]), literal(parts[1]), literal(parts[2]));
    ask(caller, sql, [promise, name = m_dialect.path(path)](const Result<MetadataTable> &answer) {
        if (!answer)
            settle<QList<ObjectInfo>>(promise, std::unexpected(answer.error()));
        else if (answer->rows.isEmpty())
            settle<QList<ObjectInfo>>(promise, std::unexpected(notThere(name)));
        else
            settle<QList<ObjectInfo>>(promise, QList<ObjectInfo>());
    });
}

void TrinoMetadata::listColumns(const CallerPtr &caller, const ObjectPath &path, const Promise<QList<ObjectInfo>> &promise, bool withComment)
{
    const QStringList parts = path.parts();
    // The comment is a hidden column, which some servers of this family lack.
    QString sql = u"SELECT column_name, data_type, is_nullable, column_default%1 FROM %2.information_schema.columns "
                  u"WHERE table_schema = %3 AND table_name = %4"_s.arg(withComment ? u", comment"_s : QString(),
                                                                       m_dialect.quoteIdentifier(parts[0]), literal(parts[1]), literal(parts[2]));
    if (path.depth() > 3)
        sql += u" AND column_name = "_s + literal(parts[3]);
    sql += u" ORDER BY ordinal_position"_s;
    ask(caller, sql, [this, caller, path, promise, withComment](const Result<MetadataTable> &answer) {
        if (!answer && withComment && answer.error().vendorCode == "COLUMN_NOT_FOUND"_L1)
            listColumns(caller, path, promise, false);
        else if (!answer)
            settle<QList<ObjectInfo>>(promise, std::unexpected(answer.error()));
        else if (answer->rows.isEmpty() && path.depth() == 3)
            settleEmpty(caller, path, promise);
        else
            settleColumns(path, answer->rows, promise);
    });
}

void TrinoMetadata::settleColumns(const ObjectPath &path, const QList<QStringList> &rows, const Promise<QList<ObjectInfo>> &promise)
{
    QList<ObjectInfo> objects;
    if (path.depth() == 3) {
        for (const QStringList &row : rows) {
            objects << ObjectInfo { .path = path.child(row.value(0)),
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
    bool isFound = !rows.isEmpty();
    QString type = isFound ? rows.first().value(1) : QString();
    for (const QString &name : path.parts().mid(4)) {
        const QList<TrinoTypePart> parts = trinoTypeParts(type);
        const auto part = std::find_if(parts.begin(), parts.end(), [&](const TrinoTypePart &p) { return p.name == name; });
        isFound = isFound && part != parts.end();
        type = part != parts.end() ? part->type : QString();
    }
    if (!isFound) {
        settle<QList<ObjectInfo>>(promise, std::unexpected(notThere(m_dialect.path(path))));
        return;
    }
    for (const TrinoTypePart &part : trinoTypeParts(type)) {
        objects << ObjectInfo { .path = path.child(part.name),
                                .kind = ObjectInfo::Kind::Field,
                                .type = part.type,
                                .hasChildren = !trinoTypeParts(part.type).isEmpty() };
    }
    settle<QList<ObjectInfo>>(promise, std::move(objects));
}

QFuture<Result<QString>> TrinoMetadata::definition(const ObjectPath &path)
{
    const auto promise = startedPromise<QString>();
    const QFuture<Result<QString>> future = promise->future();
    const CallerPtr caller = callerOf(promise);
    if (path.depth() == 2)
        define(caller, path, { u"SCHEMA"_s }, promise);
    else if (path.depth() == 3)
        define(caller, path, { u"TABLE"_s, u"VIEW"_s, u"MATERIALIZED VIEW"_s }, promise);
    else
        settle<QString>(promise, std::unexpected(Error { .code = Error::Code::NotImplemented,
                                                         .message = m_client->productName() + u" has SHOW CREATE for schemas, tables and views only."_s }));
    return future;
}

// A path does not say what it names: SHOW CREATE of the wrong kind is NOT_SUPPORTED ("is a view, not a table").
void TrinoMetadata::define(const CallerPtr &caller, const ObjectPath &path, const QStringList &kinds, const Promise<QString> &promise)
{
    ask(caller, u"SHOW CREATE %1 %2"_s.arg(kinds.first(), quoted(path)), [this, caller, path, kinds, promise](const Result<MetadataTable> &answer) {
        if (!answer) {
            // Presto calls all that it finds wrong in a statement a syntax error.
            const QString &code = answer.error().vendorCode;
            const bool isOtherKind = (code == "NOT_SUPPORTED"_L1 || code == "SYNTAX_ERROR"_L1) && answer.error().message.contains(" is a "_L1);
            if (isOtherKind && kinds.size() > 1)
                define(caller, path, kinds.mid(1), promise);
            else
                settle<QString>(promise, std::unexpected(answer.error()));
            return;
        }
        if (answer->rows.isEmpty())
            settle<QString>(promise, std::unexpected(Error { .code = Error::Code::InvalidData,
                                                             .message = u"The server answered SHOW CREATE with nothing."_s }));
        else
            settle<QString>(promise, answer->rows.first().value(0));
    });
}

QFuture<Result<MetadataTable>> TrinoMetadata::describe(MetadataTopic topic, const ObjectPath &path)
{
    const auto promise = startedPromise<MetadataTable>();
    const QFuture<Result<MetadataTable>> future = promise->future();
    const CallerPtr caller = callerOf(promise);
    const auto table = [this, caller, promise](const QString &sql, const QList<std::pair<QString, QLatin1StringView>> &columns) {
        ask(caller, sql, [promise, columns](const Result<MetadataTable> &answer) {
            settle<MetadataTable>(promise, answer ? Result<MetadataTable>(arranged(*answer, columns)) : answer);
        });
    };
    const bool isTable = topic == MetadataTopic::Statistics || topic == MetadataTopic::Partitions || topic == MetadataTopic::Grants;
    if (isTable && path.depth() != 3) {
        settle<MetadataTable>(promise, std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = u"Only a table has these."_s }));
        return future;
    }
    switch (topic) {
    case MetadataTopic::Functions:
        table(path.depth() < 2 ? u"SHOW FUNCTIONS"_s : u"SHOW FUNCTIONS FROM "_s + quoted(ObjectPath(path.parts().first(2))),
              { { u"name"_s, "Function"_L1 },
                { u"kind"_s, "Function Type"_L1 },
                { u"arguments"_s, "Argument Types"_L1 },
                { u"result"_s, "Return Type"_L1 },
                { u"description"_s, "Description"_L1 } });
        break;
    case MetadataTopic::Statistics:
        table(u"SHOW STATS FOR "_s + quoted(path),
              { { u"column"_s, "column_name"_L1 },
                { u"rows"_s, "row_count"_L1 },
                { u"data size"_s, "data_size"_L1 },
                { u"distinct values"_s, "distinct_values_count"_L1 },
                { u"share of nulls"_s, "nulls_fraction"_L1 },
                { u"lowest"_s, "low_value"_L1 },
                { u"highest"_s, "high_value"_L1 } });
        break;
    case MetadataTopic::SessionProperties:
        table(u"SHOW SESSION"_s,
              { { u"name"_s, "Name"_L1 },
                { u"value"_s, "Value"_L1 },
                { u"default"_s, "Default"_L1 },
                { u"type"_s, "Type"_L1 },
                { u"description"_s, "Description"_L1 } });
        break;
    case MetadataTopic::Partitions: {
        // Hive and Iceberg have this hidden table; it is listed nowhere.
        const QString sql = u"SELECT * FROM %1 LIMIT %2"_s.arg(quoted(path.parent().child(path.name() + u"$partitions"_s))).arg(mostPartitions + 1);
        ask(caller, sql, [promise, name = m_dialect.path(path)](const Result<MetadataTable> &answer) {
            if (!answer && answer.error().code == Error::Code::NotFound) {
                settle<MetadataTable>(promise, std::unexpected(Error { .code = Error::Code::NotImplemented,
                                                                       .message = u"The connector of %1 keeps no list of partitions for it."_s.arg(name) }));
                return;
            }
            Result<MetadataTable> result = answer;
            if (result && result->rows.size() > mostPartitions) {
                result->rows.resize(mostPartitions);
                result->isCut = true;
            }
            settle<MetadataTable>(promise, result);
        });
        break;
    }
    case MetadataTopic::Grants:
        ask(caller, u"SHOW GRANTS ON TABLE "_s + quoted(path), [promise](const Result<MetadataTable> &answer) {
            if (!answer) {
                settle<MetadataTable>(promise, answer);
                return;
            }
            MetadataTable grants = arranged(*answer, { { u"grantee"_s, "Grantee"_L1 },
                                                       { u"kind"_s, "Grantee Type"_L1 },
                                                       { u"privilege"_s, "Privilege"_L1 },
                                                       { u"may hand on"_s, "Grantable"_L1 },
                                                       { u"grantor"_s, "Grantor"_L1 } });
            for (QStringList &row : grants.rows)
                row[3] = yesOr(row[3], "YES"_L1);
            settle<MetadataTable>(promise, grants);
        });
        break;
    case MetadataTopic::Roles:
        describeRoles(caller, path, promise);
        break;
    }
    return future;
}

void TrinoMetadata::describeRoles(const CallerPtr &caller, const ObjectPath &path, const Promise<MetadataTable> &promise)
{
    const QString from = path.isEmpty() ? QString() : u" FROM "_s + m_dialect.quoteIdentifier(path.parts().first());
    // One may have roles without being allowed to list all there are.
    ask(caller, u"SHOW CURRENT ROLES"_s + from, [this, caller, from, promise](const Result<MetadataTable> &current) {
        if (!current) {
            settle<MetadataTable>(promise, current);
            return;
        }
        ask(caller, u"SHOW ROLES"_s + from, [promise, current](const Result<MetadataTable> &all) {
            QSet<QString> mine;
            for (const QStringList &row : current->rows)
                mine << row.value(0);
            MetadataTable roles { .columns = { u"role"_s, u"in force"_s }, .rows = {} };
            for (const QStringList &row : all.value_or(*current).rows)
                roles.rows << QStringList { row.value(0), mine.contains(row.value(0)) ? u"yes"_s : QString() };
            settle<MetadataTable>(promise, roles);
        });
    });
}

} // namespace Grebe
