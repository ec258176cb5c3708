// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <chrono>
#include <expected>
#include <optional>

namespace Grebe {

struct OptionInfo;

/// What a person wrote for an option, as text, checked by the option's type. Not installed: ConnectionParameters is the face.
///
/// Errors   checkedValue() answers with the rule in words, such as “a number from 1 to 65535”.
/// Thread   any: functions of their arguments.
std::expected<QString, QString> checkedValue(const OptionInfo &option, const QString &value);
/// “30s”, “5 m”, “0”; empty for anything else.
std::optional<std::chrono::milliseconds> parsedDuration(QStringView text);
/// “a:1;b:2” into its entries, without blank ones.
QStringList mapEntries(const QString &text);

} // namespace Grebe
