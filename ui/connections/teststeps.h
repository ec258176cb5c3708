// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectiontest.h"

#include <QWidget>

namespace Grebe {

/// The steps of a ConnectionTest on one line: a mark, a name, how long.
class TestSteps : public QWidget
{
    Q_OBJECT
public:
    explicit TestSteps(QWidget *parent = nullptr);

    void setSteps(const QList<ConnectionTest::Step> &steps);
    QString text() const; ///< the same in words
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    static QString words(const ConnectionTest::Step &step);

    QList<ConnectionTest::Step> m_steps;
};

} // namespace Grebe
