// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QIODevice>

namespace Grebe {

/// A request's body that can be read once only.
///
/// QNetworkAccessManager repeats a request whose connection was closed before any answer, also a POST, wherever it can
/// rewind the body. This one cannot be rewound, so the call ends with ContentReSendError instead of running a
/// statement twice. Needs DoNotBufferUploadDataAttribute and a Content-Length set by hand, or Qt buffers it and can.
class OnceUpload final : public QIODevice
{
    Q_OBJECT
public:
    explicit OnceUpload(QByteArray body, QObject *parent = nullptr);

    bool isSequential() const override { return true; }
    bool reset() override { return false; }
    bool atEnd() const override { return m_offset >= m_body.size(); }
    qint64 bytesAvailable() const override { return m_body.size() - m_offset + QIODevice::bytesAvailable(); }
    /// Whether Qt asked for any of it, so that at least the head of the request is on its way.
    bool wasTouched() const { return m_touched; }

Q_SIGNALS:
    void touched();

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    const QByteArray m_body;
    qint64 m_offset = 0;
    bool m_touched = false;
};

} // namespace Grebe
