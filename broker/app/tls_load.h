// Reads the files of TLS listeners and makes their contexts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/app/config.h"
#include "broker/app/setting.h"
#include "broker/net/tls_context.h"

namespace godwit::app {

// One for each listener, in the order of kListenerKinds and of the configuration; null for those
// without TLS.
using TlsContexts = std::vector<std::shared_ptr<const net::TlsContext>>;

// All mistakes of all files at once.
[[nodiscard]] Result<TlsContexts, Problems> load_tls(const Config& config,
                                                     const net::TlsTicketKey& ticket_key);

// How the files of all TLS listeners look from outside: changes when one is replaced, by a rename
// or by a symbolic link that moves (as mounted secrets do). Missing files have a look too.
[[nodiscard]] std::string tls_files_stamp(const Config& config);

// When the first of the certificates expires, in seconds since 1970; 0 if there is none.
[[nodiscard]] std::int64_t first_expiry_seconds(const TlsContexts& contexts);

}  // namespace godwit::app
