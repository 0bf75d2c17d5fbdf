// The name of a client by its certificate. Private to the room's .cc files.
#pragma once

#include <openssl/ssl.h>

#include <string>

#include "broker/net/tls_settings.h"

namespace godwit::net {

// The name of that kind in a certificate that was verified: the first alternative name of the kind,
// or the one common name. Empty if there is none, if there are several common names, or if it is
// not a name that MQTT could carry (UTF-8 without U+0000, kCertificateNameBytesMax at most).
[[nodiscard]] std::string certificate_name(const X509* certificate, CertificateIdentity kind);

inline constexpr std::size_t kCertificateNameBytesMax = 1'024;

}  // namespace godwit::net
