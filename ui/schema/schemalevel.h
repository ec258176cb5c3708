// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/objectpath.h"

#include <QByteArray>

#include <optional>
#include <vector>

namespace Grebe {

/// What one level of a catalog tree holds, packed: all texts in one, a few numbers for each object. A schema of 100,000
/// tables is some 6 MB, and is read without an allocation per row.
///
/// Shape      rows in the order of the server; all objects are children of one parent, whose path is not kept here.
/// Thread     const from any.
class SchemaLevel
{
public:
    SchemaLevel() = default;
    explicit SchemaLevel(const QList<ObjectInfo> &objects);

    int count() const { return int(m_rows.size()); }
    QStringView name(int row) const { return text(m_rows[size_t(row)].begin, m_rows[size_t(row)].nameEnd); }
    QStringView type(int row) const { return text(m_rows[size_t(row)].nameEnd, m_rows[size_t(row)].typeEnd); }
    QStringView comment(int row) const { return text(m_rows[size_t(row)].typeEnd, m_rows[size_t(row)].commentEnd); }
    ObjectInfo::Kind kind(int row) const { return ObjectInfo::Kind(m_rows[size_t(row)].kind); }
    bool hasChildren(int row) const { return m_rows[size_t(row)].hasChildren; }
    ObjectInfo info(const ObjectPath &parent, int row) const;
    bool isSame(int row, const SchemaLevel &other, int otherRow) const;
    friend bool operator==(const SchemaLevel &a, const SchemaLevel &b);

    void remove(int first, int count);
    void insert(int at, const SchemaLevel &from, int first, int count);

    QByteArray toBytes() const;
    /// Nothing when the bytes are not what toBytes() makes, whatever they are.
    static std::optional<SchemaLevel> fromBytes(const QByteArray &bytes);

private:
    struct Row
    {
        quint32 begin = 0; // of the name in m_text; type, comment and default value follow
        quint32 nameEnd = 0;
        quint32 typeEnd = 0;
        quint32 commentEnd = 0;
        quint32 end = 0;
        quint8 kind = 0;
        bool isNullable = true;
        bool hasChildren = false;
    };

    QStringView text(quint32 begin, quint32 end) const { return QStringView(m_text).sliced(begin, end - begin); }

    QString m_text;
    std::vector<Row> m_rows;
};

} // namespace Grebe
