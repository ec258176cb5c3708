// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace Grebe {

/// The server's name for a query: to select, to copy, and to open the page the server has about it.
///
/// Shape      one line; empty while the server gave no name. Only addresses of http and https can be opened.
/// Thread     GUI.
class QueryLink : public QWidget
{
    Q_OBJECT
public:
    explicit QueryLink(QWidget *parent = nullptr);
    QueryLink(const QString &queryId, const QString &infoUrl, QWidget *parent = nullptr);

    void setQuery(const QString &queryId, const QString &infoUrl);
    const QString &queryId() const { return m_queryId; }

private:
    QString m_queryId;
    QString m_infoUrl;
};

} // namespace Grebe
