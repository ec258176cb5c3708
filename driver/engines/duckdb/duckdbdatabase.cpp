// SPDX-License-Identifier: Apache-2.0
#include "duckdbdatabase.h"

#include "duckdberror.h"
#include "sql/duckdbdialect.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QRegularExpression>
#include <QSet>

#include <chrono>
#include <condition_variable>
#include <mutex>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct Registry
{
    std::recursive_mutex mutex; // looking at a database may be what lets go of it
    std::condition_variable_any closed;
    QHash<QString, std::weak_ptr<DuckDbDatabase>> databases; // by canonical path; "sample" without a path
    QSet<QString> openFiles; // whose database is open, or is being closed
};

// A connection that was closed lets go of its file on a thread of its own, a moment later.
constexpr std::chrono::seconds closingTime { 6 };

Registry &registry()
{
    static Registry &instance = *new Registry; // databases of other statics are closed after main()
    return instance;
}

Result<void> run(duckdb_connection connection, const QByteArray &sql)
{
    duckdb_result result;
    const duckdb_state state = duckdb_query(connection, sql.constData(), &result);
    Result<void> answer;
    if (state != DuckDBSuccess)
        answer = std::unexpected(duckdbError(duckdb_result_error(&result)));
    duckdb_destroy_result(&result);
    return answer;
}

/// The table function that reads a data file; empty for anything else, which is taken for a database.
QString readerFor(const QString &file)
{
    static const QRegularExpression known(u"\\.(parquet|csv|tsv|json|ndjson|jsonl)(\\.gz|\\.zst)?$"_s,
                                          QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = known.match(file);
    const QString suffix = match.captured(1).toLower();
    if (suffix == "parquet"_L1)
        return u"read_parquet"_s;
    if (suffix == "csv"_L1 || suffix == "tsv"_L1)
        return u"read_csv"_s;
    return suffix.isEmpty() ? QString() : u"read_json"_s;
}

/// `path` as one quoted literal. DuckDB takes `*`, `?` and `[` in it for a pattern: for a file that is really named so,
/// each becomes a set of one character.
QString fileLiteral(const QString &path)
{
    QString text = path;
    if (QFileInfo::exists(path))
        text.replace(QRegularExpression(u"([*?\\[])"_s), u"[\\1]"_s);
    text.replace(u'\'', "''"_L1);
    return u'\'' + text + u'\'';
}

Result<void> makeViews(duckdb_connection connection, const QStringList &files)
{
    QStringList names;
    for (const QString &file : files) {
        const QString reader = readerFor(file);
        if (reader.isEmpty()) {
            return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                           .message = u"“%1” is not a Parquet, CSV or JSON file."_s.arg(file),
                                           .hint = u"Known endings: .parquet .csv .tsv .json .ndjson .jsonl, "
                                                   "also followed by .gz or .zst."_s });
        }
        QString name = QFileInfo(file).fileName();
        name.truncate(name.indexOf(u'.', 1));
        const QString base = name;
        for (int i = 2; names.contains(name, Qt::CaseInsensitive); ++i)
            name = base + u'_' + QString::number(i);
        names << name;
        const QString sql = u"CREATE VIEW "_s + duckdbDialect().quoteIdentifier(name) + u" AS SELECT * FROM "_s + reader
            + u'(' + fileLiteral(file) + u')';
        if (Result<void> made = run(connection, sql.toUtf8()); !made) {
            made.error().message = u"“%1” could not be opened. "_s.arg(file) + made.error().message;
            return made;
        }
    }
    return {};
}

} // namespace

Result<duckdb_connection> DuckDbDatabase::connect() const
{
    duckdb_connection connection = nullptr;
    if (duckdb_connect(m_database, &connection) != DuckDBSuccess) {
        return std::unexpected(Error { .code = Error::Code::IO, .message = u"DuckDB refused a new connection to the open database."_s });
    }
    // errors_as_json: see duckdberror.h; lossless: see duckdbarrow.h; without the "progress bar" nothing is counted.
    if (Result<void> set = run(connection, "SET errors_as_json = true; SET arrow_lossless_conversion = true; "
                                           "SET enable_progress_bar = true; SET enable_progress_bar_print = false");
        !set) {
        duckdb_disconnect(&connection);
        return std::unexpected(set.error());
    }
    return connection;
}

QString DuckDbSource::displayName() const
{
    const QString path = m_parameters.value(u"path"_s);
    return path.isEmpty() || path == ":memory:"_L1 ? u"memory"_s : path;
}

