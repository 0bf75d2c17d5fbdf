// A WebSocket server shown any bytes: instead of the HTTP head, or as frames behind a good one, or
// as the payloads of frames that are made here. What comes out agrees with the simplest reading of
// the standard, and cuts make no difference.
//
// Input: what the rest is, the size of the pieces, the rest.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "broker/net/websocket.h"
#include "tests/fuzz/layers/frame_reference.h"
#include "tests/fuzz/layers/pieces.h"
#include "tests/fuzz/script.h"

namespace godwit::fuzz {
namespace {

using net::StreamState;
using net::test::StreamEnd;

constexpr std::string_view kRequest =
    "GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

StreamEnd server() {
  static const auto kSettings = std::make_shared<const net::WebSocketSettings>();
  return StreamEnd(net::test::stream_of(std::make_unique<net::WebSocketServer>(kSettings)),
                   kScratchBytes);
}

// The same whatever the cuts: what came out, what was said, and how it stands.
void check_cuts(const StreamEnd& whole, ByteView wire, std::size_t piece) {
  StreamEnd cut = server();
  feed_in_pieces(cut, wire, piece);
  CHECK(whole.state == cut.state && whole.received == cut.received);
  // One that ends in the moment it is ready may not have said so.
  CHECK(whole.times_ready == cut.times_ready || whole.state != StreamState::kOpen);
}

void check_head(ByteView wire, std::size_t piece) {
  StreamEnd end = server();
  feed_in_pieces(end, wire, SIZE_MAX);
  check_cuts(end, wire, piece);
  const Bytes said = end.take_unsent();
  CHECK(end.times_ready == 1 || end.received.empty());
  CHECK(end.times_ready == 0 || as_text(said).starts_with("HTTP/1.1 101 "));
  CHECK(!said.empty() || end.state == StreamState::kOpen);
}

void check_frames(ByteView frames, std::size_t piece) {
  Bytes wire(as_bytes(kRequest).begin(), as_bytes(kRequest).end());
  append(wire, frames);
  StreamEnd end = server();
  feed_in_pieces(end, wire, SIZE_MAX);
  check_cuts(end, wire, piece);
  const FrameReading reading = read_frames(frames);
  CHECK(end.received == reading.data);
  CHECK((end.state == StreamState::kFailed) == reading.failed);
  CHECK((end.state == StreamState::kClosed) == reading.closed);
  // A pong has as many bytes as its ping and two more; a close frame has four.
  const Bytes answer = end.take_unsent();
  const std::size_t head = as_text(answer).find("\r\n\r\n") + 4;
  const std::size_t close = reading.failed || reading.closed ? 4 : 0;
  CHECK(answer.size() - head == reading.pings.size() + std::size_t{2} * reading.ping_count + close);
}

// Good frames more often than chance makes them.
Bytes made_frames(Script& script) {
  constexpr net::WebSocketMask kMask = {std::byte{1}, std::byte{2}, std::byte{4}, std::byte{8}};
  constexpr std::uint8_t kOpcodes[] = {0, 0, 2, 2, 8, 9, 10, 1};
  Bytes wire;
  while (!script.empty()) {
    const std::uint8_t shape = script.byte();
    const ByteView payload = script.some_bytes();
    net::append_websocket_header(
        {.opcode = static_cast<net::WebSocketOpcode>(kOpcodes[shape & 7U]),
         .last = (shape & 8U) != 0,
         .payload_bytes = payload.size() + ((shape & 0xF0U) == 0xF0U ? 70'000U : 0U),
         .mask = (shape & 0x70U) == 0x70U ? std::nullopt : std::optional(kMask)},
        wire);
    const std::size_t begin = wire.size();
    append(wire, payload);
    net::apply_websocket_mask(std::span(wire).subspan(begin), kMask, 0);
  }
  return wire;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const ByteView rest(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  switch (data[0] % 3U) {
    case 0:
      check_head(rest, data[1]);
      break;
    case 1:
      check_frames(rest, data[1]);
      break;
    default: {
      Script script(rest);
      check_frames(made_frames(script), data[1]);
      break;
    }
  }
  return 0;
}

}  // namespace godwit::fuzz
