// SPDX-License-Identifier: Apache-2.0
#include "quoting.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace Grebe {

QString quotedWith(QChar mark, const QString &text)
{
    QString result;
    result.reserve(text.size() + 2);
    result += mark;
    for (QChar c : text) {
        if (c == mark)
            result += mark;
        result += c;
    }
    result += mark;
    return result;
}

QString unquoted(QStringView token)
{
    if (token.size() < 2 || !QStringView(u"\"'`").contains(token.front()) || token.front() != token.back())
        return token.toString();
    const QChar mark = token.front();
    QString result;
    for (qsizetype i = 1; i + 1 < token.size(); ++i) {
        result += token[i];
        if (token[i] == mark)
            ++i;
    }
    return result;
}

Result<ObjectPath> parsedPath(QStringView text, const LexicalRules &rules)
{
    QStringList parts;
    Lexer lexer(text, rules);
    const Error error { .code = Error::Code::InvalidArgument,
                        .message = u"“"_s + text.toString() + u"” is not the name of an object."_s,
                        .hint = u"Names with other characters than letters, digits and _ stand in double quotes."_s };
    for (Token token = lexer.next();; token = lexer.next()) {
        const bool isQuoted = token.kind == Token::Kind::QuotedName && token.isTerminated;
        if (!isQuoted && token.kind != Token::Kind::Word)
            return std::unexpected(error);
        parts << (isQuoted ? unquoted(lexer.text(token)) : lexer.text(token).toString());
        token = lexer.next();
        if (token.kind == Token::Kind::End)
            return ObjectPath(parts);
        if (token.kind != Token::Kind::Operator || lexer.text(token) != "."_L1)
            return std::unexpected(error);
    }
}

bool isPlainName(QStringView name)
{
    const auto isPart = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'_';
    };
    return !name.isEmpty() && !(name[0] >= u'0' && name[0] <= u'9') && std::ranges::all_of(name, isPart);
}

bool isTypeText(QStringView type, const LexicalRules &rules)
{
    Lexer lexer(type, rules);
    QString open;
    bool isEmpty = true;
    for (Token token = lexer.next(); token.kind != Token::Kind::End; token = lexer.next()) {
        const QStringView text = lexer.text(token);
        switch (token.kind) {
        case Token::Kind::Word:
        case Token::Kind::Number:
            break;
        case Token::Kind::QuotedName:
        case Token::Kind::String: // the values of an ENUM
            if (!token.isTerminated)
                return false;
            break;
        case Token::Kind::Operator:
            if (text == "("_L1 || text == "["_L1) {
                open += text;
            } else if (text == ")"_L1 || text == "]"_L1) {
                if (open.isEmpty() || open.back() != (text == ")"_L1 ? u'(' : u'['))
                    return false;
                open.chop(1);
            } else if (text != ","_L1 && text != "."_L1) {
                return false;
            }
            break;
        default:
            return false;
        }
        isEmpty = false;
    }
    return !isEmpty && open.isEmpty();
}

QString baseType(QStringView type)
{
    const qsizetype bracket = type.indexOf(u'(');
    if (bracket < 0)
        return type.trimmed().toString().toLower();
    // "timestamp(3) with time zone" is "timestamp with time zone".
    const qsizetype close = type.lastIndexOf(u')');
    const QStringView behind = close > bracket ? type.sliced(close + 1) : QStringView();
    return (type.first(bracket).trimmed().toString() + u' ' + behind.trimmed().toString()).trimmed().toLower();
}

QStringList typeArguments(QStringView type)
{
    QStringList arguments;
    const qsizetype open = type.indexOf(u'(');
    const qsizetype close = type.lastIndexOf(u')');
    if (open < 0 || close < open)
        return arguments;
    const QStringView inside = type.sliced(open + 1, close - open - 1);
    qsizetype depth = 0;
    bool isQuoted = false;
    qsizetype begin = 0;
    for (qsizetype i = 0; i < inside.size(); ++i) {
        if (inside[i] == u'"')
            isQuoted = !isQuoted;
        if (isQuoted)
            continue;
        if (inside[i] == u'(') {
            ++depth;
        } else if (inside[i] == u')') {
            --depth;
        } else if (inside[i] == u',' && depth == 0) {
            arguments << inside.sliced(begin, i - begin).trimmed().toString();
            begin = i + 1;
        }
    }
    arguments << inside.sliced(begin).trimmed().toString();
    return arguments;
}

