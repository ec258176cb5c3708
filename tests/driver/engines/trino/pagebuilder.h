// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnar/jsonscan.h"
#include "engines/trino/trinopage.h"

#include <QByteArray>
#include <QString>

#include <cstring>
#include <memory>

/// A page's bytes with the padding that decodePage() asks for, and nothing readable behind it.
class PageBytes
{
public:
    explicit PageBytes(const QByteArray &json) : m_size(json.size()), m_bytes(new char[size_t(json.size() + Grebe::kJsonPadding)])
    {
        std::memcpy(m_bytes.get(), json.data(), size_t(m_size));
        // The worst that may stand there: what looks like more of the page.
        for (int i = 0; i < Grebe::kJsonPadding; ++i)
            m_bytes[size_t(m_size + i)] = "1],[1]}}\"\"\"]]}1,1]]}"[i % 20];
    }
    operator QByteArrayView() const { return {m_bytes.get(), m_size}; }

private:
    qsizetype m_size;
    std::unique_ptr<char[]> m_bytes;
};

/// `decimal(10, 2)`, `array(varchar)`, `row(a:bigint,varchar)` as a typeSignature.
QByteArray signature(QByteArray type);
/// One element of `columns`.
QByteArray column(const QByteArray &name, const QByteArray &type);
/// A page with these columns and this `data`.
QByteArray page(const QByteArray &columns, const QByteArray &data);
Grebe::Result<Grebe::TrinoPage> decode(const QByteArray &json, const std::shared_ptr<const Grebe::TrinoRowDecoder> &decoder = {});

/// The values of a page's first column, as Arrow prints them, once the batch has passed Arrow's own checks.
QString valuesOf(const Grebe::TrinoPage &page);
/// A column's `grebe.raw`.
QString rawOf(const Grebe::TrinoPage &page, int column = 0);