Result<std::shared_ptr<DuckDbDatabase>> DuckDbSource::open()
{
    const std::scoped_lock lock(m_mutex);
    if (auto database = m_database.lock())
        return database;
    QString path = m_parameters.value(u"path"_s);
    QStringList dataFiles = m_parameters.list(u"files"_s);
    if (!readerFor(path).isEmpty())
        dataFiles.prepend(std::exchange(path, {}));
    if (path == ":memory:"_L1)
        path.clear();
    if (path.isEmpty()) {
        Result<std::shared_ptr<DuckDbDatabase>> opened = openNew({}, false, dataFiles);
        if (opened)
            m_database = *opened;
        return opened;
    }
    const bool isSample = path == "sample"_L1;
    const bool isReadOnly = m_parameters.boolean(u"readOnly"_s) && !isSample;
    const QFileInfo info(path);
    // The directory is made canonical, not the file: it need not be there yet.
    const QString key = isSample ? path : QDir(info.absolutePath()).canonicalPath() + u'/' + info.fileName();
    Registry &shared = registry();
    std::unique_lock registryLock(shared.mutex);
    std::shared_ptr<DuckDbDatabase> database;
    const bool isFree = shared.closed.wait_for(registryLock, closingTime, [&] {
        database = shared.databases.value(key).lock();
        return database ? database->isReadOnly() == isReadOnly : !shared.openFiles.contains(key);
    });
    if (!isFree) {
        return std::unexpected(Error { .code = Error::Code::InvalidState,
                                       .message = u"“%1” is open already, %2."_s.arg(
                                               path, isReadOnly ? u"for writing"_s : u"read-only"_s),
                                       .hint = u"Close the other connection, or give this one the same readOnly option."_s });
    }
    if (!database) {
        Result<std::shared_ptr<DuckDbDatabase>> opened = openNew(path, isReadOnly, dataFiles);
        if (!opened)
            return opened;
        database = std::shared_ptr<DuckDbDatabase>(opened->get(), [holder = *opened, key](DuckDbDatabase *) mutable {
            holder.reset();
            const std::scoped_lock lock(registry().mutex);
            registry().openFiles.remove(key);
            registry().closed.notify_all();
        });
        shared.openFiles.insert(key);
        shared.databases.insert(key, database);
    }
    m_database = database;
    return database;
}

Result<std::shared_ptr<DuckDbDatabase>> DuckDbSource::openNew(const QString &file, bool isReadOnly,
                                                              const QStringList &dataFiles) const
{
    const bool isSample = file == "sample"_L1;
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    duckdb_set_config(config, "autoinstall_known_extensions", "false");
    duckdb_set_config(config, "autoload_known_extensions", "false");
    duckdb_set_config(config, "duckdb_api", "grebe");
    if (isReadOnly)
        duckdb_set_config(config, "access_mode", "READ_ONLY");
    Result<void> configured;
    for (const auto &[option, setting] : { std::pair(u"threads"_s, "threads"), std::pair(u"memoryLimit"_s, "memory_limit") }) {
        const QString value = m_parameters.value(option);
        if (!value.isEmpty() && duckdb_set_config(config, setting, value.toUtf8().constData()) != DuckDBSuccess && configured) {
            configured = std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                                 .message = u"DuckDB does not take “%1” for %2."_s.arg(value, option) });
        }
    }
    duckdb_database handle = nullptr;
    char *text = nullptr;
    duckdb_state state = DuckDBError;
    if (configured)
        state = duckdb_open_ext(file.isEmpty() || isSample ? nullptr : file.toUtf8().constData(), &handle, config, &text);
    duckdb_destroy_config(&config);
    if (!configured)
        return std::unexpected(configured.error());
    if (state != DuckDBSuccess) {
        Error error = duckdbError(text);
        duckdb_free(text);
        if (error.code == Error::Code::Unknown)
            error.code = Error::Code::IO;
        if (isReadOnly && !QFileInfo::exists(file))
            error.code = Error::Code::NotFound;
        return std::unexpected(error);
    }
    auto database = std::make_shared<DuckDbDatabase>(handle, isReadOnly);
    if (!isSample && dataFiles.isEmpty())
        return database;

    Result<duckdb_connection> connection = database->connect();
    if (!connection)
        return std::unexpected(connection.error());
    Result<void> filled;
    if (isSample) {
        // The one database that is left is what new connections begin in.
        QFile script(u":/grebe/sample/sample.sql"_s);
        filled = script.open(QIODevice::ReadOnly)
            ? run(*connection, "ATTACH ':memory:' AS sample; USE sample; DETACH memory;" + script.readAll())
            : std::unexpected(Error { .code = Error::Code::Internal, .message = u"The sample is not in this build of Grebe."_s });
    }
    if (filled)
        filled = makeViews(*connection, dataFiles);
    duckdb_disconnect(&*connection);
    if (!filled)
        return std::unexpected(filled.error());
    return database;
}

} // namespace Grebe
