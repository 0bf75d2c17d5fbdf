// WebSocket of a client (RFC 6455) with the subprotocol mqtt, no extensions. Own code, not the
// broker's. Frames that come may be cut and fragmented anywhere; what they carry is passed on as
// it comes, so nothing is kept but an unfinished header or control frame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load/layer.h"

namespace godwit::bench {

// The accept of an answer to a key, both in base64 (RFC 6455 section 4.2.2).
[[nodiscard]] std::string websocket_accept(std::string_view key);

class WebSocketLayer final : public Layer {
 public:
  // `host` is what the Host header names. `seed` chooses the key and the masks; any other number
  // for each connection.
  WebSocketLayer(std::string host, std::uint64_t seed);

  bool connected(Buffer& below) override;
  bool decode(Bytes input, Scratch& above, Buffer& below) override;
  bool encode(Bytes above, Buffer& below) override;

 private:
  enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10,
  };

  // The answer to the GET. The first takes its part off `input`.
  bool read_answer(Bytes& input);
  bool check_answer(std::string_view answer);

  // The frame at the front of `input`, as far as it is there; takes it off.
  bool read_frame(Bytes& input, Scratch& above, Buffer& below);
  bool read_header(Bytes& input);
  bool begin_frame();
  bool end_frame(Buffer& below);
  void append_frame(Opcode opcode, Bytes payload, Buffer& below);

  static constexpr std::size_t kHeaderBytesMax = 10;  // Of a frame without a mask.
  static constexpr std::size_t kControlBytesMax = 125;

  std::string host_;
  std::string key_;
  std::uint64_t mask_state_;
  std::string answer_;  // Of the GET, until it is complete.

  std::array<std::uint8_t, kHeaderBytesMax> header_{};
  std::size_t header_size_ = 0;
  bool in_payload_ = false;
  bool in_message_ = false;  // The last data frame was not the last of its message.
  Opcode opcode_ = Opcode::kBinary;
  std::uint64_t payload_left_ = 0;
  std::array<std::uint8_t, kControlBytesMax> control_{};
  std::size_t control_size_ = 0;
};

}  // namespace godwit::bench
