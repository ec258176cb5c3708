// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/statement.h"

#include <arrow/api.h>

namespace Grebe {

/// A statement that does what its test says, on the test's own thread.
class FakeStatement : public Statement
{
public:
    void doStart() override { startCount++; }
    void doCancel() override
    {
        fail({ .code = Error::Code::Cancelled, .message = QStringLiteral("Stopped on the server.") });
    }
    void doPause() override { pauseCount++; }
    void doResume() override { resumeCount++; }

    void giveId(const QString &queryId) { setQueryId(queryId, {}); }
    void give(const std::shared_ptr<arrow::Schema> &schema) { Q_EMIT schemaReady(schema); }
    void give(const std::shared_ptr<arrow::RecordBatch> &batch) { Q_EMIT batchReady(batch); }
    void give(const Progress &progress) { Q_EMIT progressChanged(progress); }
    void give(const Warning &warning) { Q_EMIT warningReceived(warning); }
    void end(const StatementSummary &summary = {}) { finish(summary); }
    void end(const Error &error) { fail(error); }

    int startCount = 0;
    int pauseCount = 0;
    int resumeCount = 0;
};

} // namespace Grebe
