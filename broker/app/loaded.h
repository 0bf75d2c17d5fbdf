// Everything that a broker is made of or that a reload may change, read from wherever it stands:
// the configuration, and the files it names.
#pragma once

#include "broker/app/access_load.h"
#include "broker/app/config_load.h"
#include "broker/app/tls_load.h"

namespace godwit::app {

// What a configuration names.
struct LoadedFiles {
  Access access;
  TlsContexts tls;
};

struct Loaded {
  Config config;
  LoadedFiles files;
};

// All problems of all files.
[[nodiscard]] Result<LoadedFiles, Problems> load_files(const Config& config,
                                                       const net::TlsTicketKey& ticket_key);

// All problems of the configuration, or else all of the files.
[[nodiscard]] Result<Loaded, Problems> load_all(const ConfigSources& sources,
                                                const net::TlsTicketKey& ticket_key);

}  // namespace godwit::app
