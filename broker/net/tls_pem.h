// Certificates, keys and revocation lists out of PEM text. Private to the room's .cc files.
//
// Strict: a text that holds nothing of what it should, or something broken, is an error; nothing is
// passed over in silence. An encrypted key without a password is an error too, never a question.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "broker/net/openssl_pointers.h"
#include "broker/net/tls_settings.h"

namespace godwit::net {

// At least one.
[[nodiscard]] Result<std::vector<OpensslPointer<X509>>> parse_certificates(const TlsText& text);
[[nodiscard]] Result<std::vector<OpensslPointer<X509_CRL>>> parse_crls(const TlsText& text);
[[nodiscard]] Result<OpensslPointer<EVP_PKEY>> parse_key(const TlsText& text,
                                                         const std::string& password);

// What OpenSSL has to say about its last failure, and forgets it.
[[nodiscard]] std::string take_openssl_error();

}  // namespace godwit::net
