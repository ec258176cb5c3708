// SPDX-License-Identifier: Apache-2.0
#include "copycells.h"

#include "cellformatter.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMimeData>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 kCellsAtOnce = 20'000;

} // namespace

CopyCells::CopyCells(QObject *parent) : QObject(parent)
{
    connect(&m_watcher, &QFutureWatcherBase::finished, this, [this] {
        if (m_watcher.future().resultCount() > 0 && !m_stop->load())
            end(m_watcher.result());
    });
}

CopyCells::~CopyCells()
{
    if (m_stop)
        *m_stop = true;
}

QList<CopyFormat> CopyCells::formats()
{
    return { CopyFormat::Tsv, CopyFormat::Csv, CopyFormat::Json, CopyFormat::Markdown,
             CopyFormat::Html, CopyFormat::Insert, CopyFormat::InList, CopyFormat::Values };
}

QString CopyCells::label(CopyFormat format)
{
    switch (format) {
    case CopyFormat::Tsv: return tr("TSV, for spreadsheets");
    case CopyFormat::Csv: return tr("CSV");
    case CopyFormat::Json: return tr("JSON");
    case CopyFormat::Markdown: return tr("Markdown table");
    case CopyFormat::Html: return tr("HTML table");
    case CopyFormat::Insert: return tr("INSERT statement");
    case CopyFormat::InList: return tr("IN list");
    case CopyFormat::Values: return tr("VALUES");
    }
    return {};
}

CopyOptions CopyCells::options(qint64 maxBytes) const
{
    return { .hasHeader = m_hasHeader, .dialect = m_dialect, .tableName = m_tableName, .maxBytes = maxBytes };
}

void CopyCells::copy(const CellRange &cells, CopyFormat format, bool hasHeader)
{
    if (m_stop)
        *m_stop = true;
    if (cells.cellCount() == 0)
        return;
    m_cells = cells;
    m_format = format;
    m_hasHeader = hasHeader;
    m_fileName.clear();
    if (cells.cellCount() <= kCellsAtOnce) {
        end(copyCells(m_cells, m_format, options(m_limit)));
        return;
    }
    m_stop = std::make_shared<std::atomic_bool>(false);
    m_watcher.setFuture(QtConcurrent::run([cells, format, options = options(m_limit), stop = m_stop] {
        return copyCells(cells, format, options, [stop] { return stop->load(); });
    }));
}

void CopyCells::copyToFile(const QString &fileName)
{
    if (m_stop)
        *m_stop = true;
    m_stop = std::make_shared<std::atomic_bool>(false);
    m_fileName = fileName;
    m_watcher.setFuture(QtConcurrent::run([cells = m_cells, format = m_format, options = options(-1), fileName, stop = m_stop] {
        const Result<void> written = copyCellsToFile(cells, format, options, fileName, [stop] { return stop->load(); });
        return written ? Result<QByteArray>(QByteArray()) : std::unexpected(written.error());
    }));
}

void CopyCells::end(const Result<QByteArray> &text)
{
    if (!text) {
        if (text.error().code == Error::Code::Incomplete)
            Q_EMIT tooLarge(tr("%1 cells are more than %2 as text, too much for the clipboard.")
                                .arg(countText(m_cells.cellCount()), sizeText(m_limit)));
        else if (!text.error().isCancelled())
            Q_EMIT failed(tr("Not copied: %1").arg(text.error().message));
        return;
    }
    if (!m_fileName.isEmpty()) {
        Q_EMIT copied(tr("Wrote %1 cells to %2, %3").arg(countText(m_cells.cellCount()), m_fileName,
                                                         sizeText(QFileInfo(m_fileName).size())));
        return;
    }
    if (m_format == CopyFormat::Html) {
        auto *data = new QMimeData;
        data->setHtml(QString::fromUtf8(*text));
        data->setText(QString::fromUtf8(*text));
        QGuiApplication::clipboard()->setMimeData(data);
    } else {
        QGuiApplication::clipboard()->setText(QString::fromUtf8(*text));
    }
    Q_EMIT copied(tr("Copied %1 cells").arg(countText(m_cells.cellCount())));
}

QString CopyCells::suggestedFileName() const
{
    switch (m_format) {
    case CopyFormat::Tsv: return u"result.tsv"_s;
    case CopyFormat::Csv: return u"result.csv"_s;
    case CopyFormat::Json: return u"result.json"_s;
    case CopyFormat::Markdown: return u"result.md"_s;
    case CopyFormat::Html: return u"result.html"_s;
    default: return u"result.sql"_s;
    }
}

} // namespace Grebe
