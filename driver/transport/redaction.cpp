// SPDX-License-Identifier: Apache-2.0
#include "redaction.h"

#include <QRegularExpression>
#include <QSet>
#include <QUrlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

Q_LOGGING_CATEGORY(transportLog, "grebe.driver.transport", QtWarningMsg)

namespace Redaction {

constexpr qsizetype longestText = 4000;
constexpr auto hidden = "***"_L1;

/// Headers whose values help to understand a log and give nothing away. All others are printed by length.
static bool isHarmless(const QByteArray &lowerName)
{
    static const QSet<QByteArray> names {
        "accept", "accept-encoding", "accept-language", "age", "allow", "cache-control", "connection", "content-encoding",
        "content-length", "content-type", "date", "expires", "host", "keep-alive", "retry-after", "server",
        "transfer-encoding", "user-agent", "vary", "via",
        "x-trino-catalog", "x-trino-client-capabilities", "x-trino-client-info", "x-trino-language",
        "x-trino-query-data-encoding", "x-trino-schema", "x-trino-source", "x-trino-time-zone",
        "x-trino-transaction-id", "x-trino-user", "x-trino-set-catalog", "x-trino-set-schema",
        "x-trino-started-transaction-id", "x-trino-clear-transaction-id",
        "x-presto-catalog", "x-presto-language", "x-presto-schema", "x-presto-source", "x-presto-time-zone",
        "x-presto-transaction-id", "x-presto-user", "x-presto-set-catalog", "x-presto-set-schema", "x-presto-client-info",
        "x-presto-started-transaction-id", "x-presto-clear-transaction-id"
    };
    return names.contains(lowerName);
}

/// /v1/statement/{queued|executing}/{id}/{slug}/{token}, partialCancel/{id}/{stage}/{slug}/{token}, and the spooled
/// segments' /v1/spooled/{download|ack}/{identifier}: the slug stands for the right to read.
static QString pathText(const QString &path)
{
    QStringList parts = path.split(u'/');
    for (qsizetype i = 0; i + 1 < parts.size(); ++i) {
        if (parts[i] == "statement"_L1 || parts[i] == "spooled"_L1) {
            const bool isSpooled = parts[i] == "spooled"_L1;
            for (qsizetype j = i + 1; j < parts.size(); ++j) {
                static const QRegularExpression queryId(u"^\\d{8}_\\d{6}_\\d{5}_[a-z0-9]{5}$"_s);
                static const QSet<QString> words { u"queued"_s,   u"executing"_s, u"partialCancel"_s, u"scheduled"_s,
                                                   u"download"_s, u"ack"_s };
                const bool isNumber = !isSpooled && parts[j].size() < 10
                    && std::ranges::all_of(parts[j], [](QChar c) { return c.isDigit(); });
                if (!parts[j].isEmpty() && !words.contains(parts[j]) && !isNumber && !queryId.match(parts[j]).hasMatch())
                    parts[j] = hidden;
            }
            break;
        }
        if (parts[i] == "oauth2"_L1 || parts[i] == "token"_L1) {
            for (qsizetype j = i + 1; j < parts.size(); ++j) {
                if (parts[j].size() >= 16)
                    parts[j] = hidden;
            }
        }
    }
    return parts.join(u'/');
}

QString url(const QUrl &url)
{
    QString out = url.scheme() + "://"_L1;
    const QString host = url.host();
    out += host.contains(u':') ? u"[%1]"_s.arg(host) : host;
    if (url.port() >= 0)
        out += u':' + QString::number(url.port());
    out += pathText(url.path(QUrl::FullyEncoded));
    if (url.hasQuery()) {
        QStringList items;
        const auto query = QUrlQuery(url).queryItems(QUrl::FullyEncoded);
        for (const auto &item : query)
            items << item.first + u'=' + hidden;
        out += u'?' + items.join(u'&');
    }
    return text(out);
}

QString headerValue(const QByteArray &name, const QByteArray &value)
{
    const QByteArray lower = name.toLower();
    if (lower == "location")
        return url(QUrl(QString::fromUtf8(value)));
    if (isHarmless(lower))
        return text(QString::fromUtf8(value.left(500)));
    // How somebody is asked to sign in tells much; the word in front says it, the rest may be a token.
    if (lower == "www-authenticate" || lower == "authorization" || lower == "proxy-authorization"
        || lower == "proxy-authenticate") {
        const QByteArray scheme = value.left(value.indexOf(' '));
        static const QSet<QByteArray> schemes { "basic", "bearer", "digest", "negotiate", "ntlm" };
        if (value.contains(' ') && schemes.contains(scheme.toLower()))
            return QString::fromLatin1(scheme) + u' ' + hidden;
        return hidden;
    }
    return u"%1 (%2 bytes)"_s.arg(hidden).arg(value.size());
}

QString headers(const HttpHeaders &headers)
{
    QStringList out;
    for (const auto &[name, value] : headers)
        out << text(QString::fromUtf8(name.left(100))) + ": "_L1 + headerValue(name, value);
    return out.join("; "_L1);
}

QString text(QStringView view)
{
    QString out = view.left(longestText).toString();
    for (QChar &c : out) {
        if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format
            || c.category() == QChar::Separator_Line || c.category() == QChar::Separator_Paragraph)
            c = u' ';
    }
    struct Rule
    {
        QRegularExpression pattern;
        QString replacement;
    };
    constexpr auto anyCase = QRegularExpression::CaseInsensitiveOption;
    static const QList<Rule> rules {
        // user:password@ of an address
        { QRegularExpression(u"([a-z][a-z0-9+.-]*://)[^/\\s@]*@"_s, anyCase), u"\\1***@"_s },
        // JSON web tokens, whole or cut
        { QRegularExpression(u"\\beyJ[A-Za-z0-9_-]{8,}(\\.[A-Za-z0-9_-]*){0,4}"_s), u"***"_s },
        { QRegularExpression(u"\\b(Basic|Bearer|Negotiate|Digest|NTLM)\\s+[A-Za-z0-9+/=._~-]{4,}"_s, anyCase), u"\\1 ***"_s },
        { QRegularExpression(u"\\b((?:set-)?cookie|(?:proxy-)?authorization|x-(?:trino|presto)-(?:extra-credential|prepared-statement|added-prepare|session-function|added-session-functions))\\s*:\\s*[^\\r\\n;]+"_s, anyCase),
          u"\\1: ***"_s },
        // name=value and "name": "value" of what is secret by name
        { QRegularExpression(u"(\"?\\b(?:[a-z0-9_.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|credential|signature))\"?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s&;,\"']+)"_s, anyCase),
          u"\\1***"_s },
        // signed addresses of object stores: X-Amz-Signature, X-Goog-Credential, Azure's sig
        { QRegularExpression(u"([?&](?:X-(?:Amz|Goog)-[A-Za-z-]+|sig|se|sp|sv|Expires|AWSAccessKeyId|GoogleAccessId|Key-Pair-Id|Policy)=)[^&\\s\"']+"_s, anyCase),
          u"\\1***"_s },
        // IDENTIFIED BY 'x', PASSWORD 'x'
        { QRegularExpression(u"\\b(IDENTIFIED\\s+BY|PASSWORD)\\s+'(?:[^']|'')*'?"_s, anyCase), u"\\1 '***'"_s },
    };
    for (const Rule &rule : rules)
        out.replace(rule.pattern, rule.replacement);
    if (view.size() > longestText)
        out += u"…"_s;
    return out;
}

} // namespace Redaction
} // namespace Grebe
