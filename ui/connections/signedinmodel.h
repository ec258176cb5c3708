// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/signedin.h"

#include <QAbstractTableModel>

#include <functional>

namespace Grebe {

class ConnectionModel;
class SecretStore;

/// The sign-ins that last: those that this process holds, and those that the keychain keeps for one of the connections.
///
/// Shape      a row a server and user, sorted. No cell holds a token, or any part of one but who issued it and when it
///            expires.
/// Thread     GUI; the keychain is asked by refresh() and fills in later.
/// Ownership  of none: what it is given must outlive it.
class SignedInModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Server, User, Issuer, Expiry, LastUse, Kept, ColumnCount };
    /// What the driver knows and can do, as DriverExtension has it.
    struct Driver
    {
        std::function<QList<SignedIn>()> signedIn;
        std::function<void(const SignedIn &)> signOut;
    };

    SignedInModel(Driver driver, ConnectionModel *connections, SecretStore *secrets, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Reads both again. `asksKeychain`: also what is kept, for which a person may be asked to unlock it.
    void refresh(bool asksKeychain);
    /// Forgets the token here and in the keychain: the next statement signs in anew.
    void signOut(int row);

private:
    struct Entry
    {
        SignedIn signedIn;
        bool isHere = false; ///< in this process
        bool isKept = false;
        bool operator==(const Entry &other) const;
    };
    void setEntries(QList<Entry> entries);
    void addKept(const QString &origin, const QString &user, const QString &token);

    const Driver m_driver;
    ConnectionModel *m_connections;
    SecretStore *m_secrets;
    QList<Entry> m_entries;
    int m_round = 0; ///< of refresh(): an older one's answers are not heard
};

} // namespace Grebe
