// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "widgets/pane.h"

#include "extension/savedresult.h"

namespace Grebe {

class Label;

/// Offers the result that an editor had when the program was closed.
///
/// Shape      hidden until there is one to offer, and again when it was shown or waved off.
/// Thread     GUI.
class KeptBar : public Pane
{
    Q_OBJECT
public:
    explicit KeptBar(QWidget *parent = nullptr);

    /// A file that is not there, or no such result, is not offered.
    void offer(const QString &fileName);

Q_SIGNALS:
    void showRequested(const Grebe::SavedResult &result);
    void waivedOff();

private:
    Label *m_text;
    SavedResult m_result;
};

/// "as of 21 Nov 2026 14:31"
QString asOfText(const SavedResult &result);

} // namespace Grebe
