// What all TLS connections of a listener share: certificates, trust, versions, ciphers.
//
// Immutable: new files make a new context, which new connections use; the old one lives as long as
// its last connection. TLS 1.2 with AEAD and ECDHE only, and 1.3; no compression, no renegotiation,
// no early data.
//
// Owner: shared by its connections and whoever hands it out. Thread: any.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "broker/net/tls_settings.h"

// OpenSSL's, whose headers stay in .cc files.
struct ssl_st;
struct ssl_ctx_st;
struct bio_method_st;

namespace godwit::net {

class TlsContext {
 public:
  using Built = Result<std::shared_ptr<const TlsContext>, std::vector<Error>>;

  // All mistakes at once, each with the name of the text it is in.
  [[nodiscard]] static Built server(const TlsServerSettings& settings);
  [[nodiscard]] static Built client(const TlsClientSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A new connection's object; the caller frees it. Null if there is no memory.
  [[nodiscard]] ssl_st* new_connection() const;
  // Reads and writes spans (tls_transform.cc).
  [[nodiscard]] const bio_method_st* io_method() const { return io_method_.get(); }
  [[nodiscard]] bool is_client() const { return is_client_; }
  [[nodiscard]] CertificateIdentity identity() const { return identity_; }
  // When the first of its own certificates expires: seconds since 1970.
  [[nodiscard]] std::int64_t not_after_seconds() const { return not_after_seconds_; }

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  struct FreeMethod {
    void operator()(bio_method_st* method) const;
  };
  using ContextPointer = std::unique_ptr<ssl_ctx_st, FreeContext>;

  explicit TlsContext(bool is_client);
  void set_up_server(const TlsServerSettings& settings, std::vector<Error>& problems);
  void set_up_client(const TlsClientSettings& settings, std::vector<Error>& problems);
  void add_named(const TlsServerSettings& settings, std::vector<Error>& problems);
  void note_expiry(ssl_ctx_st* context);

  static int choose_certificate(ssl_st* connection, void* self);
  static int choose_protocol(ssl_st* connection, const unsigned char** chosen,
                             unsigned char* chosen_size, const unsigned char* offered,
                             unsigned offered_size, void* self);

  std::unique_ptr<bio_method_st, FreeMethod> io_method_;
  ContextPointer context_;
  std::vector<ContextPointer> by_name_;  // Each holds a certificate; asked in order.
  std::string application_protocol_;
  std::string host_;  // Of a client: who the server has to be.
  bool verify_ = true;
  const bool is_client_;
  CertificateIdentity identity_ = CertificateIdentity::kNone;
  std::int64_t not_after_seconds_ = INT64_MAX;
};

}  // namespace godwit::net
