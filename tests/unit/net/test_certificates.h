// Certificates for tests, made on the spot: P-256 keys, a CA, and what it signs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/net/tls_settings.h"

struct evp_pkey_st;
struct x509_st;

namespace godwit::net::test {

struct CertificateSpec {
  std::string common_name = "client";
  std::string alternative_names = {};  // "DNS:localhost,IP:127.0.0.1"; empty: none.
  long valid_from_seconds = -3'600;    // From now.
  long valid_to_seconds = 86'400;
  std::string extended_key_usage = {};  // "clientAuth"; empty: any.
};

class TestCa {
 public:
  explicit TestCa(const std::string& name = "test CA");
  ~TestCa();

  [[nodiscard]] TlsText certificate() const;
  [[nodiscard]] TlsCertificate issue(const CertificateSpec& spec);
  // A revocation list of this CA with those of its certificates.
  [[nodiscard]] TlsText crl(const std::vector<TlsCertificate>& revoked) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
    void operator()(x509_st* certificate) const;
  };
  std::unique_ptr<evp_pkey_st, Free> key_;
  std::unique_ptr<x509_st, Free> certificate_;
  long serial_ = 1;
};

// For "localhost" and the loopback addresses.
[[nodiscard]] TlsCertificate issue_for_server(TestCa& ca);

}  // namespace godwit::net::test
