// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSettings>
#include <QVariant>

#include <memory>

namespace Grebe {

/// What the program remembers of a person's choices: one table of keys, types and defaults over QSettings.
///
/// Shape      a value whose type is not the table's is the default: a file edited by hand cannot break the window.
/// Thread     GUI.
class Settings
{
public:
    enum Key {
        WindowGeometry,
        WindowState,
        SidebarWidth,
        IsSidebarVisible,
        EditorShare, ///< of the editor's height in a tab, in per cent
        ThemeName, ///< "system", "light" or "dark"
        EditorFontStep, ///< pixels added to the system's fixed font
        LastFolder,
        LastConnection,
        ExportFormat, ///< an id of resultFormats()
        ExportFolder,
        ResultRowLimit, ///< rows a result reads at first; 0: all
        ResultMemory, ///< megabytes that all results together keep in memory before they go to disk
        KeptResults, ///< megabytes of results that are kept when the window closes; 0: none
        ResultFolder, ///< where they go then; empty: in the cache folder
        IsProfileShown, ///< of columns, beside results
        ExportOptions ///< what export dialogs ask for besides: a JSON object
    };

    Settings();
    explicit Settings(const QString &fileName); ///< an INI file: for tests

    QVariant value(Key key) const;
    void setValue(Key key, const QVariant &value);

private:
    std::unique_ptr<QSettings> m_store;
};

} // namespace Grebe
