// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnformatter.h"

#include <QHash>
#include <QString>
#include <QTimeZone>

namespace Grebe {

/// How values are written in a grid, where a person wants them otherwise than the engine sent them: figures in groups of
/// three, times in another zone.
///
/// Shape      a value. Without a choice every text is the engine's own. A time keeps its instant and every digit of its
///            fraction; times without a zone have no instant and stay as they are.
/// Thread     any, each copy by itself.
class CellDisplay
{
public:
    struct Zone
    {
        enum Kind { AsSent, Utc, Local, Named };
        Kind kind = AsSent;
        QByteArray name {}; ///< of Named: "Europe/Berlin"
        bool operator==(const Zone &) const = default;

        static Zone fromText(const QString &text); ///< what toText() gives; AsSent for anything unknown
        QString toText() const;
        QString label() const; ///< for people: "as sent", "UTC", "local (Europe/Berlin)", "Asia/Tokyo"
    };

    bool groupsThousands() const { return m_groupsThousands; }
    void setGroupsThousands(bool groups) { m_groupsThousands = groups; }
    const Zone &zone() const { return m_zone; }
    void setZone(const Zone &zone); ///< of all columns
    /// Of one column; `source` is the result's column number.
    void setColumnZone(int source, const Zone &zone);
    Zone columnZone(int source) const { return m_columnZones.value(source, m_zone); }

    /// Of a value that is not null; at most `maxChars` characters and an ellipsis, but a number never in part.
    QString text(const ColumnFormatter &formatter, const arrow::RecordBatch &batch, int source, qint64 row,
                 qsizetype maxChars = -1) const;
    /// "timestamp(6) with time zone · as sent"; the engine's type alone for other columns.
    QString typeText(const ColumnFormatter &formatter, int source) const;
    /// Its values are instants, which can be shown in any zone.
    static bool isInstant(const ColumnFormatter &formatter);

    bool operator==(const CellDisplay &other) const;

private:
    static QString zonedText(const QString &sent, const arrow::RecordBatch &batch, int source, qint64 row, const Zone &zone);

    bool m_groupsThousands = false;
    Zone m_zone;
    QHash<int, Zone> m_columnZones;
};

} // namespace Grebe
