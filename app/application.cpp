// SPDX-License-Identifier: Apache-2.0
#include "application.h"

#include "applicationfiles.h"
#include "demo.h"

#include "connections/connectionmodel.h"
#include "connections/credentialprompter.h"
#include "connections/secretstore.h"
#include "connections/signedinmodel.h"
#include "extension/driverextension.h"
#include "extension/resultstore.h"
#include "mainwindow/mainwindow.h"
#include "schema/schemacache.h"
#include "schema/schemamodel.h"
#include "schema/schemaview.h"
#include "settings/settings.h"
#include "widgets/icons.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>
#include <QStyleHints>
#include <QTemporaryDir>

#include <csignal>
#include <cstdio>
#include <optional>

#ifdef Q_OS_LINUX
#include <malloc.h>
#endif
#ifdef Q_OS_UNIX
#include <sys/stat.h>
#include <unistd.h>
#endif

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

#ifdef Q_OS_UNIX
// A folder below the temporary one that nobody else can have prepared for us; empty when somebody did.
QByteArray privateFolder(const QString &name)
{
    const QByteArray path = QFile::encodeName(QDir::tempPath() + u"/grebe-%1-%2"_s.arg(name).arg(getuid()));
    struct stat entry {};
    if ((mkdir(path.constData(), 0700) == 0 || errno == EEXIST) && lstat(path.constData(), &entry) == 0
        && S_ISDIR(entry.st_mode) && entry.st_uid == getuid() && chmod(path.constData(), 0700) == 0)
        return path;
    return {};
}
#endif

// Containers and services start programs without a home or a runtime folder; Qt and the KDE libraries then complain on
// stderr at every turn, or write where they must not.
void repairEnvironment()
{
#ifdef Q_OS_UNIX
    const QByteArray home = qgetenv("HOME");
    if (home.isEmpty() || access(home.constData(), W_OK) != 0) {
        if (const QByteArray own = privateFolder(u"home"_s); !own.isEmpty())
            qputenv("HOME", own);
    }
    const QByteArray runtime = qgetenv("XDG_RUNTIME_DIR");
    struct stat entry {};
    if (runtime.isEmpty() || stat(runtime.constData(), &entry) != 0 || entry.st_uid != getuid()) {
        if (const QByteArray own = privateFolder(u"runtime"_s); !own.isEmpty())
            qputenv("XDG_RUNTIME_DIR", own);
    }
#endif
}

// Batches come and go by the gigabyte and are made on one thread and freed on another: allocators that keep what is freed
// would keep half as much again as all results together may have. Large blocks are the system's own instead.
void giveMemoryBack()
{
    if (!qEnvironmentVariableIsSet("ARROW_DEFAULT_MEMORY_POOL"))
        qputenv("ARROW_DEFAULT_MEMORY_POOL", "system");
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
#endif
}

// Qt shares out the filling of a scroll bar among threads and waits for them: while rows arrive, and all cores decode and
// write, that was most of what held the window up.
void paintAlone()
{
    if (!qEnvironmentVariableIsSet("QT_NO_GUI_THREADPOOL"))
        qputenv("QT_NO_GUI_THREADPOOL", "1");
}

int fail(const QString &text, int code)
{
    std::fprintf(stderr, "grebe: %s\n", qPrintable(text));
    return code;
}

} // namespace

