// SPDX-License-Identifier: Apache-2.0
#include "jsontree.h"

#include <arrow/type.h>

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kMaximumDepth = 200;

bool isBlank(QChar character)
{
    return character == u' ' || character == u'\n' || character == u'\t' || character == u'\r';
}

bool isPlainName(const QString &name)
{
    static const QRegularExpression plain(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
    return plain.match(name).hasMatch();
}

} // namespace

JsonTree::JsonTree(const QString &text) : m_text(text)
{
    m_isValid = value(-1, QString(), 0);
    skip();
    m_isValid = m_isValid && (m_isCut || m_at == m_text.size());
}

void JsonTree::skip()
{
    while (m_at < m_text.size() && isBlank(m_text.at(m_at)))
        ++m_at;
}

bool JsonTree::take(QChar character)
{
    skip();
    if (m_at >= m_text.size() || m_text.at(m_at) != character)
        return false;
    ++m_at;
    return true;
}

bool JsonTree::string(QString &out)
{
    if (!take(u'"'))
        return false;
    while (m_at < m_text.size()) {
        const QChar c = m_text.at(m_at++);
        if (c == u'"')
            return true;
        if (c != u'\\') {
            out += c;
            continue;
        }
        if (m_at >= m_text.size())
            return false;
        const QChar escaped = m_text.at(m_at++);
        switch (escaped.unicode()) {
        case u'n': out += u'\n'; break;
        case u't': out += u'\t'; break;
        case u'r': out += u'\r'; break;
        case u'b': out += u'\b'; break;
        case u'f': out += u'\f'; break;
        case u'u': {
            bool ok = false;
            const ushort code = QStringView(m_text).mid(m_at, 4).toUShort(&ok, 16);
            if (!ok)
                return false;
            out += QChar(code);
            m_at += 4;
            break;
        }
        default: out += escaped;
        }
    }
    return false;
}

bool JsonTree::value(int parent, const QString &key, int depth)
{
    skip();
    if (m_at >= m_text.size() || depth > kMaximumDepth)
        return false;
    if (m_nodes.size() >= size_t(kMaximumNodes)) {
        m_isCut = true;
        return true;
    }
    const int index = int(m_nodes.size());
    m_nodes.push_back({ Kind::Word, key, {}, parent, 0 });
    if (parent >= 0)
        ++m_nodes[size_t(parent)].childCount;
    const QChar first = m_text.at(m_at);
    if (first == u'{' || first == u'[') {
        m_nodes[size_t(index)].kind = first == u'{' ? Kind::Object : Kind::Array;
        ++m_at;
        return container(index, first == u'{' ? u'}' : u']', depth);
    }
    if (first == u'"') {
        QString text;
        if (!string(text))
            return false;
        m_nodes[size_t(index)].kind = Kind::Text;
        m_nodes[size_t(index)].value = text;
        return true;
    }
    const qsizetype begin = m_at;
    while (m_at < m_text.size() && !isBlank(m_text.at(m_at)) && !u",]}:[{\""_s.contains(m_text.at(m_at)))
        ++m_at;
    const QString word = m_text.mid(begin, m_at - begin);
    const bool isWord = word == "true"_L1 || word == "false"_L1 || word == "null"_L1;
    bool isNumber = false;
    if (!isWord)
        word.toDouble(&isNumber);
    isNumber = isNumber && (word.at(0).isDigit() || word.at(0) == u'-');
    m_nodes[size_t(index)].kind = isNumber ? Kind::Number : Kind::Word;
    m_nodes[size_t(index)].value = word;
    return isWord || isNumber;
}

bool JsonTree::container(int node, QChar close, int depth)
{
    if (take(close))
        return true;
    for (int i = 0; !m_isCut; ++i) {
        QString key = QString::number(i + 1);
        if (close == u'}') {
            key.clear();
            if (!string(key) || !take(u':'))
                return false;
        }
        if (!value(node, key, depth + 1))
            return false;
        if (take(close))
            return true;
        if (!m_isCut && !take(u','))
            return false;
    }
    return true;
}

