#include "broker/app/serve.h"

#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "broker/app/access_load.h"
#include "broker/app/clocks.h"
#include "broker/app/exit_code.h"
#include "broker/app/log_output.h"
#include "broker/app/log_sink.h"
#include "broker/app/node.h"
#include "broker/app/report.h"
#include "broker/app/start_log.h"
#include "broker/app/stop_request.h"

namespace godwit::app {
namespace {

int run(const Config& config, Access access) {
  const BootClock clock;
  const SystemWallClock wall_clock;
  DescriptorOutput output(STDERR_FILENO);
  LogfmtSink sink(output, clock, wall_clock, config.log.level);
  const Log log(sink);
  log_start(log, config, access);

  StopRequest stop;
  auto node = Node::build(config, std::move(access), {.clock = clock, .sink = sink, .stop = stop});
  if (!node) {
    return report(node.error());
  }
  (*node)->start();
  log_ready(log, config, **node);

  const std::string_view why = stop.wait();
  log.info("stopping", {{"signal", why}});
  (*node)->stop();
  log.info("stopped");
  return kExitOk;
}

}  // namespace

int run_serve(const ServeCommand& command) {
  // A peer or a reader of the log that has gone is an error value of the call.
  std::signal(SIGPIPE, SIG_IGN);
  const auto config = load_config(command.sources);
  if (!config) {
    return report(config.error());
  }
  auto access = load_access(config->access);
  if (!access) {
    return report(access.error());
  }
  return run(*config, std::move(*access));
}

int run_config_check(const ConfigCheckCommand& command) {
  const auto config = load_config(command.sources);
  if (!config) {
    return report(config.error());
  }
  const auto access = load_access(config->access);
  if (!access) {
    return report(access.error());
  }
  return kExitOk;
}

}  // namespace godwit::app
