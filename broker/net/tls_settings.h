// What a TLS context is made of: plain values, PEM as text, read from files by the application.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace godwit::net {

// PEM text and what to call it in messages, usually its file.
struct TlsText {
  std::string pem;
  std::string name;
};

struct TlsCertificate {
  TlsText chain;  // The certificate first, then those that lead to a root.
  TlsText key;
  std::string key_password;  // Empty: the key is not encrypted.
};

// NOLINTNEXTLINE(readability-identifier-naming): as versions are written.
enum class TlsVersion : std::uint8_t { k1_2, k1_3 };

// Whether clients show a certificate.
enum class ClientCertificates : std::uint8_t {
  kOff,       // They are not asked.
  kOptional,  // They may; one that does not hold is refused.
  kRequired,
};

// Which name in a client's certificate is its user name.
enum class CertificateIdentity : std::uint8_t { kNone, kCommonName, kSanDns, kSanEmail, kSanUri };

// Seals session tickets; who has it can open them. Drawn by chance, shared by the contexts of a
// process, so that a client may resume at another listener and after a reload.
using TlsTicketKey = std::array<std::byte, 80>;

struct TlsServerSettings {
  TlsCertificate certificate;
  // Chosen by the server name (SNI) that a client asks for; the first that fits.
  std::vector<TlsCertificate> by_server_name;
  TlsVersion minimum_version = TlsVersion::k1_2;
  ClientCertificates client_certificates = ClientCertificates::kOff;
  TlsText client_ca;           // Whose certificates are believed; not empty unless kOff.
  std::optional<TlsText> crl;  // Then each CA of a client's chain needs its list here.
  CertificateIdentity identity = CertificateIdentity::kNone;
  std::optional<TlsTicketKey> ticket_key;  // None: no session is resumed.
  std::string application_protocol;        // Of ALPN, if the client knows it: "mqtt".
};

struct TlsClientSettings {
  std::optional<TlsText> ca;  // None: what the system believes.
  std::optional<TlsCertificate> certificate;
  // What the server's certificate has to be for: a name or an address in digits.
  std::string host;
  bool verify = true;  // False: anybody may pretend to be the server.
  std::string application_protocol;
};

}  // namespace godwit::net
