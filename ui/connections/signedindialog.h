// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signedinmodel.h"

#include <QDialog>
#include <QTimer>

class QTableView;

namespace Grebe {

class Button;
class Label;

/// The sign-ins that last, and the way out of them.
class SignedInDialog : public QDialog
{
    Q_OBJECT
public:
    /// `model` is shown and kept up to date while the dialog is open; not owned.
    explicit SignedInDialog(SignedInModel *model, QWidget *parent = nullptr);

    QTableView *table() const { return m_table; }
    Button *signOutButton() const { return m_signOut; }

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void update();
    void signOut();

    SignedInModel *m_model;
    QTableView *m_table;
    Label *m_empty;
    Button *m_signOut;
    QTimer m_refresh;
};

} // namespace Grebe
