// A TLS server in memory, for the tests of the generator's client side.
#pragma once

#include <memory>
#include <string>

#include "tests/bench/load/wire.h"

struct ssl_st;
struct ssl_ctx_st;

namespace godwit::bench {

// A key and the self-signed certificate of an address; the certificate is its own CA.
class TlsIdentity {
 public:
  explicit TlsIdentity(const std::string& address);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // A PEM file, which is there as long as this object.
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  [[nodiscard]] ssl_ctx_st* server_context() const { return context_; }

 private:
  ssl_ctx_st* context_ = nullptr;
  std::string ca_file_;
};

class TlsPeer {
 public:
  explicit TlsPeer(const TlsIdentity& identity);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  // Takes what the client sent; returns what it carried.
  std::string take(Bytes input);
  void write(const std::string& text);
  void close();
  // What is to be sent to the client since the last call.
  Buffer output();
  // As OpenSSL numbers them: TLS1_2_VERSION, TLS1_3_VERSION.
  [[nodiscard]] int version() const;

 private:
  ssl_st* ssl_ = nullptr;
};

}  // namespace godwit::bench
