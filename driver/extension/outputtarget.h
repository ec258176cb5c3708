// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bytesink.h"

#include <memory>

namespace Grebe {

/// Standard output, or a file that has its name only when it is whole: until then it is called NAME.part.
/// A pipe or a device is written to directly. Letting go without commit() removes the .part file.
///
/// Errors     vendorCode `ENOSPC` when the disk is full; AlreadyExists while another export writes the same file.
/// Thread     one at a time; commit() waits for the disk.
class GREBE_EXPORT OutputTarget
{
public:
    /// An empty name is standard output.
    static Result<std::unique_ptr<OutputTarget>> open(const QString &fileName);
    ~OutputTarget();

    ByteSink &sink() { return m_sink; }
    /// The bytes are on the disk, the file has its name and so has the folder's entry. After an error the file that had
    /// the name before still has it.
    Result<void> commit();
    /// Leaves the .part file for a person to look at; its name.
    QString keepPart();
    bool isStandardOutput() const { return m_fileName.isEmpty(); }
    int descriptor() const { return m_descriptor; }

private:
    OutputTarget(int descriptor, const QString &fileName, const QString &partName);

    int m_descriptor;
    const QString m_fileName;
    QString m_partName; // empty: written to directly, or done
    DescriptorSink m_sink;
};

/// Gives a file its name: what it holds is on the disk, then it is FILE, then the folder's entry is on the disk too.
GREBE_EXPORT Result<void> putInPlace(const QString &partName, const QString &fileName);

} // namespace Grebe
