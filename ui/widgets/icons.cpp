// SPDX-License-Identifier: Apache-2.0
#include "icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe::Icons {

namespace {

QPixmap render(const QString &name, const QSize &size, qreal scale, const QColor &color)
{
    const QString key = u"grebe-icon:%1:%2:%3:%4x%5"_s.arg(name, color.name(QColor::HexArgb))
                            .arg(scale).arg(size.width()).arg(size.height());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap((QSizeF(size) * scale).toSize());
    pixmap.fill(Qt::transparent);
    QFile file(u":/grebe/icons/%1.svg"_s.arg(name));
    if (file.open(QIODevice::ReadOnly)) {
        QByteArray svg = file.readAll();
        svg.replace("currentColor", color.name().toLatin1());
        QSvgRenderer renderer(svg);
        QPainter painter(&pixmap);
        painter.setOpacity(color.alphaF());
        renderer.render(&painter, QRectF(QPointF(), QSizeF(pixmap.size())));
    }
    pixmap.setDevicePixelRatio(scale);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

class Engine final : public QIconEngine
{
public:
    Engine(const QString &name, std::optional<Theme::Role> role) : m_name(name), m_role(role) { }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        Icons::paint(painter, rect, m_name, color(mode));
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State) override
    {
        return render(m_name, size, 1, color(mode));
    }
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal scale) override
    {
        return render(m_name, (QSizeF(size) / scale).toSize(), scale, color(mode));
    }
    QIconEngine *clone() const override { return new Engine(*this); }
    QString key() const override { return u"grebe"_s; }

private:
    QColor color(QIcon::Mode mode) const
    {
        const QPalette palette = QGuiApplication::palette();
        if (mode == QIcon::Disabled)
            return palette.color(QPalette::Disabled, QPalette::WindowText);
        return m_role ? Theme::color(palette, *m_role) : palette.color(QPalette::WindowText);
    }

    QString m_name;
    std::optional<Theme::Role> m_role;
};

} // namespace

QIcon icon(const QString &name)
{
    return QIcon(new Engine(name, std::nullopt));
}

QIcon icon(const QString &name, Theme::Role role)
{
    return QIcon(new Engine(name, role));
}

void paint(QPainter *painter, const QRect &rect, const QString &name, const QColor &color)
{
    const qreal scale = painter->device()->devicePixelRatio();
    const int side = qMin(rect.width(), rect.height());
    const QRect square(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side);
    painter->drawPixmap(square, render(name, square.size(), scale, color));
}

} // namespace Grebe::Icons
