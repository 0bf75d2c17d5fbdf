// What one option alone does not show: combinations that cannot be meant. Part of load_config,
// apart for tests.
#pragma once

#include "broker/app/config.h"
#include "broker/app/origins.h"
#include "broker/app/setting.h"

namespace godwit::app {

// Each problem is a sentence that begins with the place of the option it is about.
void check_combinations(const Config& config, const Origins& origins, Problems& problems);

}  // namespace godwit::app
