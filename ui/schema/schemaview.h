// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/metadata.h"
#include "extension/objectpath.h"

#include <QPersistentModelIndex>
#include <QWidget>

class QLineEdit;
class QMenu;

namespace Grebe {

class ConnectionModel;
class Label;
class MetadataDialog;
class SchemaFilter;
class SchemaModel;
class SchemaTree;

/// The left side of the window: a search field over what was read, the tree, and how old the level under the cursor is.
///
/// Thread     GUI.
class SchemaView : public QWidget
{
    Q_OBJECT
public:
    explicit SchemaView(ConnectionModel *connections, QWidget *parent = nullptr);
    ~SchemaView() override;

    SchemaModel *model() const { return m_model; }
    SchemaTree *tree() const { return m_tree; }
    QLineEdit *searchField() const { return m_search; }
    /// The connection whose row, or a row below, is current; empty when none is.
    QString currentConnection() const;
    void expandConnection(const QString &name);
    void focusSearch();
    void reloadCurrent();
    QString footerText() const;
    /// Asks the connection about the object, and shows what it answers in a window of its own.
    MetadataDialog *showTopic(const QString &connection, MetadataTopic topic, const ObjectPath &path);

Q_SIGNALS:
    void previewRequested(const QString &connection, const Grebe::ObjectPath &path);
    void definitionRequested(const QString &connection, const Grebe::ObjectPath &path);
    void insertNameRequested(const QString &connection, const Grebe::ObjectPath &path);
    void newEditorRequested(const QString &connection);
    void editConnectionRequested(const QString &connection);
    void removeConnectionRequested(const QString &connection);
    void newConnectionRequested();

private:
    QModelIndex currentSource() const;
    void activate(const QModelIndex &index);
    void showMenu(const QPoint &position);
    void addTopics(QMenu *menu, const QString &connection, const ObjectPath &path, const QList<MetadataTopic> &topics);
    void updateFooter();
    void filter(const QString &text);

    SchemaModel *m_model;
    SchemaFilter *m_filter;
    SchemaTree *m_tree;
    QLineEdit *m_search;
    Label *m_footer;
};

} // namespace Grebe
