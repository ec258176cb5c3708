// SPDX-License-Identifier: Apache-2.0
#include "applicationfiles.h"

#include <QCoreApplication>
#include <QDir>
#include <QLibrary>

using namespace Qt::StringLiterals;

namespace Grebe {

static QString pluginFolder()
{
    return QDir::cleanPath(QCoreApplication::applicationDirPath() + "/../plugins"_L1);
}

void findDriver()
{
    // Qt looks at the path that was added last first, so a driver from elsewhere (QT_PLUGIN_PATH) never takes the place
    // of ours.
    const QString own = pluginFolder();
    if (QDir(own).exists())
        QCoreApplication::addLibraryPath(own);
}

Result<WindowEntry> loadWindow()
{
    QLibrary library(pluginFolder() + "/grebe/grebewindow"_L1);
    const auto entry = reinterpret_cast<WindowEntry>(library.resolve("grebeRunWindow"));
    if (!entry)
        return std::unexpected(Error { .code = Error::Code::NotFound,
                                       .message = u"The window can't be loaded: %1."_s.arg(library.errorString()),
                                       .hint = u"Is Grebe installed whole? The command line works without it."_s });
    return entry;
}

} // namespace Grebe
