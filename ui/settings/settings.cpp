// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct Row
{
    Settings::Key key;
    QLatin1StringView name;
    QMetaType::Type type;
    QVariant standard;
};

const Row &row(Settings::Key key)
{
    static const Row rows[] = {
        { Settings::WindowGeometry, "window/geometry"_L1, QMetaType::QByteArray, QByteArray() },
        { Settings::WindowState, "window/state"_L1, QMetaType::QByteArray, QByteArray() },
        { Settings::SidebarWidth, "window/sidebarWidth"_L1, QMetaType::Int, 270 },
        { Settings::IsSidebarVisible, "window/sidebarVisible"_L1, QMetaType::Bool, true },
        { Settings::EditorShare, "editor/share"_L1, QMetaType::Int, 40 },
        { Settings::ThemeName, "look/theme"_L1, QMetaType::QString, u"system"_s },
        { Settings::EditorFontStep, "editor/fontStep"_L1, QMetaType::Int, 0 },
        { Settings::LastFolder, "files/lastFolder"_L1, QMetaType::QString, QString() },
        { Settings::LastConnection, "connections/last"_L1, QMetaType::QString, QString() },
        { Settings::ExportFormat, "export/format"_L1, QMetaType::QString, u"csv"_s },
        { Settings::ExportFolder, "export/folder"_L1, QMetaType::QString, QString() },
        { Settings::ResultRowLimit, "results/rowLimit"_L1, QMetaType::LongLong, 0 },
        { Settings::ResultMemory, "results/memory"_L1, QMetaType::Int, 256 },
        { Settings::KeptResults, "results/kept"_L1, QMetaType::Int, 64 },
        { Settings::ResultFolder, "results/folder"_L1, QMetaType::QString, QString() },
        { Settings::IsProfileShown, "results/profileShown"_L1, QMetaType::Bool, false },
        { Settings::ExportOptions, "export/options"_L1, QMetaType::QString, QString() },
    };
    return rows[key];
}

} // namespace

// Beside the program's other files: without an organization QSettings would make up a folder for one.
Settings::Settings() : Settings(QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + u"/grebe.conf"_s) { }

Settings::Settings(const QString &fileName) : m_store(std::make_unique<QSettings>(fileName, QSettings::IniFormat)) { }

QVariant Settings::value(Key key) const
{
    const Row &entry = row(key);
    QVariant stored = m_store->value(entry.name);
    return stored.isValid() && stored.convert(QMetaType(entry.type)) ? stored : entry.standard;
}

void Settings::setValue(Key key, const QVariant &value)
{
    m_store->setValue(row(key).name, value);
}

} // namespace Grebe
