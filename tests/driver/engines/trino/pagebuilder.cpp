// SPDX-License-Identifier: Apache-2.0
#include "pagebuilder.h"

#include "extension/columnformatter.h"

#include <arrow/api.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

QByteArray argumentsOf(const QByteArray &inner, bool isRow)
{
    QByteArrayList parts;
    int depth = 0;
    qsizetype start = 0;
    for (qsizetype i = 0; i <= inner.size(); ++i) {
        const char c = i < inner.size() ? inner[i] : ',';
        depth += (c == '(') - (c == ')');
        if (c == ',' && depth == 0) {
            parts.append(inner.sliced(start, i - start).trimmed());
            start = i + 1;
        }
    }
    QByteArrayList arguments;
    for (const QByteArray &part : std::as_const(parts)) {
        bool isNumber;
        part.toLongLong(&isNumber);
        if (isNumber) {
            arguments.append("{\"kind\":\"LONG\",\"value\":" + part + "}");
        } else if (isRow) {
            const qsizetype colon = part.indexOf(':'); // name:type, or type without a name
            const qsizetype bracket = part.indexOf('(');
            if (colon > 0 && (bracket < 0 || colon < bracket)) {
                arguments.append("{\"kind\":\"NAMED_TYPE\",\"value\":{\"fieldName\":{\"name\":\"" + part.left(colon)
                                 + "\"},\"typeSignature\":" + signature(part.sliced(colon + 1)) + "}}");
            } else {
                arguments.append("{\"kind\":\"NAMED_TYPE\",\"value\":{\"typeSignature\":" + signature(part) + "}}");
            }
        } else {
            arguments.append("{\"kind\":\"TYPE\",\"value\":" + signature(part) + "}");
        }
    }
    return arguments.join(',');
}

} // namespace

QByteArray signature(QByteArray type)
{
    const qsizetype open = type.indexOf('(');
    if (open < 0)
        return "{\"rawType\":\"" + type + "\",\"arguments\":[]}";
    const qsizetype close = type.lastIndexOf(')');
    const QByteArray name = type.left(open) + type.sliced(close + 1); // timestamp(3) with time zone
    return "{\"rawType\":\"" + name + "\",\"arguments\":[" + argumentsOf(type.sliced(open + 1, close - open - 1), name == "row") + "]}";
}

QByteArray column(const QByteArray &name, const QByteArray &type)
{
    return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"typeSignature\":" + signature(type) + "}";
}

QByteArray page(const QByteArray &columns, const QByteArray &data)
{
    return "{\"id\":\"20260801_120000_00001_abcde\",\"infoUri\":\"http://h:8080/ui/query.html?20260801_120000_00001_abcde\","
           "\"nextUri\":\"http://h:8080/v1/statement/executing/20260801_120000_00001_abcde/y3f4e/1\",\"columns\":["
        + columns + "],\"data\":" + data
        + ",\"stats\":{\"state\":\"RUNNING\",\"queued\":false,\"scheduled\":true,\"nodes\":1,\"totalSplits\":4,"
          "\"completedSplits\":2,\"processedRows\":7},\"warnings\":[]}";
}

Result<TrinoPage> decode(const QByteArray &json, const std::shared_ptr<const TrinoRowDecoder> &decoder)
{
    return decodePage(PageBytes(json), decoder);
}

QString valuesOf(const TrinoPage &page)
{
    if (!page.batch)
        return u"no rows"_s;
    const auto status = page.batch->ValidateFull();
    if (!status.ok())
        return QString::fromStdString(status.ToString());
    QStringList values;
    for (int64_t i = 0; i < page.batch->num_rows(); ++i) {
        const auto scalar = page.batch->column(0)->GetScalar(i);
        if (!scalar.ok()) {
            values.append(u"?"_s);
        } else if (const auto *bytes = dynamic_cast<const arrow::BaseBinaryScalar *>(scalar->get());
                   bytes && bytes->is_valid && !arrow::is_string(bytes->type->id())) {
            values.append(QString::fromStdString(bytes->value->ToHexString()));
        } else {
            values.append(QString::fromStdString((*scalar)->ToString()));
        }
    }
    return values.join(u" | "_s);
}

QString rawOf(const TrinoPage &page, int column)
{
    const auto metadata = page.batch->schema()->field(column)->metadata();
    return QString::fromStdString(metadata->Get(kRawKey).ValueOr(""));
}