QString realText(double value, bool isSinglePrecision)
{
    // A float's own shortest digits, not those of the double it becomes.
    QString text = isSinglePrecision ? QString::number(double(float(value)), 'e', 8)
                                     : QString::number(value, 'e', QLocale::FloatingPointShortest);
    if (isSinglePrecision) {
        for (int digits = 0; digits < 8; ++digits) {
            const QString shorter = QString::number(double(float(value)), 'e', digits);
            if (shorter.toFloat() == float(value)) {
                text = shorter;
                break;
            }
        }
    }
    const qsizetype e = text.indexOf(u'e');
    QString mantissa = text.first(e);
    if (std::signbit(value) && !mantissa.startsWith(u'-')) // Qt writes -0.0 without its sign
        mantissa.prepend(u'-');
    return mantissa + (mantissa.contains(u'.') ? u"E"_s : u".0E"_s) + QString::number(text.sliced(e + 1).toInt());
}

Result<QString> plainDecimal(const QString &text)
{
    const auto refuse = [&text] {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"“"_s + text + u"” is not a decimal number."_s,
                                       .hint = u"Write digits with at most one point, such as -12.50."_s });
    };
    QString digits = text.trimmed();
    QString sign;
    if (digits.startsWith(u'-') || digits.startsWith(u'+')) {
        sign = digits.startsWith(u'-') ? u"-"_s : QString();
        digits = digits.sliced(1);
    }
    qint64 exponent = 0;
    if (const qsizetype e = digits.indexOf(u'e', 0, Qt::CaseInsensitive); e >= 0) {
        bool isNumber = false;
        exponent = digits.sliced(e + 1).toLongLong(&isNumber);
        // Further digits than any engine's decimals have.
        if (!isNumber || exponent > 1000 || exponent < -1000)
            return refuse();
        digits.truncate(e);
    }
    const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    const qsizetype point = digits.indexOf(u'.');
    QString whole = point < 0 ? digits : digits.first(point);
    QString fraction = point < 0 ? QString() : digits.sliced(point + 1);
    if (whole.isEmpty() && fraction.isEmpty())
        return refuse();
    if (!std::ranges::all_of(whole, isDigit) || !std::ranges::all_of(fraction, isDigit))
        return refuse();
    for (; exponent > 0; --exponent) {
        whole += fraction.isEmpty() ? QChar(u'0') : fraction.front();
        fraction = fraction.mid(1);
    }
    for (; exponent < 0; ++exponent) {
        fraction.prepend(whole.isEmpty() ? QChar(u'0') : whole.back());
        whole.chop(1);
    }
    if (whole.isEmpty())
        whole = u"0"_s;
    return sign + whole + (fraction.isEmpty() ? QString() : u'.' + fraction);
}

QString isoDate(const QDate &date, bool hasPlusSign)
{
    // QDate has no year 0: its year -1 is 1 BC, which ISO 8601 calls 0000.
    const int year = date.year() < 0 ? date.year() + 1 : date.year();
    const QString sign = year < 0 ? u"-"_s : year > 9999 && hasPlusSign ? u"+"_s : QString();
    return u"%1%2-%3-%4"_s.arg(sign)
        .arg(std::abs(year), 4, 10, QChar(u'0'))
        .arg(date.month(), 2, 10, QChar(u'0'))
        .arg(date.day(), 2, 10, QChar(u'0'));
}

bool isNullValue(const QVariant &value)
{
    switch (value.metaType().id()) {
    case QMetaType::QString:
        return value.isNull() || value.toString().isNull();
    case QMetaType::QByteArray:
        return value.isNull() || value.toByteArray().isNull();
    case QMetaType::QDate:
        return !value.toDate().isValid();
    case QMetaType::QTime:
        return !value.toTime().isValid();
    case QMetaType::QDateTime:
        return !value.toDateTime().isValid();
    default:
        return value.isNull();
    }
}

bool isWellFormed(QStringView text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (!text[i].isSurrogate())
            continue;
        if (!text[i].isHighSurrogate() || i + 1 == text.size() || !text[i + 1].isLowSurrogate())
            return false;
        ++i;
    }
    return true;
}

} // namespace Grebe
