// WebSocket as a layer: frames of every shape, alone and above TLS.
#include "broker/net/websocket.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testkit/front_world.h"
#include "tests/unit/net/loopback.h"
#include "tests/unit/net/stream_pair.h"

namespace godwit::net::test {
namespace {

constexpr std::string_view kRequest =
    "GET /mqtt HTTP/1.1\r\nHost: broker:8083\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
constexpr WebSocketMask kMask = {std::byte{0x12}, std::byte{0x34}, std::byte{0x56},
                                 std::byte{0x78}};

Bytes to_bytes(std::string_view text) { return {as_bytes(text).begin(), as_bytes(text).end()}; }

// As a client sends it.
Bytes frame(WebSocketOpcode opcode, std::string_view payload, bool last = true) {
  Bytes bytes;
  append_websocket_header(
      {.opcode = opcode, .last = last, .payload_bytes = payload.size(), .mask = kMask}, bytes);
  Bytes masked = to_bytes(payload);
  apply_websocket_mask(masked, kMask, 0);
  append(bytes, masked);
  return bytes;
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string request(kRequest);
  const std::size_t at = request.find(from);
  EXPECT_NE(at, std::string::npos);
  return request.replace(at, from.size(), to);
}

class WebSocketServerTest : public testing::Test {
 protected:
  StreamEnd make_end() { return StreamEnd(stream_of(std::make_unique<WebSocketServer>(settings))); }
  // Past the handshake.
  StreamEnd upgraded() {
    StreamEnd end = make_end();
    Bytes request = to_bytes(kRequest);
    end.feed(request);
    EXPECT_TRUE(as_text(end.take_unsent()).starts_with("HTTP/1.1 101 "));
    return end;
  }
  std::string answer_to(std::string_view request) {
    StreamEnd end = make_end();
    Bytes bytes = to_bytes(request);
    end.feed(bytes);
    EXPECT_EQ(end.state, StreamState::kFailed);
    return std::string(as_text(end.take_unsent()));
  }

