// How the program tells a human what is wrong, before there is a log.
#pragma once

#include "broker/app/setting.h"

namespace godwit::app {

// In plain words on standard error, whatever the log's level. Returns kExitUsage.
[[nodiscard]] int report(const Problems& problems);

}  // namespace godwit::app
