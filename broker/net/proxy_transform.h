// The layer that takes a PROXY header off the front of a stream (proxy_header.h).
//
// On a listener with `proxy_protocol = true` every connection has to begin with one; whoever
// reaches such a listener past the balancer can claim any address, so only the balancer may.
//
// Owner: its stream. Thread: that of the connection. Pure.
#pragma once

#include <string>
#include <string_view>

#include "broker/net/transform.h"

namespace godwit::net {

class ProxyTransform final : public Transform {
 public:
  [[nodiscard]] Layer layer() const override { return Layer::kProxy; }
  [[nodiscard]] bool ready() const override { return done_; }
  [[nodiscard]] bool needed() const override { return !done_; }
  void tell(PeerFacts& facts) const override { facts.address = address_; }
  [[nodiscard]] std::string problem() const override { return std::string(problem_); }

  [[nodiscard]] Inbound inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                Bytes& reply) override;
  void outbound(std::span<const ByteView> input, Bytes& output) override;
  void finish(Bytes& /*output*/) override {}

 private:
  Bytes kept_;  // The beginning of a header.
  std::string address_;
  std::string_view problem_;
  bool done_ = false;
};

}  // namespace godwit::net
