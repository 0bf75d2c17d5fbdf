// TLS of a client, by OpenSSL used directly: no code is shared with the broker. The broker's
// certificate is always verified, against one CA and the address that is connected to; no session
// is ever resumed, so that every connect is a whole handshake.
#pragma once

#include <memory>
#include <string>

#include "tests/bench/load/layer.h"

// OpenSSL's own types, so that its headers stay in the .cc.
struct ssl_st;
struct ssl_ctx_st;
struct bio_method_st;

namespace godwit::bench {

struct TlsSettings {
  std::string ca_file;       // PEM.
  std::string peer_address;  // IPv4, must be in the certificate.
  std::string version;       // "1.2" or "1.3": exactly this one.
};

// What all connections share. Outlives its layers. Thread: the generator's one.
class TlsContext {
 public:
  explicit TlsContext(const TlsSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Not empty: this context cannot be used, for this reason.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }
  [[nodiscard]] const bio_method_st* method() const { return method_.get(); }

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  struct FreeMethod {
    void operator()(bio_method_st* method) const;
  };

  void configure(const TlsSettings& settings);

  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::unique_ptr<bio_method_st, FreeMethod> method_;
  std::string problem_;
};

class TlsLayer final : public Layer {
 public:
  explicit TlsLayer(const TlsContext& context);
  ~TlsLayer() override;
  TlsLayer(const TlsLayer&) = delete;
  TlsLayer& operator=(const TlsLayer&) = delete;

  bool connected(Buffer& below) override;
  bool decode(Bytes input, Scratch& above, Buffer& below) override;
  bool encode(Bytes above, Buffer& below) override;

  // For OpenSSL, through its BIO: what it reads and writes.
  struct Wire {
    Bytes input;
    Buffer* output = nullptr;
  };

 private:
  bool shake_hands();
  bool read(Scratch& above);
  bool fail_after(int result, const char* what);

  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  // Behind its own pointer, for its address is OpenSSL's.
  std::unique_ptr<Wire> wire_ = std::make_unique<Wire>();
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
};

}  // namespace godwit::bench
