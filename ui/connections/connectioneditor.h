// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectiontest.h"

#include <QDialog>

class QLineEdit;
class QMenu;
class QScrollArea;

namespace Grebe {

class Button;
class ConnectionModel;
class Label;
class OptionForm;
class SecretStore;
class Segmented;
class TestSteps;
struct StoredConnection;

/// Makes or changes a stored connection: its fields come from the engine's option table, a pasted URL fills them, and
/// Test shows step by step how far one gets.
///
/// Thread     GUI; a test runs on its connection's own thread and the dialog stays alive.
class ConnectionEditor : public QDialog
{
    Q_OBJECT
public:
    ConnectionEditor(ConnectionModel *connections, SecretStore *secrets, const QList<const EngineInfo *> &engines,
                     QWidget *parent = nullptr);
    ~ConnectionEditor() override;

    /// Changes this one instead of making a new one.
    void setConnection(const StoredConnection &connection);
    void setEngine(const EngineInfo &engine);

    QLineEdit *urlField() const { return m_url; }
    QLineEdit *nameField() const { return m_name; }
    OptionForm *form() const { return m_form; }
    QString message() const;
    QString stepsText() const;

public Q_SLOTS:
    void test();
    void save();

Q_SIGNALS:
    void saved(const QString &name);
    void tested(bool worked);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void readUrl();
    void checkUrl();
    void suggestName();
    void setMessage(const QString &text, int role);
    void showHint();
    void endTest(const Result<ServerInfo> &outcome);
    Result<ConnectionParameters> parameters();

    ConnectionModel *m_connections;
    SecretStore *m_secrets;
    const QList<const EngineInfo *> m_engines;
    const EngineInfo *m_engine = nullptr;
    QString m_replaced; ///< the stored connection that is being changed
    QString m_suggestedName;
    Label *m_title;
    Button *m_engineButton;
    QMenu *m_engineMenu;
    QLineEdit *m_url;
    Label *m_urlNote;
    QScrollArea *m_scroll;
    OptionForm *m_form = nullptr;
    QLineEdit *m_name;
    Segmented *m_environment;
    TestSteps *m_steps;
    Label *m_message;
    Button *m_testButton;
    Button *m_saveButton;
    std::unique_ptr<ConnectionTest> m_test;
};

} // namespace Grebe
