// SPDX-License-Identifier: Apache-2.0
// What results cost: kept, shown while they arrive, sorted, scrolled and exported, beside what others do, in one run.
// `packaging/dev bench results`.
//
//   bench_results [SECTION...]     all without an argument, in about four minutes
#include "report.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QLocale>

#include <cstdio>

#include <malloc.h>

using namespace Qt::StringLiterals;

namespace {

struct Section
{
    QStringView name;
    void (*run)(Report &);
};

constexpr Section sections[] = {
    { u"store", benchStore },
    { u"arrival", benchArrival },
    { u"grid", benchGrid },
    { u"order", benchOrder },
    { u"export", benchExport },
};

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    // Memory and painting as the window has them, see giveMemoryBack() and paintAlone() in app/.
    qputenv("QT_NO_GUI_THREADPOOL", "1");
    if (!qEnvironmentVariableIsSet("ARROW_DEFAULT_MEMORY_POOL"))
        qputenv("ARROW_DEFAULT_MEMORY_POOL", "system");
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) {
        if (!text.startsWith(u"This plugin does not support"_s)) // of the platform without a screen
            std::fprintf(stderr, "%s\n", qPrintable(text));
    });
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    QApplication application(argc, argv);
    QApplication::addLibraryPath(QStringLiteral(GREBE_PLUGIN_FOLDER));
    const QStringList wanted = application.arguments().mid(1);
    for (const QString &name : wanted) {
        if (std::ranges::find(sections, name, &Section::name) == std::end(sections)) {
            std::fprintf(stderr, "bench_results: there is no section \"%s\"\n", qPrintable(name));
            return 2;
        }
    }
    QElapsedTimer clock;
    clock.start();
    Report report;
    for (const Section &section : sections) {
        if (!wanted.isEmpty() && !wanted.contains(section.name))
            continue;
        report.note(u"%1 s: %2"_s.arg(clock.elapsed() / 1000).arg(section.name));
        section.run(report);
    }
    report.end();
    report.note(u"\n%1 s in all"_s.arg(clock.elapsed() / 1000));
    return 0;
}
