// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "extension/resultwriter.h"
#include "statementrun.h"

#include <QFile>
#include <QTest>

#include <arrow/api.h>

/// What the read-back tests share: results to write, and their values as text.
namespace ExportSource {

using Batches = QList<std::shared_ptr<arrow::RecordBatch>>;

/// A query's result by way of Grebe's own DuckDB engine.
inline Batches fromDuckDb(const QString &sql)
{
    using namespace Grebe;
    using namespace Qt::StringLiterals;
    const auto parameters = ConnectionParameters::fromUrl(u"duckdb:"_s, engineInfos());
    const EngineEntry *entry = engineEntry(u"duckdb"_s);
    const ConnectionPtr connection = makeConnection(entry->create(*parameters, nullptr), entry->info(), *parameters);
    StatementRun zone(connection->prepare(u"SET TimeZone = 'UTC'"_s));
    if (!zone.waitForEnd() || !zone.hasFinished())
        qFatal("%s", zone.log());
    StatementRun run(connection->prepare(sql));
    if (!run.waitForEnd() || !run.hasFinished())
        qFatal("%s", run.log());
    return run.batches();
}

/// Nothing: it worked.
inline QString write(const Batches &batches, const QString &formatId, const QString &fileName,
                     const Grebe::WriteOptions &options = {}, QStringList *remarks = nullptr)
{
    QFile file(fileName);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("%s", qPrintable(file.errorString()));
    Grebe::DeviceSink sink(file);
    const auto writer = Grebe::makeResultWriter(formatId, sink, options);
    auto done = writer->begin(batches.first()->schema());
    for (const auto &batch : batches)
        done = done.and_then([&] { return writer->write(*batch); });
    done = done.and_then([&] { return writer->end(); });
    if (remarks)
        *remarks = writer->remarks();
    return done ? QString() : done.error().ticketText();
}

/// The same into a database file.
inline QString writeTable(const Batches &batches, const QString &fileName, const Grebe::WriteOptions &options = {},
                          QStringList *remarks = nullptr)
{
    auto made = Grebe::makeFileWriter(QStringLiteral("duckdb"), fileName, options);
    if (!made)
        return made.error().ticketText();
    auto &writer = *made;
    auto done = writer->begin(batches.first()->schema());
    for (const auto &batch : batches)
        done = done.and_then([&] { return writer->write(*batch); });
    done = done.and_then([&] { return writer->end(); });
    if (remarks)
        *remarks = writer->remarks();
    return done ? QString() : done.error().ticketText();
}

/// Row by row; nullopt is NULL.
inline QList<QList<std::optional<QByteArray>>> texts(const Batches &batches)
{
    QList<QList<std::optional<QByteArray>>> rows;
    for (const auto &batch : batches) {
        std::vector<Grebe::ColumnFormatter> formatters;
        for (const auto &field : batch->schema()->fields())
            formatters.emplace_back(field);
        for (qint64 row = 0; row < batch->num_rows(); ++row) {
            auto &values = rows.emplace_back();
            for (int column = 0; column < batch->num_columns(); ++column) {
                std::string text;
                const bool isValue = formatters[size_t(column)].appendText(*batch, column, row, text);
                values.append(isValue ? std::optional(QByteArray::fromStdString(text)) : std::nullopt);
            }
        }
    }
    return rows;
}

inline QByteArray shown(const std::optional<QByteArray> &value)
{
    return value ? '"' + *value + '"' : QByteArray("NULL");
}

/// Text that has broken writers before.
inline const char *const kNasty[] = {
    "", " ", "plain", "NULL", "null", "\\N", "\\", "\"", "\"\"", "'", "''", "a,b", "a;b", "a\tb", "a|b", "line\nend", "line\r\nend",
    "\r", "\n", "trailing ", " leading", "\xF0\x9F\xA6\x86", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
    "\xE2\x80\xAE" "evil", "\xEF\xBB\xBFmark", "\x01\x02\x1F", "\x7F", "a&b", "<b>bold</b>", "]]>", "--", "/* */", ";", "$1", "%s",
    "_x0041_", "_x00", "=1+1", "+1", "-1", "@SUM(A1)", "\xEF\xBC\x9D" "1", "1e5", "0x10", "01", "1,000", "true", "2026-08-01", "{}", "[1,2]",
    "\xEF\xBF\xBF", "\xEF\xBF\xBE", "\xC3\xA9", "e\xCC\x81", "?", ":name", "`", "#", "\xE2\x80\xA8"
};

} // namespace ExportSource
