// SPDX-License-Identifier: Apache-2.0
#include "columnmemory.h"

#include <QCryptographicHash>
#include <QSettings>
#include <QStandardPaths>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kShapes = 200;
constexpr int kMaximumColumns = 2000; // beyond that a line of the file would be longer than it is useful
constexpr int kMaximumWidth = 5000;

} // namespace

ColumnMemory::ColumnMemory(const QString &fileName) : m_fileName(fileName)
{
    if (m_fileName.isEmpty())
        m_fileName = QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + u"/columns.ini"_s;
}

QString ColumnMemory::shapeOf(const QStringList &names, const QStringList &types)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    for (const QStringList &list : { names, types }) {
        for (const QString &text : list) {
            hash.addData(text.toUtf8());
            hash.addData(QByteArrayView("\0", 1));
        }
    }
    return QString::fromLatin1(hash.result().toHex());
}

// frozen;source:width;source:width... in the order shown, hidden ones behind with a minus.
bool ColumnMemory::restore(const QString &shape, GridColumns &columns) const
{
    const QSettings settings(m_fileName, QSettings::IniFormat);
    const QStringList parts = settings.value(u"layout/"_s + shape).toString().split(u';');
    if (parts.size() != columns.sourceCount() + 1)
        return false;
    std::vector<int> widths(size_t(columns.sourceCount()), -1);
    QList<int> order;
    QList<int> hidden;
    for (qsizetype i = 1; i < parts.size(); ++i) {
        const QStringList pair = parts[i].split(u':');
        bool isSource = false;
        bool isWidth = false;
        const int source = pair.value(0).toInt(&isSource);
        const int width = pair.value(1).toInt(&isWidth);
        if (!isSource || !isWidth || source < 0 || source >= columns.sourceCount() || widths[size_t(source)] >= 0
            || width == 0 || std::abs(width) > kMaximumWidth)
            return false;
        widths[size_t(source)] = std::max(24, std::abs(width));
        (width < 0 ? hidden : order) += source;
    }
    if (order.isEmpty())
        return false;
    columns.setSourceWidths(widths);
    for (const int source : std::as_const(hidden))
        columns.hide(columns.shown(source));
    for (int i = 0; i < order.size(); ++i)
        columns.move(columns.shown(order[i]), i);
    columns.setFrozen(parts.front().toInt());
    return true;
}

void ColumnMemory::store(const QString &shape, const GridColumns &columns)
{
    if (columns.sourceCount() == 0 || columns.sourceCount() > kMaximumColumns)
        return;
    QStringList parts { QString::number(columns.frozen()) };
    for (int shown = 0; shown < columns.count(); ++shown)
        parts += u"%1:%2"_s.arg(columns.source(shown)).arg(columns.width(shown));
    for (int source = 0; source < columns.sourceCount(); ++source) {
        if (columns.isHidden(source))
            parts += u"%1:-%2"_s.arg(source).arg(columns.sourceWidth(source));
    }
    QSettings settings(m_fileName, QSettings::IniFormat);
    QStringList recent = settings.value(u"recent"_s).toStringList();
    recent.removeAll(shape);
    recent.prepend(shape);
    while (recent.size() > kShapes)
        settings.remove(u"layout/"_s + recent.takeLast());
    settings.setValue(u"recent"_s, recent);
    settings.setValue(u"layout/"_s + shape, parts.join(u';'));
}

namespace {

QString displayKey(const QString &connectionName)
{
    return u"display/"_s + QString::fromLatin1(QCryptographicHash::hash(connectionName.toUtf8(), QCryptographicHash::Sha1).toHex());
}

} // namespace

// zone;grouped
CellDisplay ColumnMemory::display(const QString &connectionName) const
{
    const QSettings settings(m_fileName, QSettings::IniFormat);
    const QVariant last = settings.value(u"display/last"_s);
    const QStringList parts = settings.value(displayKey(connectionName), last).toString().split(u';');
    CellDisplay display;
    display.setZone(CellDisplay::Zone::fromText(parts.value(0)));
    display.setGroupsThousands(parts.value(1) == "grouped"_L1);
    return display;
}

void ColumnMemory::storeDisplay(const QString &connectionName, const CellDisplay &display)
{
    QSettings settings(m_fileName, QSettings::IniFormat);
    const QString text = display.zone().toText() + u';' + (display.groupsThousands() ? u"grouped"_s : QString());
    settings.setValue(displayKey(connectionName), text);
    settings.setValue(u"display/last"_s, text);
}

} // namespace Grebe
