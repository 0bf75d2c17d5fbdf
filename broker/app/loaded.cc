#include "broker/app/loaded.h"

#include <utility>

namespace godwit::app {

Result<LoadedFiles, Problems> load_files(const Config& config,
                                         const net::TlsTicketKey& ticket_key) {
  auto access = load_access(config.access);
  auto tls = load_tls(config, ticket_key);
  Problems problems;
  if (!access) {
    add_problems(access.error(), problems);
  }
  if (!tls) {
    add_problems(tls.error(), problems);
  }
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return LoadedFiles{std::move(*access), std::move(*tls)};
}

Result<Loaded, Problems> load_all(const ConfigSources& sources,
                                  const net::TlsTicketKey& ticket_key) {
  auto config = load_config(sources);
  if (!config) {
    return fail(std::move(config.error()));
  }
  auto files = load_files(*config, ticket_key);
  if (!files) {
    return fail(std::move(files.error()));
  }
  return Loaded{std::move(*config), std::move(*files)};
}

}  // namespace godwit::app
