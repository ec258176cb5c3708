// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

#include <qwt_date_scale_draw.h>
#include <qwt_scale_draw.h>

namespace Grebe {

/// Numbers as the locale writes them: "1,250,000".
class NumberScale final : public QwtScaleDraw
{
public:
    QwtText label(double value) const override;
};

/// A name at 0, 1, 2 …
class CategoryScale final : public QwtScaleDraw
{
public:
    explicit CategoryScale(const QStringList &names);

    QwtText label(double value) const override;
    /// Turns the names where there is no room for them side by side.
    void fitTo(double pixelsEach, const QFont &font);

    static constexpr int kMaximumChars = 18;

private:
    QStringList m_names;
};

/// Times in UTC, written as the grid writes them: year first.
class TimeScale final : public QwtDateScaleDraw
{
public:
    explicit TimeScale(bool isTimeOfDay);
};

} // namespace Grebe
