#include "broker/app/serve.h"

#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "broker/app/clocks.h"
#include "broker/app/exit_code.h"
#include "broker/app/loaded.h"
#include "broker/app/log_output.h"
#include "broker/app/log_sink.h"
#include "broker/app/node.h"
#include "broker/app/report.h"
#include "broker/app/start_log.h"
#include "broker/app/stop_request.h"
#include "broker/crypto/kernel_random.h"

namespace godwit::app {
namespace {

int run(const ConfigSources& sources, Loaded loaded, const net::TlsTicketKey& ticket_key) {
  const Config config = loaded.config;
  const BootClock clock;
  const SystemWallClock wall_clock;
  DescriptorOutput output(STDERR_FILENO);
  LogfmtSink sink(output, clock, wall_clock, config.log.level);
  const Log log(sink);
  log_start(log, config, loaded.files.access);

  StopRequest stop;
  auto node = Node::build(
      std::move(loaded),
      {.clock = clock, .sink = sink, .stop = stop, .sources = sources, .ticket_key = ticket_key});
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
  net::TlsTicketKey ticket_key;
  crypto::fill_random(ticket_key);
  auto loaded = load_all(command.sources, ticket_key);
  if (!loaded) {
    return report(loaded.error());
  }
  return run(command.sources, std::move(*loaded), ticket_key);
}

int run_config_check(const ConfigCheckCommand& command) {
  const auto loaded = load_all(command.sources, net::TlsTicketKey{});
  return loaded ? kExitOk : report(loaded.error());
}

}  // namespace godwit::app
