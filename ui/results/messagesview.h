// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/progress.h"

#include <QScrollArea>

#include <chrono>

class QVBoxLayout;

namespace Grebe {

class Label;

/// What servers and Grebe had to say, newest on top: errors as cards, the rest as lines. All server text is plain text.
///
/// Thread     GUI.
class MessagesView : public QScrollArea
{
    Q_OBJECT
public:
    explicit MessagesView(QWidget *parent = nullptr);

    void addError(const Error &error, const QString &sql, std::chrono::milliseconds took, qint64 rowsKept);
    void addWarning(const Warning &warning);
    /// With the server's name for the query it is about, where there is one.
    void addLine(const QString &text, const QString &queryId = {}, const QString &infoUrl = {});
    int errorCount() const { return m_errorCount; }

Q_SIGNALS:
    void errorActivated(const Grebe::Error &error);

private:
    void addWidget(QWidget *widget);

    QVBoxLayout *m_layout;
    Label *m_empty = nullptr; ///< until there is something
    int m_errorCount = 0;
};

} // namespace Grebe
