// The layer that speaks TLS, the server's side or the client's.
//
// OpenSSL keeps half a record and nothing else: it reads the spans it is shown and writes to the
// output of the call. Its state is made with the first byte, so a connection that says nothing has
// none. Records decrypt into the thread's scratch; the output of a flush goes into records as full
// as can be.
//
// Pure but for what OpenSSL takes itself: chance, and the time when it judges certificates.
//
// Owner: its stream. Thread: that of the connection, one at a time.
#pragma once

#include <memory>
#include <string>

#include "broker/net/tls_context.h"
#include "broker/net/transform.h"

namespace godwit::net {

struct TlsIo;

class TlsTransform final : public Transform {
 public:
  explicit TlsTransform(std::shared_ptr<const TlsContext> context);
  ~TlsTransform() override;
  TlsTransform(const TlsTransform&) = delete;
  TlsTransform& operator=(const TlsTransform&) = delete;

  [[nodiscard]] Layer layer() const override { return Layer::kTls; }
  [[nodiscard]] bool ready() const override { return ready_; }
  void tell(PeerFacts& facts) const override;
  [[nodiscard]] std::string problem() const override { return problem_; }
  // The handshake took up an earlier session.
  [[nodiscard]] bool resumed() const;

  void start(Bytes& output) override;
  [[nodiscard]] Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                Bytes& reply) override;
  void outbound(std::span<const ByteView> input, Bytes& output) override;
  void finish(Bytes& output) override;

 private:
  struct Free {
    void operator()(ssl_st* connection) const;
  };

  [[nodiscard]] bool begin();
  // True once the handshake is done.
  [[nodiscard]] bool shake_hands();
  [[nodiscard]] Inbound read(std::span<std::byte> scratch);
  // What a call that did not succeed means.
  [[nodiscard]] StreamState state_after(int outcome);
  void fail_with(const char* problem);
  void write_record(ByteView bytes);

  const std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<TlsIo> io_;  // OpenSSL's side has its address.
  std::unique_ptr<ssl_st, Free> connection_;
  const char* problem_ = "";  // Literals of ours and of OpenSSL.
  bool ready_ = false;
  bool failed_ = false;
};

}  // namespace godwit::net
