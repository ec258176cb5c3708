// SPDX-License-Identifier: Apache-2.0
// What results cost: the store, sorting and filtering, beside what others do, in one run. `packaging/dev bench results`.
//
//   bench_results [SECTION...]     all without an argument
#include "report.h"

#include <QApplication>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

struct Section
{
    QStringView name;
    void (*run)(Report &);
};

constexpr Section sections[] = {
    { u"store", benchStore },
    { u"order", benchOrder },
    { u"grid", benchGrid },
};

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QStringList wanted = application.arguments().mid(1);
    for (const QString &name : wanted) {
        if (std::ranges::find(sections, name, &Section::name) == std::end(sections)) {
            std::fprintf(stderr, "bench_results: there is no section \"%s\"\n", qPrintable(name));
            return 2;
        }
    }
    Report report;
    for (const Section &section : sections) {
        if (wanted.isEmpty() || wanted.contains(section.name))
            section.run(report);
    }
    report.end();
    return 0;
}
