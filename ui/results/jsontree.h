// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/type_fwd.h>

#include <QString>

#include <vector>

namespace Grebe {

/// A JSON text taken apart for looking at: every number keeps the digits it was written with.
///
/// Shape      nodes in the order they are written; node 0 is the whole value. Texts have their escapes resolved. A node
///            of kind Nothing is to be passed over.
/// Errors     isValid() is false for text that is not JSON, or deeper than 200 levels.
class JsonTree
{
public:
    enum class Kind { Object, Array, Map, Text, Number, Word, Nothing };
    struct Node
    {
        Kind kind = Kind::Word;
        QString key; ///< in an object or a map; in an array its index
        QString value; ///< of Text, Number and Word
        int parent = -1;
        int childCount = 0;
        bool isTextKey = false; ///< of a map's entry
    };

    static constexpr int kMaximumNodes = 50'000;

    explicit JsonTree(const QString &text);

    bool isValid() const { return m_isValid; }
    bool isCut() const { return m_isCut; } ///< more than kMaximumNodes
    const std::vector<Node> &nodes() const { return m_nodes; }
    /// Maps are written as lists of pairs: with the value's type they become entries with a key.
    void findMaps(const arrow::DataType &type);
    /// Where a node is, as SQL: `items[3].sku`, `tags['colour']`; indexes from 1.
    QString path(int node, const QString &root) const;
    /// Written over lines with two blanks a level.
    static QString indented(const QString &text);

private:
    void findMaps(int node, const arrow::DataType &type, const std::vector<std::vector<int>> &children);
    bool value(int parent, const QString &key, int depth);
    bool container(int node, QChar close, int depth);
    bool string(QString &out);
    void skip();
    bool take(QChar character);

    const QString m_text;
    qsizetype m_at = 0;
    std::vector<Node> m_nodes;
    bool m_isValid = false;
    bool m_isCut = false;
};

} // namespace Grebe
