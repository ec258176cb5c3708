// SPDX-License-Identifier: Apache-2.0
#include "signedinmodel.h"

#include "connectionmodel.h"
#include "secretstore.h"

#include <QJsonObject>
#include <QLocale>
#include <QSet>
#include <QUrl>

#include <algorithm>
#include <tuple>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString timeText(const QDateTime &time)
{
    return QLocale().toString(time.toLocalTime(), QLocale::ShortFormat);
}

auto order(const SignedIn &entry)
{
    return std::tie(entry.origin, entry.user, entry.sessionUser);
}

} // namespace

bool SignedInModel::Entry::operator==(const Entry &other) const
{
    return order(signedIn) == order(other.signedIn) && signedIn.issuer == other.signedIn.issuer && signedIn.expiry == other.signedIn.expiry
        && signedIn.lastUse == other.signedIn.lastUse && isHere == other.isHere && isKept == other.isKept;
}

SignedInModel::SignedInModel(Driver driver, ConnectionModel *connections, SecretStore *secrets, QObject *parent)
    : QAbstractTableModel(parent), m_driver(std::move(driver)), m_connections(connections), m_secrets(secrets)
{
}

int SignedInModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_entries.size());
}

int SignedInModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant SignedInModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const Entry &entry = m_entries.at(index.row());
    const SignedIn &signedIn = entry.signedIn;
    const bool isTip = role == Qt::ToolTipRole;
    switch (index.column()) {
    case Server: return isTip ? QVariant() : QUrl(signedIn.origin).authority();
    case User: {
        const QString user = signedIn.user.isEmpty() ? tr("as the server says") : signedIn.user;
        return isTip ? QVariant() : signedIn.sessionUser.isEmpty() ? user : tr("%1, acting as %2").arg(user, signedIn.sessionUser);
    }
    case Issuer:
        if (!signedIn.issuer.isEmpty())
            return isTip ? u"<qt>%1</qt>"_s.arg(signedIn.issuer.toHtmlEscaped()) : signedIn.issuer;
        return isTip ? tr("The server's token does not say who issued it.") : tr("not told");
    case Expiry:
        if (signedIn.expiry.isValid())
            return isTip ? QVariant() : timeText(signedIn.expiry);
        return isTip ? tr("The server's token does not say when it expires. It is renewed without you as long as the server can.") : tr("not told");
    case LastUse:
        return isTip ? QVariant() : entry.isHere ? timeText(signedIn.lastUse) : tr("not in this run");
    case Kept:
        return isTip ? QVariant() : entry.isKept ? tr("in the keychain") : tr("until Grebe ends");
    default: return {};
    }
}

QVariant SignedInModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Server: return tr("Server");
    case User: return tr("User");
    case Issuer: return tr("Issued by");
    case Expiry: return tr("Expires");
    case LastUse: return tr("Last used");
    case Kept: return tr("Kept");
    default: return {};
    }
}

void SignedInModel::setEntries(QList<Entry> entries)
{
    std::ranges::sort(entries, {}, [](const Entry &entry) { return order(entry.signedIn); });
    if (entries == m_entries)
        return;
    const bool isSameList = std::ranges::equal(entries, m_entries, {}, [](const Entry &e) { return order(e.signedIn); },
                                               [](const Entry &e) { return order(e.signedIn); });
    if (isSameList) { // who looks at a row keeps it
        m_entries = std::move(entries);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

void SignedInModel::refresh(bool asksKeychain)
{
    QList<Entry> entries;
    const QList<SignedIn> here = m_driver.signedIn();
    for (const SignedIn &signedIn : here) {
        const bool wasKept = std::ranges::any_of(m_entries, [&](const Entry &entry) { return entry.isKept && order(entry.signedIn) == order(signedIn); });
        entries << Entry { .signedIn = signedIn, .isHere = true, .isKept = wasKept };
    }
    for (const Entry &entry : std::as_const(m_entries)) {
        const auto isIt = [&](const Entry &other) { return order(other.signedIn) == order(entry.signedIn); };
        if (entry.isKept && !entry.isHere && std::ranges::none_of(entries, isIt))
            entries << entry;
    }
    setEntries(entries);
    if (!asksKeychain)
        return;
    QSet<std::pair<QString, QString>> asked;
    for (const SignedIn &signedIn : here)
        asked.insert({ signedIn.origin, signedIn.user });
    for (int row = 0; row < m_connections->rowCount(); ++row) {
        const ConnectionParameters parameters = m_connections->stored(row).parameters;
        if (parameters.isValid() && parameters.engine().option(u"externalAuthentication"_s))
            asked.insert({ parameters.origin().toString(), parameters.user() });
    }
    const int round = ++m_round;
    for (const auto &[origin, user] : std::as_const(asked)) {
        m_secrets->token(origin, user).then(this, [this, round, origin, user](const Result<QString> &token) {
            if (round == m_round && token)
                addKept(origin, user, *token);
        });
    }
}

void SignedInModel::addKept(const QString &origin, const QString &user, const QString &token)
{
    QList<Entry> entries = m_entries;
    bool isThere = false;
    for (Entry &entry : entries) {
        if (entry.signedIn.origin == origin && entry.signedIn.user == user)
            isThere = entry.isKept = true;
    }
    if (!isThere) {
        const QByteArray bytes = token.toUtf8();
        entries << Entry { .signedIn = { .origin = origin,
                                         .user = user,
                                         .issuer = tokenClaims(bytes).value("iss"_L1).toString().left(200),
                                         .expiry = tokenExpiry(bytes) },
                           .isKept = true };
    }
    setEntries(entries);
}

void SignedInModel::signOut(int row)
{
    if (row < 0 || row >= rowCount())
        return;
    const Entry entry = m_entries.at(row);
    ++m_round;
    if (entry.isHere)
        m_driver.signOut(entry.signedIn);
    m_secrets->forgetToken(entry.signedIn.origin, entry.signedIn.user);
    beginRemoveRows({}, row, row);
    m_entries.removeAt(row);
    endRemoveRows();
}

} // namespace Grebe
