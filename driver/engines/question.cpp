// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "question.h"

#include "extension/columnformatter.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct Collected
{
    MetadataTable table;
    std::vector<ColumnFormatter> formatters;
};

void append(const arrow::RecordBatch &batch, Collected &collected)
{
    std::string text;
    collected.table.rows.reserve(collected.table.rows.size() + batch.num_rows());
    for (qint64 row = 0; row < batch.num_rows(); ++row) {
        QStringList cells;
        cells.reserve(batch.num_columns());
        for (int column = 0; column < batch.num_columns() && size_t(column) < collected.formatters.size(); ++column) {
            text.clear();
            const bool isThere = collected.formatters[size_t(column)].appendText(batch, column, row, text);
            cells << (isThere ? QString::fromUtf8(text.data(), qsizetype(text.size())) : QString());
        }
        collected.table.rows << cells;
    }
}

} // namespace

void collectText(Statement *statement, QObject *context, const std::function<void(const Result<MetadataTable> &)> &done)
{
    auto collected = std::make_shared<Collected>();
    QObject::connect(statement, &Statement::schemaReady, context, [collected](const std::shared_ptr<arrow::Schema> &schema) {
        for (const auto &field : schema->fields()) {
            collected->table.columns << QString::fromStdString(field->name());
            collected->formatters.emplace_back(field);
        }
    });
    QObject::connect(statement, &Statement::batchReady, context,
                     [collected](const std::shared_ptr<arrow::RecordBatch> &batch) { append(*batch, *collected); });
    QObject::connect(statement, &Statement::finished, context, [collected, done] { done(std::move(collected->table)); });
    QObject::connect(statement, &Statement::failed, context, [done](const Error &error) { done(std::unexpected(error)); });
}

Error movedUp(Error error, int prefixLines)
{
    static const QRegularExpression place(uR"(^line (\d+):(\d+): )"_s);
    if (error.line <= 0 || prefixLines <= 0)
        return error;
    error.line = qMax(0, error.line - prefixLines);
    if (error.line == 0)
        error.column = 0;
    if (const auto match = place.match(error.message); match.hasMatch())
        error.message = (error.line > 0 ? u"line %1:%2: "_s.arg(error.line).arg(error.column) : QString()) + error.message.sliced(match.capturedLength());
    return error;
}

} // namespace Grebe
