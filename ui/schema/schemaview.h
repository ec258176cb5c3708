// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/objectpath.h"

#include <QPersistentModelIndex>
#include <QWidget>

class QLineEdit;

namespace Grebe {

class ConnectionModel;
class Label;
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
    void updateFooter();
    void filter(const QString &text);

    SchemaModel *m_model;
    SchemaFilter *m_filter;
    SchemaTree *m_tree;
    QLineEdit *m_search;
    Label *m_footer;
};

} // namespace Grebe
