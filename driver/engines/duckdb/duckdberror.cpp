// SPDX-License-Identifier: Apache-2.0
#include "duckdberror.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct KnownError
{
    QLatin1StringView type;
    int number; // of duckdb_error_type
    Error::Code code;
};

// The names are those that exception_type has, the numbers those of duckdb.h.
constexpr KnownError knownErrors[] = {
    { "Out of Range"_L1, 1, Error::Code::InvalidArgument },
    { "Conversion"_L1, 2, Error::Code::InvalidArgument },
    { "Mismatch Type"_L1, 5, Error::Code::InvalidArgument },
    { "Divide by Zero"_L1, 6, Error::Code::InvalidArgument },
    { "TransactionContext"_L1, 10, Error::Code::InvalidState },
    { "Not implemented"_L1, 11, Error::Code::NotImplemented },
    { "Catalog"_L1, 13, Error::Code::NotFound },
    { "Parser"_L1, 14, Error::Code::InvalidArgument },
    { "Constraint"_L1, 18, Error::Code::Integrity },
    { "Connection"_L1, 21, Error::Code::InvalidState },
    { "Syntax"_L1, 22, Error::Code::InvalidArgument },
    { "Settings"_L1, 23, Error::Code::InvalidArgument },
    { "Binder"_L1, 24, Error::Code::InvalidArgument },
    { "Network"_L1, 25, Error::Code::IO },
    { "IO"_L1, 28, Error::Code::IO },
    { "INTERRUPT"_L1, 29, Error::Code::Cancelled },
    { "FATAL"_L1, 30, Error::Code::Internal },
    { "INTERNAL"_L1, 31, Error::Code::Internal },
    { "Invalid Input"_L1, 32, Error::Code::InvalidArgument },
    { "Out of Memory"_L1, 33, Error::Code::Internal },
    { "Permission"_L1, 34, Error::Code::Unauthorized },
    { "Parameter Not Resolved"_L1, 35, Error::Code::InvalidArgument },
    { "Parameter Not Allowed"_L1, 36, Error::Code::InvalidArgument },
    { "Dependency"_L1, 37, Error::Code::InvalidState },
    { "HTTP"_L1, 38, Error::Code::IO },
    { "Missing Extension"_L1, 39, Error::Code::NotImplemented },
    { "Extension Autoloading"_L1, 40, Error::Code::NotImplemented },
    { "Data Corruption"_L1, 43, Error::Code::InvalidData },
};

Error::Code codeFor(const KnownError &known, const QJsonObject &object, const QString &message)
{
    if (known.code == Error::Code::NotFound) {
        if (message.contains("already exists"_L1))
            return Error::Code::AlreadyExists;
        if (object.value("error_subtype"_L1).toString() != "MISSING_ENTRY"_L1 && !message.contains("does not exist"_L1))
            return Error::Code::InvalidArgument;
    }
    if (known.number == 28 && message.contains("No files found"_L1))
        return Error::Code::NotFound;
    return known.code;
}

} // namespace

void setPosition(Error &error, const QByteArray &sql, qsizetype offset)
{
    if (offset < 0 || offset > sql.size())
        return;
    const QByteArrayView before = QByteArrayView(sql).first(offset);
    error.line = int(std::count(before.begin(), before.end(), '\n')) + 1;
    const QByteArrayView lineStart = before.sliced(before.lastIndexOf('\n') + 1);
    error.column = 1 + int(std::count_if(lineStart.begin(), lineStart.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Error duckdbError(const char *text, const QByteArray &sql)
{
    const QByteArray raw = text ? QByteArray(text) : QByteArray();
    Error error { .message = QString::fromUtf8(raw) };
    QJsonObject object;
    if (const qsizetype brace = raw.indexOf('{'); brace >= 0)
        object = QJsonDocument::fromJson(raw.sliced(brace)).object();
    QString type = object.value("exception_type"_L1).toString();
    if (type.isEmpty()) {
        // Before the setting is made, or from a layer below it: "Catalog Error: …".
        if (const qsizetype end = raw.indexOf(" Error: "); end > 0 && end < 40)
            type = QString::fromUtf8(raw.first(end));
    } else {
        error.message = type + u" Error: "_s + object.value("exception_message"_L1).toString();
    }
    error.vendorCode = type;
    for (const KnownError &known : knownErrors) {
        if (type.compare(known.type, Qt::CaseInsensitive) == 0) {
            error.vendorNumber = known.number;
            error.code = codeFor(known, object, error.message);
        }
    }
    if (error.vendorNumber == 33)
        error.hint = u"Raise the connection's memory limit, or let DuckDB spill: SET temp_directory."_s;
    if (error.vendorNumber == 39 || error.vendorNumber == 40)
        error.hint = u"Extensions are not fetched from the network by themselves: run INSTALL and LOAD first."_s;
    if (error.message.isEmpty())
        error.message = u"DuckDB gave no reason."_s;
    if (bool isNumber = false; !sql.isEmpty()) {
        const qlonglong offset = object.value("position"_L1).toString().toLongLong(&isNumber);
        if (isNumber)
            setPosition(error, sql, offset);
    }
    return error;
}

} // namespace Grebe
