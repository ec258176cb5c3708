// SPDX-License-Identifier: Apache-2.0
// When rows are first seen: runs a statement in a result pane of 1600 x 900, offscreen, and says at which CLOCK_MONOTONIC
// nanosecond it was started, and at which the grid had painted rows. A line a run.
//   bench_firstrow URL SQL RUNS
#include "benchconnection.h"
#include "results/resultgrid.h"
#include "results/resultpane.h"

#include <QApplication>
#include <QEvent>
#include <QTimer>

#include <chrono>
#include <cstdio>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

long long now()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Runs a statement after the other, each in a pane of its own; the next begins when the one before has ended.
class FirstRow final : public QObject
{
public:
    FirstRow(Connection *connection, const QString &sql, int runs) : m_connection(connection), m_sql(sql), m_runs(runs)
    {
        qApp->installEventFilter(this);
    }

    void next()
    {
        if (m_runs-- == 0) {
            QCoreApplication::quit();
            return;
        }
        m_painted = 0;
        m_pane = std::make_unique<ResultPane>();
        m_pane->setRowLimit(0);
        m_pane->resize(1600, 900);
        m_pane->show();
        connect(m_pane.get(), &ResultPane::ended, this, [this](const std::optional<Error> &error) {
            if (error) {
                std::fprintf(stderr, "%s\n", qPrintable(error->message));
                QCoreApplication::exit(1);
                return;
            }
            m_hasEnded = true;
            endOfRun();
        }, Qt::QueuedConnection);
        m_hasEnded = false;
        QTimer::singleShot(200, this, [this] { // the empty pane is painted, and the person has pressed Enter
            m_started = now();
            m_pane->run(m_connection->prepare(m_sql), u"lineitem"_s, m_sql);
        });
    }

protected:
    bool eventFilter(QObject *object, QEvent *event) override
    {
        if (event->type() == QEvent::Paint && m_painted == 0 && m_pane) {
            const auto *grid = qobject_cast<ResultGrid *>(object->parent());
            if (grid && grid->viewport() == object && grid->rowCount() > 0) {
                m_painted = -1;
                // The first thing that is done after painting.
                QMetaObject::invokeMethod(this, [this] {
                    m_painted = now();
                    endOfRun();
                }, Qt::QueuedConnection);
            }
        }
        return false;
    }

private:
    void endOfRun()
    {
        if (!m_hasEnded || m_painted <= 0)
            return;
        std::printf("%lld %lld\n", m_started, m_painted);
        std::fflush(stdout);
        next();
    }

    Connection *const m_connection;
    const QString m_sql;
    int m_runs;
    std::unique_ptr<ResultPane> m_pane;
    long long m_started = 0;
    long long m_painted = 0; // -1: being painted
    bool m_hasEnded = false;
};

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QStringList words = application.arguments();
    if (words.size() != 4)
        qFatal("usage: bench_firstrow URL SQL RUNS");
    const ConnectionPtr connection = openConnection(words[1]);
    FirstRow firstRow(connection.get(), words[2], words[3].toInt());
    QTimer::singleShot(0, &firstRow, &FirstRow::next);
    return QApplication::exec();
}
