// SPDX-License-Identifier: Apache-2.0
#include "onceupload.h"

#include <cstring>

namespace Grebe {

OnceUpload::OnceUpload(QByteArray body, QObject *parent)
    : QIODevice(parent)
    , m_body(std::move(body))
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

qint64 OnceUpload::readData(char *data, qint64 maxSize)
{
    if (!m_touched) {
        m_touched = true;
        Q_EMIT touched();
    }
    const qint64 count = std::min<qint64>(maxSize, m_body.size() - m_offset);
    if (count <= 0)
        return -1;
    std::memcpy(data, m_body.constData() + m_offset, size_t(count));
    m_offset += count;
    return count;
}

} // namespace Grebe
