// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QDialog>
#include <QPointer>

class QLineEdit;
class QTableView;

namespace Grebe {

class Label;
class MetadataModel;

/// What a server tells of one thing beyond its tree: functions, statistics, partitions, session properties, roles, grants.
///
/// Shape      asks when it is made and again by F5; says in words that it is reading, that there is nothing, or why not.
/// Thread     GUI; closing it gives the question up, and the server is told.
/// Ownership  deletes itself when it is closed.
class MetadataDialog : public QDialog
{
    Q_OBJECT
public:
    MetadataDialog(Connection *connection, MetadataTopic topic, const ObjectPath &path, QWidget *parent = nullptr);
    ~MetadataDialog() override;

    /// "Statistics of hive.sales.orders"
    static QString titleOf(MetadataTopic topic, const QString &name);
    QTableView *table() const { return m_table; }
    QLineEdit *filterField() const { return m_filter; }
    QString statusText() const;

    void reload();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void setAnswer(const Result<MetadataTable> &answer);
    void copySelection() const;

    const QPointer<Connection> m_connection;
    const MetadataTopic m_topic;
    const ObjectPath m_path;
    QFuture<Result<MetadataTable>> m_asked;
    MetadataModel *m_model;
    QTableView *m_table;
    QLineEdit *m_filter;
    Label *m_status;
};

} // namespace Grebe