int runWindow(int &argc, char **argv)
{
    repairEnvironment();
    giveMemoryBack();
    paintAlone();
#ifdef SIGXFSZ
    std::signal(SIGXFSZ, SIG_IGN); // a file beyond the user's limit is an error of that write, not the end of the window
#endif
    QApplication application(argc, argv);
    findDriver();
    QApplication::setApplicationDisplayName(u"Grebe"_s);
    QApplication::setDesktopFileName(u"org.grebe.Grebe"_s);
    QApplication::setWindowIcon(Icons::icon(u"grebe"_s, Theme::Accent));
    // The C locale has no digit grouping and no words: a window without any locale set speaks English.
    if (QLocale().language() == QLocale::C)
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));

    QCommandLineParser parser;
    parser.setApplicationDescription(u"A SQL workbench for data-lake query engines."_s);
    parser.addHelpOption();
    const QCommandLineOption connectionOption(u"connection"_s, u"Open an editor on a stored connection or a URL."_s, u"NAME|URL"_s);
    const QCommandLineOption sampleOption(u"sample"_s, u"Open the sample query and run it."_s);
    const QCommandLineOption themeOption(u"theme"_s, u"light, dark or system."_s, u"NAME"_s);
    const QCommandLineOption demoOption(u"demo-screenshot"_s,
                                        u"Run the sample query in a window, save a picture of it, print the first rows, end."_s, u"FILE"_s);
    const QCommandLineOption stateOption(u"screenshot-state"_s,
                                         u"What the picture shows: %1."_s.arg(Demo::states().join(u", "_s)), u"NAME"_s, u"rows"_s);
    parser.addOptions({ connectionOption, sampleOption, themeOption, demoOption, stateOption });
    parser.addPositionalArgument(u"FILES"_s, u"SQL scripts or data files to open."_s, u"[FILES...]"_s);
    if (!parser.parse(QApplication::arguments()))
        return fail(parser.errorText(), 2);
    if (parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        return 0;
    }
    const bool isDemo = parser.isSet(demoOption);
    const QString state = parser.value(stateOption);
    if (isDemo && !Demo::states().contains(state))
        return fail(u"There is no state \"%1\" to take a picture of; there are %2."_s.arg(state, Demo::states().join(u", "_s)), 2);

    // A demonstration leaves no trace: its settings live in a folder of their own.
    QTemporaryDir demoFolder;
    std::optional<Settings> settings;
    if (isDemo)
        settings.emplace(demoFolder.filePath(u"settings.ini"_s));
    else
        settings.emplace();
    Theme::apply(Theme::schemeFromText(parser.isSet(themeOption) ? parser.value(themeOption)
                                                                 : settings->value(Settings::ThemeName).toString()));

    if (!qEnvironmentVariableIsSet("GREBE_RESULT_MEMORY"))
        ResultStore::setMemoryBudget(settings->value(Settings::ResultMemory).toLongLong() << 20);
    if (!qEnvironmentVariableIsSet("GREBE_RESULT_FOLDER"))
        ResultStore::setSpillFolder(settings->value(Settings::ResultFolder).toString());
    QString problem;
    DriverExtension *driver = DriverExtension::load(&problem);
    if (!driver)
        return fail(problem, 3);
    const QList<const EngineInfo *> engines = driver->engines();
    ConnectionStore store(engines, isDemo ? demoFolder.filePath(u"connections.json"_s) : ConnectionStore::defaultFileName());
    store.load();
    SecretStore secrets(isDemo ? SecretStore::Backend::MemoryOnly : SecretStore::Backend::System);
    CredentialPrompter prompter(&secrets);
    ConnectionModel connections(&store, [&](const ConnectionParameters &wanted) {
        ConnectionParameters parameters = wanted;
        const QMap<QString, QString> values = secrets.sessionValues(wanted.connectionName());
        for (const auto &[option, value] : values.asKeyValueRange()) {
            if (!parameters.hasValue(option))
                (void)parameters.setValue(option, value);
        }
        return driver->createConnection(parameters, &prompter);
    });

    QString start;
    if (parser.isSet(connectionOption)) {
        const QString wanted = parser.value(connectionOption);
        start = wanted;
        if (connections.row(wanted) < 0) {
            const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(wanted, engines);
            if (!parameters)
                return fail(u"\"%1\" is no stored connection, and no URL: %2"_s.arg(wanted, parameters.error().message), 2);
            start = parameters->displayName();
            if (connections.row(start) < 0)
                connections.addTemporary({ .name = start, .parameters = *parameters });
        }
    }

    SignedInModel signedIn({ .signedIn = [driver] { return driver->signedIn(); },
                             .signOut = [driver](const SignedIn &entry) { driver->signOut(entry); } },
                           &connections, &secrets);
    SchemaCache schemaCache(isDemo ? QString() : SchemaCache::defaultFolder());
    MainWindow window(&connections, &secrets, &*settings, engines);
    window.setSignedIn(&signedIn);
    window.schemas()->model()->setCache(&schemaCache);
    if (isDemo) {
        window.resize(1440, 900);
        window.show();
        Demo demo(&window, &connections, parser.value(demoOption), state);
        QMetaObject::invokeMethod(&demo, &Demo::start, Qt::QueuedConnection);
        return QApplication::exec();
    }
    if (!store.problems().isEmpty())
        window.showMessage(store.problems().join(u' '));
    QObject::connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, &window, [&] {
        if (!parser.isSet(themeOption) && settings->value(Settings::ThemeName).toString() == "system"_L1)
            Theme::apply(Theme::System);
    });
    window.restoreEditors(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/editors.json"_s);
    window.openHistory(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/history.jsonl"_s);
    if (!start.isEmpty()) {
        window.newTab(start);
        window.expandConnection(start);
    }
    window.openFiles(parser.positionalArguments());
    window.show();
    if (parser.isSet(sampleOption))
        QMetaObject::invokeMethod(&window, [&window] { window.runSample(); }, Qt::QueuedConnection);
    return QApplication::exec();
}

} // namespace Grebe

int grebeRunWindow(int &argc, char **argv)
{
    return Grebe::runWindow(argc, argv);
}
