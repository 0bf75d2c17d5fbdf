// What the log says of a start: plainly, what is on and what is not safe.
#pragma once

#include "base/log.h"
#include "broker/app/access_load.h"
#include "broker/app/config.h"
#include "broker/app/node.h"

namespace godwit::app {

void log_start(const Log& log, const Config& config, const Access& access);
void log_ready(const Log& log, const Config& config, const Node& node);

}  // namespace godwit::app
