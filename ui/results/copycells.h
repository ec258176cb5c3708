// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/cellrange.h"

#include <QFutureWatcher>
#include <QObject>

#include <atomic>
#include <memory>

class QMenu;

namespace Grebe {

/// Copies cells to the clipboard in one of the forms, or to a file what is too much for it.
///
/// Shape      small selections are there when copy() returns, larger ones are written beside the window; a new copy ends
///            the one before.
/// Errors     tooLarge() and failed() say what was not copied; the clipboard keeps what it had.
/// Thread     GUI.
class CopyCells : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 kClipboardLimit = 50'000'000;

    explicit CopyCells(QObject *parent = nullptr);
    ~CopyCells() override;

    /// Of the engine that the result came from; must outlive this.
    void setDialect(const Dialect *dialect) { m_dialect = dialect; }
    void setTableName(const QString &name) { m_tableName = name; }
    void setLimit(qint64 bytes) { m_limit = bytes; } ///< for tests

    void copy(const CellRange &cells, CopyFormat format, bool hasHeader);
    /// The copy that was refused, into a file instead.
    void copyToFile(const QString &fileName);
    QString suggestedFileName() const;

    static QString label(CopyFormat format);
    static QList<CopyFormat> formats();

Q_SIGNALS:
    void copied(const QString &text); ///< what happened, in words
    void tooLarge(const QString &reason);
    void failed(const QString &reason);

private:
    CopyOptions options(qint64 maxBytes) const;
    void end(const Result<QByteArray> &text);

    const Dialect *m_dialect = nullptr;
    QString m_tableName;
    qint64 m_limit = kClipboardLimit;
    CellRange m_cells;
    CopyFormat m_format = CopyFormat::Tsv;
    bool m_hasHeader = false;
    QString m_fileName; // not empty while a file is written
    QFutureWatcher<Result<QByteArray>> m_watcher;
    std::shared_ptr<std::atomic_bool> m_stop;
};

} // namespace Grebe