void JsonTree::findMaps(const arrow::DataType &type)
{
    if (!m_isValid || m_isCut) // half a pair has no value
        return;
    std::vector<std::vector<int>> children(m_nodes.size());
    for (size_t node = 1; node < m_nodes.size(); ++node)
        children[size_t(m_nodes[node].parent)].push_back(int(node));
    findMaps(0, type, children);
}

void JsonTree::findMaps(int node, const arrow::DataType &type, const std::vector<std::vector<int>> &children)
{
    const std::vector<int> &parts = children[size_t(node)];
    switch (type.id()) {
    case arrow::Type::STRUCT:
        for (size_t i = 0; i < parts.size() && i < size_t(type.num_fields()); ++i)
            findMaps(parts[i], *type.field(int(i))->type(), children);
        break;
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
        for (const int part : parts)
            findMaps(part, *type.field(0)->type(), children);
        break;
    case arrow::Type::MAP: {
        const bool isPairs = std::ranges::all_of(parts, [&](int pair) {
            return children[size_t(pair)].size() == 2 && children[size_t(children[size_t(pair)][0])].empty();
        });
        if (m_nodes[size_t(node)].kind != Kind::Array || !isPairs)
            break;
        m_nodes[size_t(node)].kind = Kind::Map;
        for (const int pair : parts) {
            Node &key = m_nodes[size_t(children[size_t(pair)][0])];
            const int valueNode = children[size_t(pair)][1];
            m_nodes[size_t(valueNode)].parent = node;
            m_nodes[size_t(valueNode)].key = key.value;
            m_nodes[size_t(valueNode)].isTextKey = key.kind == Kind::Text;
            key.kind = m_nodes[size_t(pair)].kind = Kind::Nothing;
            findMaps(valueNode, *static_cast<const arrow::MapType &>(type).item_type(), children);
        }
        break;
    }
    default:
        break;
    }
}

QString JsonTree::path(int node, const QString &root) const
{
    QString path;
    for (; node > 0; node = m_nodes[size_t(node)].parent) {
        const Node &at = m_nodes[size_t(node)];
        const Kind in = m_nodes[size_t(at.parent)].kind;
        if (in == Kind::Map && at.isTextKey)
            path.prepend(u"['"_s + QString(at.key).replace(u'\'', "''"_L1) + u"']"_s);
        else if (in == Kind::Object)
            path.prepend(u'.' + (isPlainName(at.key) ? at.key : u'"' + QString(at.key).replace(u'"', "\"\""_L1) + u'"'));
        else
            path.prepend(u'[' + at.key + u']');
    }
    return root + path;
}

QString JsonTree::indented(const QString &text)
{
    QString out;
    int level = 0;
    bool inText = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (inText) {
            out += c;
            if (c == u'\\' && i + 1 < text.size())
                out += text.at(++i);
            else if (c == u'"')
                inText = false;
            continue;
        }
        if (isBlank(c))
            continue;
        qsizetype next = i + 1;
        while (next < text.size() && isBlank(text.at(next)))
            ++next;
        const bool isEmpty = next < text.size() && ((c == u'{' && text.at(next) == u'}') || (c == u'[' && text.at(next) == u']'));
        const auto newLine = [&] { out += u'\n' + QString(qsizetype(2) * level, u' '); };
        if (isEmpty) {
            out += c;
            out += text.at(next);
            i = next;
        } else if (c == u'{' || c == u'[') {
            out += c;
            ++level;
            newLine();
        } else if (c == u'}' || c == u']') {
            level = std::max(0, level - 1);
            newLine();
            out += c;
        } else if (c == u',') {
            out += c;
            newLine();
        } else if (c == u':') {
            out += u": "_s;
        } else {
            inText = c == u'"';
            out += c;
        }
    }
    return out;
}

} // namespace Grebe
