// SPDX-License-Identifier: Apache-2.0
#include "schemalevel.h"

#include <QDataStream>
#include <QIODevice>

namespace Grebe {

SchemaLevel::SchemaLevel(const QList<ObjectInfo> &objects)
{
    qsizetype size = 0;
    for (const ObjectInfo &object : objects)
        size += object.path.parts().constLast().size() + object.type.size() + object.comment.size() + object.defaultValue.size();
    m_text.reserve(size);
    m_rows.reserve(size_t(objects.size()));
    const auto append = [this](const QString &text) {
        m_text += text;
        return quint32(m_text.size());
    };
    for (const ObjectInfo &object : objects) {
        Row row;
        row.begin = quint32(m_text.size());
        row.nameEnd = append(object.path.parts().constLast());
        row.typeEnd = append(object.type);
        row.commentEnd = append(object.comment);
        row.end = append(object.defaultValue);
        row.kind = quint8(object.kind);
        row.isNullable = object.isNullable;
        row.hasChildren = object.hasChildren;
        m_rows.push_back(row);
    }
}

ObjectInfo SchemaLevel::info(const ObjectPath &parent, int row) const
{
    const Row &at = m_rows[size_t(row)];
    return { .path = parent.child(name(row).toString()),
             .kind = kind(row),
             .type = type(row).toString(),
             .comment = comment(row).toString(),
             .defaultValue = text(at.commentEnd, at.end).toString(),
             .isNullable = at.isNullable,
             .hasChildren = at.hasChildren };
}

bool SchemaLevel::isSame(int row, const SchemaLevel &other, int otherRow) const
{
    const Row &a = m_rows[size_t(row)];
    const Row &b = other.m_rows[size_t(otherRow)];
    return a.kind == b.kind && a.isNullable == b.isNullable && a.hasChildren == b.hasChildren && name(row) == other.name(otherRow)
        && type(row) == other.type(otherRow) && text(a.typeEnd, a.end) == other.text(b.typeEnd, b.end);
}

bool operator==(const SchemaLevel &a, const SchemaLevel &b)
{
    if (a.count() != b.count())
        return false;
    for (int row = 0; row < a.count(); ++row) {
        if (!a.isSame(row, b, row))
            return false;
    }
    return true;
}

void SchemaLevel::remove(int first, int count)
{
    m_rows.erase(m_rows.begin() + first, m_rows.begin() + first + count);
}

void SchemaLevel::insert(int at, const SchemaLevel &from, int first, int count)
{
    const quint32 begin = from.m_rows[size_t(first)].begin;
    const quint32 shift = quint32(m_text.size()) - begin;
    m_text += from.text(begin, from.m_rows[size_t(first + count - 1)].end);
    std::vector<Row> rows(from.m_rows.begin() + first, from.m_rows.begin() + first + count);
    for (Row &row : rows) {
        for (quint32 Row::*place : { &Row::begin, &Row::nameEnd, &Row::typeEnd, &Row::commentEnd, &Row::end })
            row.*place += shift;
    }
    m_rows.insert(m_rows.begin() + at, rows.begin(), rows.end());
}

QByteArray SchemaLevel::toBytes() const
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_0);
    stream << m_text.toUtf8() << quint32(m_rows.size());
    for (const Row &row : m_rows)
        stream << row.begin << row.nameEnd << row.typeEnd << row.commentEnd << row.end << row.kind << row.isNullable << row.hasChildren;
    return bytes;
}

std::optional<SchemaLevel> SchemaLevel::fromBytes(const QByteArray &bytes)
{
    constexpr qsizetype rowSize = 23;
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_0);
    QByteArray text;
    quint32 count = 0;
    stream >> text >> count;
    if (stream.status() != QDataStream::Ok || qsizetype(count) * rowSize != stream.device()->bytesAvailable())
        return {};
    SchemaLevel level;
    level.m_text = QString::fromUtf8(text);
    level.m_rows.resize(count);
    for (Row &row : level.m_rows) {
        stream >> row.begin >> row.nameEnd >> row.typeEnd >> row.commentEnd >> row.end >> row.kind >> row.isNullable >> row.hasChildren;
        const bool isInOrder = row.begin <= row.nameEnd && row.nameEnd <= row.typeEnd && row.typeEnd <= row.commentEnd
            && row.commentEnd <= row.end && row.end <= quint32(level.m_text.size());
        if (!isInOrder || row.kind > quint8(ObjectInfo::Kind::Other))
            return {};
    }
    if (stream.status() != QDataStream::Ok)
        return {};
    return level;
}

} // namespace Grebe
