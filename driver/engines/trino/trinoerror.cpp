// SPDX-License-Identifier: Apache-2.0
#include "trinoerror.h"

#include "transport/httpclient.h"
#include "transport/redaction.h"

#include <QRegularExpression>
#include <QStringList>

#include <simdjson.h>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kLongestMessage = 64 * 1024;
constexpr qsizetype kLongestDetail = 32 * 1024;
constexpr int kMostCauses = 16;
constexpr int kMostFrames = 40; // of one cause

QString textOf(const simdjson::dom::element &object, std::string_view key)
{
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS)
        return {};
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

int numberOf(const simdjson::dom::element &object, std::string_view key)
{
    int64_t number;
    if (object[key].get(number) != simdjson::SUCCESS)
        return 0;
    return int(std::clamp<int64_t>(number, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

QString clipped(QString text, qsizetype longest)
{
    if (text.size() > longest) {
        text.truncate(longest);
        text += u"…"_s;
    }
    return text;
}

/// The exception and its causes, as Java prints them.
QString stackText(simdjson::dom::element failure)
{
    QString text;
    for (int i = 0; i < kMostCauses && text.size() < kLongestDetail; ++i) {
        if (i > 0)
            text += u"Caused by: "_s;
        text += clipped(textOf(failure, "type") + u": "_s + textOf(failure, "message"), kLongestDetail / 4) + u'\n';
        simdjson::dom::array stack;
        if (failure["stack"].get(stack) == simdjson::SUCCESS) {
            int frameCount = 0;
            for (const simdjson::dom::element frame : stack) {
                std::string_view line;
                if (frame.get(line) != simdjson::SUCCESS)
                    continue;
                if (++frameCount > kMostFrames) {
                    text += u"    …\n"_s;
                    break;
                }
                text += u"    at "_s + QString::fromUtf8(line.data(), qsizetype(line.size())) + u'\n';
            }
        }
        simdjson::dom::element cause;
        if (failure["cause"].get(cause) != simdjson::SUCCESS || !cause.is_object())
            break;
        failure = cause;
    }
    return clipped(text, kLongestDetail);
}

QString hintFor(const QString &name)
{
    static const QHash<QString, QString> hints {
        {u"ABANDONED_QUERY"_s, u"The server drops a query that nobody has asked about for some minutes. Run it again."_s},
        {u"MISSING_CATALOG_NAME"_s, u"Choose a catalog for the connection, run USE catalog.schema, or write the catalog in front of the name."_s},
        {u"MISSING_SCHEMA_NAME"_s, u"Choose a schema for the connection, run USE schema, or write the schema in front of the name."_s},
        {u"SERVER_STARTING_UP"_s, u"The server is starting: try again in a moment."_s},
        {u"SERVER_SHUTTING_DOWN"_s, u"The server is going down: try again later."_s},
        {u"QUERY_QUEUE_FULL"_s, u"Too many queries are waiting on the server: try again later."_s},
        {u"QUERY_TEXT_TOO_LARGE"_s, u"The server limits the length of a statement. Shorten it, or put long lists into a table."_s},
        {u"ADMINISTRATIVELY_KILLED"_s, u"An administrator of the server stopped this query."_s},
        {u"ADMINISTRATIVELY_PREEMPTED"_s, u"An administrator of the server stopped this query in favour of others."_s},
    };
    return hints.value(name);
}

/// Presto calls a name that it does not find a syntax error, of code 1 like all others (measured on 0.296).
bool saysMissing(const QString &message)
{
    static const QRegularExpression missing(u"^(line \\d+:\\d+: )?(Catalog|Schema|Table|View|Column|Function|Session property) "
                                            "\\S.* (does not exist|cannot be resolved|not registered)$"_s);
    return missing.match(message).hasMatch();
}

} // namespace

Error::Code trinoErrorCode(const QString &errorName, const QString &errorType)
{
    using Code = Error::Code;
    static const QHash<QString, Code> codes {
        {u"SYNTAX_ERROR"_s, Code::InvalidArgument},
        {u"USER_CANCELED"_s, Code::Cancelled},
        {u"PERMISSION_DENIED"_s, Code::Unauthorized},
        {u"NOT_SUPPORTED"_s, Code::NotImplemented},
        {u"EXCEEDED_TIME_LIMIT"_s, Code::Timeout},
        {u"EXCEEDED_CPU_LIMIT"_s, Code::Timeout},
        {u"ABANDONED_QUERY"_s, Code::Timeout},
        {u"UNKNOWN_TRANSACTION"_s, Code::InvalidState},
        {u"NOT_IN_TRANSACTION"_s, Code::InvalidState},
        {u"TRANSACTION_ALREADY_ABORTED"_s, Code::InvalidState},
        {u"CONSTRAINT_VIOLATION"_s, Code::Integrity},
    };
    if (const auto found = codes.find(errorName); found != codes.end())
        return *found;
    if (errorName.endsWith("_NOT_FOUND"_L1) || errorName == "NOT_FOUND"_L1)
        return Code::NotFound;
    if (errorName.endsWith("_ALREADY_EXISTS"_L1))
        return Code::AlreadyExists;
    if (errorType == "USER_ERROR"_L1)
        return Code::InvalidArgument;
    if (errorType == "EXTERNAL"_L1)
        return Code::IO;
    if (errorType == "INTERNAL_ERROR"_L1 || errorType == "INSUFFICIENT_RESOURCES"_L1)
        return Code::Internal;
    return Code::Unknown;
}

Error trinoError(const simdjson::dom::element &error, const QString &queryId)
{
    const QString name = textOf(error, "errorName");
    Error result {.code = trinoErrorCode(name, textOf(error, "errorType")),
                  .message = clipped(textOf(error, "message"), kLongestMessage),
                  .hint = hintFor(name),
                  .sqlState = textOf(error, "sqlState"),
                  .vendorCode = name,
                  .vendorNumber = numberOf(error, "errorCode"),
                  .queryId = queryId};
    if (name == "SYNTAX_ERROR"_L1 && saysMissing(result.message))
        result.code = Error::Code::NotFound;
    bool isRetriable;
    if (result.hint.isEmpty() && error["retriable"].get(isRetriable) == simdjson::SUCCESS && isRetriable)
        result.hint = u"The server takes this for a passing trouble: running the statement again may work."_s;
    simdjson::dom::element failure;
    if (error["failureInfo"].get(failure) == simdjson::SUCCESS && failure.is_object())
        result.detail = stackText(failure);
    simdjson::dom::element location;
    if (error["errorLocation"].get(location) == simdjson::SUCCESS && location.is_object()) {
        result.line = std::max(0, numberOf(location, "lineNumber"));
        result.column = std::max(0, numberOf(location, "columnNumber"));
    } else {
        static const QRegularExpression place(u"^line (\\d{1,9}):(\\d{1,9}): "_s);
        if (const auto match = place.match(result.message); match.hasMatch()) {
            result.line = match.capturedView(1).toInt();
            result.column = match.capturedView(2).toInt();
        }
    }
    if (result.message.isEmpty())
        result.message = name.isEmpty() ? u"The server says that the query failed, and not why."_s : name;
    return result;
}

QString trinoBodyText(const HttpResponse &response)
{
    QString text = QString::fromUtf8(response.bytes().first(std::min<qsizetype>(response.bytes().size(), 8192))).trimmed();
    if (text.startsWith(u'<')) {
        static const QRegularExpression title(u"<(title|h1|h2)[^>]*>([^<]*)<"_s, QRegularExpression::CaseInsensitiveOption);
        return title.match(text).captured(2).simplified();
    }
    static const QRegularExpression prefix(u"^Error \\d{3}[^:\\n]*: "_s);
    text.remove(prefix);
    // A Java stack trace follows the text in some answers.
    if (const qsizetype stack = text.indexOf("\n\tat "_L1); stack >= 0)
        text.truncate(stack);
    constexpr qsizetype longest = 2000;
    if (text.size() > longest)
        text = text.left(longest) + u'…';
    return Redaction::text(text).trimmed(); // a gateway may repeat the page it could not hand on
}

Error trinoHttpError(const HttpResponse &response, const QString &doing, const QString &host, TrinoProduct product)
{
    const QString text = trinoBodyText(response);
    const auto said = [&text](const QString &otherwise) { return text.isEmpty() ? otherwise : text; };
    Error error;
    error.detail = u"HTTP %1 while %2"_s.arg(response.status).arg(doing);
    switch (response.status) {
    case 400:
        error.code = Error::Code::InvalidArgument;
        error.message = said(u"%1 did not understand the request."_s.arg(host));
        if (text.contains("header"_L1, Qt::CaseInsensitive) && text.contains("large"_L1, Qt::CaseInsensitive))
            error.hint = u"Prepared statements and session properties travel in headers: there may be too many."_s;
        // We always name one, unless a token or a certificate does it.
        else if (product == TrinoProduct::Trino && text.contains("User must be set"_L1))
            error.hint = u"A Presto server says so to clients of Trino: use presto:// in place of trino:// then."_s;
        break;
    case 401:
        error.code = Error::Code::Unauthenticated;
        error.message = u"Authentication failed: %1"_s.arg(said(u"%1 does not say why."_s.arg(host)));
        break;
    case 403:
        error.code = Error::Code::Unauthorized;
        error.message = said(u"%1 does not allow this."_s.arg(host));
        break;
    case 404:
    case 410:
        error.code = Error::Code::NotFound;
        error.message = said(u"%1 does not know this address."_s.arg(host));
        break;
    case 406:
        error.code = Error::Code::InvalidData;
        error.message = said(u"%1 refuses requests that came through a proxy."_s.arg(host));
        error.hint = u"The server behind the proxy needs http-server.process-forwarded=true in its configuration."_s;
        break;
    case 431:
        error.code = Error::Code::InvalidArgument;
        error.message = said(u"The headers of the request are too large for %1."_s.arg(host));
        error.hint = u"Prepared statements and session properties travel in headers: deallocate or reset some."_s;
        break;
    case 429:
    case 502:
    case 503:
    case 504:
        error.code = Error::Code::IO;
        error.message = said(u"%1 is not ready (HTTP %2)."_s.arg(host).arg(response.status));
        break;
    default:
        error.code = response.status >= 500 ? Error::Code::Internal : Error::Code::InvalidData;
        error.message = said(u"%1 answered with HTTP status %2."_s.arg(host).arg(response.status));
        if (response.status >= 300 && response.status < 400)
            error.hint = u"It points to another address. Use the address that it points to in this connection."_s;
        break;
    }
    return error;
}

} // namespace Grebe