  std::shared_ptr<WebSocketSettings> settings = std::make_shared<WebSocketSettings>();
};

// RFC 6455, section 1.3 has this key and this answer. E-107: no extension is confirmed.
// MQTT-6.0.0-4, MQTT311-6.0.0-4: the server selects `mqtt`.
TEST_F(WebSocketServerTest, answers_the_handshake_of_the_standard) {
  StreamEnd end = make_end();
  Bytes request = to_bytes(
      replaced("Upgrade: w", "Sec-WebSocket-Extensions: permessage-deflate\r\nUpgrade: w"));
  end.feed(request);
  const std::string answer(as_text(end.take_unsent()));
  EXPECT_EQ(answer.find("Extensions"), std::string::npos);
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
            std::string::npos);
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Protocol: mqtt\r\n"), std::string::npos);
  EXPECT_TRUE(end.stream().ready());
}

// MQTT-6.0.0-3, MQTT311-6.0.0-3, E-102: a client that offers neither name is not spoken to.
TEST_F(WebSocketServerTest, takes_the_subprotocols_of_mqtt_from_any_list) {
  for (const char* const offered : {"Sec-WebSocket-Protocol: chat, mqtt",
                                    "Sec-WebSocket-Protocol: chat\r\nsec-websocket-protocol: mqtt",
                                    "Sec-WebSocket-Protocol: mqttv3.1,mqtt"}) {
    StreamEnd end = make_end();
    Bytes request = to_bytes(replaced("Sec-WebSocket-Protocol: mqtt", offered));
    end.feed(request);
    EXPECT_NE(as_text(end.take_unsent()).find("Protocol: mqtt\r\n"), std::string::npos) << offered;
  }
  StreamEnd old = make_end();
  Bytes request = to_bytes(replaced("Protocol: mqtt", "Protocol: mqttv3.1"));
  old.feed(request);
  EXPECT_NE(as_text(old.take_unsent()).find("Protocol: mqttv3.1\r\n"), std::string::npos);
  EXPECT_TRUE(answer_to(replaced("Protocol: mqtt", "Protocol: amqp")).starts_with("HTTP/1.1 400 "));
}

TEST_F(WebSocketServerTest, refuses_requests_by_their_status) {
  const struct {
    std::string request;
    const char* answer;
  } kRows[] = {
      {replaced("GET /mqtt", "GET /other"), "HTTP/1.1 404 "},
      {replaced("GET", "POST"), "HTTP/1.1 405 "},
      {replaced("GET", "HEAD"), "HTTP/1.1 400 "},
      {replaced("HTTP/1.1", "HTTP/1.0"), "HTTP/1.1 400 "},
      {replaced("HTTP/1.1", "HTTP/3.0"), "HTTP/1.1 505 "},
      {replaced("Upgrade: websocket\r\n", ""), "HTTP/1.1 426 "},
      {replaced("Connection: Upgrade", "Connection: keep-alive"), "HTTP/1.1 426 "},
      {replaced("Version: 13", "Version: 8"), "HTTP/1.1 426 "},
      {replaced("dGhlIHNhbXBsZSBub25jZQ==", "dGhl"), "HTTP/1.1 400 "},
      {replaced("dGhlIHNhbXBsZSBub25jZQ==", "*"), "HTTP/1.1 400 "},
      {replaced("Host: broker:8083\r\n", ""), "HTTP/1.1 400 "},
      {"\x16\x03\x01", "HTTP/1.1 400 "},  // TLS
      {"\x10\x0C", "HTTP/1.1 400 "},      // MQTT
      {"GET /mqtt HTTP/1.1\r\nX: " + std::string(WebSocketTransform::kHeadBytesMax, 'x'),
       "HTTP/1.1 431 "},
      {"garbage", "HTTP/1.1 400 "},
      {"GARBAGE\r\n\r\n", "HTTP/1.1 400 "},
  };
  for (const auto& [request, answer] : kRows) {
    EXPECT_TRUE(answer_to(request).starts_with(answer)) << answer_to(request);
  }
  EXPECT_NE(answer_to(replaced("Version: 13", "Version: 8")).find("Sec-WebSocket-Version: 13\r\n"),
            std::string::npos);
}

// E-107
TEST_F(WebSocketServerTest, a_query_is_not_part_of_the_path) {
  StreamEnd end = make_end();
  Bytes request = to_bytes(replaced("/mqtt", "/mqtt?token=1"));
  end.feed(request);
  EXPECT_TRUE(end.stream().ready());
}

TEST_F(WebSocketServerTest, pages_of_other_origins_are_refused_and_programs_are_not) {
  settings->origins = {"https://app.example"};
  EXPECT_TRUE(answer_to(replaced("Upgrade: w", "Origin: https://evil.example\r\nUpgrade: w"))
                  .starts_with("HTTP/1.1 403 "));
  for (const char* const origin : {"Origin: https://app.example\r\n", ""}) {
    StreamEnd end = make_end();
    Bytes request = to_bytes(replaced("Upgrade: w", origin + std::string("Upgrade: w")));
    end.feed(request);
    EXPECT_TRUE(end.stream().ready()) << origin;
  }
}

// E-103: pieces with control frames between them. E-106: lengths of 7 and 64 bits, and none at all.
// MQTT-6.0.0-2, MQTT311-6.0.0-2: frames and packets need not begin together.
TEST_F(WebSocketServerTest, frames_may_be_cut_anywhere_and_be_in_pieces) {
  Bytes wire = to_bytes(kRequest);
  append(wire, frame(WebSocketOpcode::kBinary, "one "));
  append(wire, frame(WebSocketOpcode::kBinary, "two", false));
  append(wire, frame(WebSocketOpcode::kPing, "are you there"));
  append(wire, frame(WebSocketOpcode::kContinuation, "", false));
  append(wire, frame(WebSocketOpcode::kContinuation, " three", true));
  append(wire, frame(WebSocketOpcode::kPong, "unasked"));
  append(wire, frame(WebSocketOpcode::kBinary, std::string(70'000, 'x')));
  const std::string expected = "one two three" + std::string(70'000, 'x');
  for (std::size_t cut = 0; cut <= 400; ++cut) {
    StreamEnd end = make_end();
    Bytes bytes = wire;
    end.feed(std::span(bytes).first(cut));
    end.feed(std::span(bytes).subspan(cut));
    ASSERT_EQ(as_text(end.received), expected) << cut;
    EXPECT_EQ(end.state, StreamState::kOpen);
    EXPECT_NE(as_text(end.take_unsent()).find("are you there"), std::string::npos);
  }
}

// E-104: a ping is answered with its bytes. E-106: a length of 16 bits.
TEST_F(WebSocketServerTest, bytes_may_come_one_at_a_time) {
  StreamEnd end = upgraded();
  Bytes wire = frame(WebSocketOpcode::kBinary, std::string(200, 'x'));
  append(wire, frame(WebSocketOpcode::kPing, "p"));
  append(wire, frame(WebSocketOpcode::kBinary, "y"));
  for (std::byte& byte : wire) {
    end.feed({&byte, 1});
  }
  EXPECT_EQ(as_text(end.received), std::string(200, 'x') + 'y');
  EXPECT_EQ(as_text(end.take_unsent()), "\x8A\x01p");
}

// E-105. E-106: a payload is never held, so none is too large for us; a packet may be, which is
// MQTT's to say. MQTT-6.0.0-1, MQTT311-6.0.0-1: other data frames end the connection.
TEST_F(WebSocketServerTest, what_the_standard_forbids_ends_with_its_close_code) {
  const auto raw = [](std::string_view text) { return to_bytes(text); };
  Bytes begun_twice = frame(WebSocketOpcode::kBinary, "a", false);
  append(begun_twice, frame(WebSocketOpcode::kBinary, "b"));
  const struct {
    const char* what;
    Bytes bytes;
    std::uint16_t code;
  } kRows[] = {
      {"text", frame(WebSocketOpcode::kText, "text"), 1003},
      {"not masked", raw("\x82\x01x"), 1002},
      {"a reserved bit", raw(std::string_view("\xC2\x80\0\0\0\0", 6)), 1002},
      {"an unknown opcode", raw(std::string_view("\x83\x80\0\0\0\0", 6)), 1002},
      {"an unknown control opcode", raw(std::string_view("\x8B\x80\0\0\0\0", 6)), 1002},
      {"a ping in pieces", frame(WebSocketOpcode::kPing, "p", false), 1002},
      {"a long ping", frame(WebSocketOpcode::kPing, std::string(126, 'p')), 1002},
      {"goes on from nothing", frame(WebSocketOpcode::kContinuation, "x"), 1002},
      {"begins twice", begun_twice, 1002},
      {"a length in too many bytes", raw(std::string_view("\x82\xFE\0\x7D\0\0\0\0", 8)), 1002},
      {"a length of 2^63", raw(std::string_view("\x82\xFF\x80\0\0\0\0\0\0\0\0\0\0\0", 14)), 1002},
      {"a close of one byte", frame(WebSocketOpcode::kClose, "x"), 1002},
      {"a close with a code that is never sent", frame(WebSocketOpcode::kClose, "\x03\xED"), 1002},
  };
  for (const auto& [what, bytes, code] : kRows) {
    StreamEnd end = upgraded();
    Bytes input = bytes;
    end.feed(input);
    EXPECT_EQ(end.state, StreamState::kFailed) << what;
    const Bytes said = end.take_unsent();
    ASSERT_EQ(said.size(), 4U) << what;
    EXPECT_EQ(std::to_integer<int>(said[0]), 0x88) << what;
    EXPECT_EQ((std::to_integer<unsigned>(said[2]) << 8U) | std::to_integer<unsigned>(said[3]), code)
        << what;
  }
}

// E-104
TEST_F(WebSocketServerTest, answers_a_close_and_says_no_more) {
  for (const std::string_view payload : {std::string_view(), std::string_view("\x03\xE9going")}) {
    StreamEnd end = upgraded();
    Bytes wire = frame(WebSocketOpcode::kBinary, "last");
    append(wire, frame(WebSocketOpcode::kClose, payload));
    append(wire, frame(WebSocketOpcode::kBinary, "too late"));
    end.feed(wire);
    EXPECT_EQ(as_text(end.received), "last");
    EXPECT_EQ(end.state, StreamState::kClosed);
    const std::string_view code = payload.empty() ? "\x03\xE8" : payload.substr(0, 2);
    EXPECT_EQ(as_text(end.take_unsent()), "\x88\x02" + std::string(code));
    end.send(as_bytes("more"));
    end.finish();
    EXPECT_TRUE(end.take_unsent().empty());
  }
}

// Sizes of the payloads of the frames in these bytes.
std::vector<std::size_t> frame_sizes(ByteView bytes) {
  std::vector<std::size_t> sizes;
  while (!bytes.empty()) {
    const auto header = parse_websocket_header(bytes);
    EXPECT_TRUE(header && header->has_value() && (*header)->last);
    EXPECT_EQ((*header)->opcode, WebSocketOpcode::kBinary);
    sizes.push_back((*header)->payload_bytes);
    bytes = bytes.subspan((*header)->size + sizes.back());
  }
  return sizes;
}

// Paho C finds a second packet in a frame only when more bytes come.
TEST_F(WebSocketServerTest, each_packet_goes_out_in_a_frame_of_its_own) {
  const Bytes pingresp = {std::byte{0xD0}, std::byte{0}};
  Bytes publish = {std::byte{0x30}, std::byte{0xE8}, std::byte{0x07}};
  publish.resize(3 + 1'000);
  Bytes packets;
  for (const ByteView packet :
       std::initializer_list<ByteView>{pingresp, publish, pingresp, pingresp, publish}) {
    append(packets, packet);
  }
  const std::vector<std::size_t> expected = {2, 1'003, 2, 2, 1'003};
  for (std::size_t cut = 0; cut <= packets.size(); ++cut) {
    StreamEnd end = upgraded();
    const ByteView all(packets);
    const ByteView chunks[] = {all.first(cut), all.subspan(cut)};
    EXPECT_EQ(frame_sizes(end.stream().encode(chunks, end.buffers)), expected) << cut;
  }
}

TEST_F(WebSocketServerTest, a_packet_that_a_flush_cuts_goes_on_in_the_next_frame) {
  StreamEnd end = upgraded();
  Bytes publish = {std::byte{0x30}, std::byte{0xE8}, std::byte{0x07}};
  publish.resize(3 + 1'000);
  const Bytes pingresp = {std::byte{0xD0}, std::byte{0}};
  const ByteView all(publish);
  std::vector<std::size_t> sizes;
  for (const std::size_t cut : {std::size_t{1}, std::size_t{2}, std::size_t{500}}) {
    const ByteView first[] = {all.first(cut)};
    const ByteView second[] = {all.subspan(cut), ByteView(pingresp)};
    EXPECT_EQ(frame_sizes(end.stream().encode(first, end.buffers)), std::vector{cut});
    EXPECT_EQ(frame_sizes(end.stream().encode(second, end.buffers)),
              (std::vector<std::size_t>{1'003 - cut, 2}));
  }
}

TEST_F(WebSocketServerTest, before_the_handshake_there_is_no_goodbye) {
  StreamEnd end = make_end();
  end.finish();
  EXPECT_TRUE(end.take_unsent().empty());
}

TEST_F(WebSocketServerTest, speaks_with_our_own_client) {
  testkit::CountingRandom random;
  for (const std::size_t piece : {SIZE_MAX, std::size_t{1}}) {
    StreamPair pair(stream_of(std::make_unique<WebSocketClient>("broker:8083", "/mqtt", random)),
                    stream_of(std::make_unique<WebSocketServer>(settings)));
    pair.connect(piece);
    ASSERT_TRUE(pair.client.stream().ready() && pair.server.stream().ready());
    const Bytes text = patterned_bytes(2'000);
    pair.client.send(text);
    pair.server.send(text);
    pair.carry(piece);
    EXPECT_EQ(pair.server.received, text);
    EXPECT_EQ(pair.client.received, text);
    pair.client.finish();
    pair.carry(piece);
    EXPECT_EQ(pair.server.state, StreamState::kClosed);
    EXPECT_EQ(pair.client.state, StreamState::kClosed);
  }
}

TEST(WebSocketClient, tells_what_is_wrong_with_the_answer) {
  testkit::CountingRandom random;
  const struct {
    std::string_view answer;
    std::string_view what;
  } kRows[] = {
      {"HTTP/1.1 404 Not Found\r\n\r\n", "the server does not speak WebSocket at this path"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n",
       "the server's answer is not that of a WebSocket"},
      {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: "
       "a\r\n\r\n",
       "the server's answer belongs to another request"},
  };
  for (const auto& [answer, what] : kRows) {
    StreamEnd end(stream_of(std::make_unique<WebSocketClient>("b", "/mqtt", random)));
    end.start();
    Bytes bytes = to_bytes(answer);
    end.feed(bytes);
    EXPECT_EQ(end.state, StreamState::kFailed);
    EXPECT_EQ(end.stream().failure().what, what);
  }
}

TEST(WebSocketMaskTest, masks_from_any_offset_as_byte_by_byte) {
  for (std::uint64_t offset = 0; offset < 9; ++offset) {
    for (std::size_t size = 0; size < 40; ++size) {
      const Bytes plain = patterned_bytes(size);
      Bytes masked = plain;
      apply_websocket_mask(masked, kMask, offset);
      for (std::size_t i = 0; i < size; ++i) {
        EXPECT_EQ(masked[i], plain[i] ^ kMask[(offset + i) % 4]);
      }
    }
  }
}

}  // namespace
}  // namespace godwit::net::test
