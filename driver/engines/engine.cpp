// SPDX-License-Identifier: Apache-2.0
#include "engine.h"

namespace Grebe {

Engine::~Engine() = default;

} // namespace Grebe
