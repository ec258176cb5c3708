// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/engineinfo.h"

#include <QWidget>

namespace Grebe {

/// What stands in the window when no editor is open: ways to begin, and a query that works without any server.
class HomePage : public QWidget
{
    Q_OBJECT
public:
    /// `sampleSql` empty: there is no sample to offer.
    HomePage(const QList<const EngineInfo *> &engines, const QString &sampleSql, QWidget *parent = nullptr);

Q_SIGNALS:
    void connectRequested();
    void openRequested();
    void sampleRequested();

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace Grebe
