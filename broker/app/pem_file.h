// Certificates, keys and revocation lists as they stand in files; judged by who uses them.
#pragma once

#include <string>

#include "base/result.h"
#include "broker/net/tls_settings.h"

namespace godwit::app {

// The whole file, named by its path. At most 4 MiB, more than any bundle of authorities.
[[nodiscard]] Result<net::TlsText> read_pem(const std::string& file);

}  // namespace godwit::app
