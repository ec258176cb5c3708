#pragma once
#include "extension/dialect.h"
namespace Grebe { GREBE_EXPORT const Dialect &trinoDialect(); }
