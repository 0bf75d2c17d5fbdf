#include "broker/app/loaded.h"

#include <utility>

namespace godwit::app {

Result<Loaded, Problems> load_all(const ConfigSources& sources,
                                  const net::TlsTicketKey& ticket_key) {
  auto config = load_config(sources);
  if (!config) {
    return fail(std::move(config.error()));
  }
  auto access = load_access(config->access);
  auto tls = load_tls(*config, ticket_key);
  if (!access || !tls) {
    Problems problems;
    for (Problems* some : {access ? nullptr : &access.error(), tls ? nullptr : &tls.error()}) {
      if (some != nullptr) {
        problems.insert(problems.end(), some->begin(), some->end());
      }
    }
    return fail(std::move(problems));
  }
  return Loaded{std::move(*config), std::move(*access), std::move(*tls)};
}

}  // namespace godwit::app
