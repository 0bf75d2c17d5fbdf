// The generator's WebSocket: the handshake and the frames at every cut of what comes.
#include "tests/bench/load/websocket_layer.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::bench {
namespace {

constexpr std::uint8_t kBinary = 0x82;
constexpr std::uint8_t kBinaryBegins = 0x02;
constexpr std::uint8_t kGoesOn = 0x00;
constexpr std::uint8_t kEnds = 0x80;
constexpr std::uint8_t kClose = 0x88;
constexpr std::uint8_t kPing = 0x89;
constexpr std::uint8_t kPong = 0x8A;

Buffer bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// A frame as a server sends it.
Buffer frame(std::uint8_t first, std::string_view payload) {
  Buffer bytes{first};
  const std::size_t size = payload.size();
  if (size < 126) {
    bytes.push_back(static_cast<std::uint8_t>(size));
  } else {
    const int wide = size > 0xFFFF ? 8 : 2;
    bytes.push_back(wide == 8 ? 127 : 126);
    for (int i = wide - 1; i >= 0; --i) {
      bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(size) >> (8 * i)));
    }
  }
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

Buffer operator+(Buffer left, const Buffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// What a client's frame holds; asserts that it is one whole masked frame.
std::string unmasked(Bytes bytes, std::uint8_t first) {
  EXPECT_GE(bytes.size(), 6U);
  EXPECT_EQ(bytes[0], first);
  EXPECT_NE(bytes[1] & 0x80, 0) << "not masked";
  std::size_t size = bytes[1] & 0x7FU;
  std::size_t at = 2;
  const std::size_t more = size < 126 ? 0 : (size == 126 ? 2 : 8);
  if (more > 0) {
    size = 0;
    for (; at < 2 + more; ++at) {
      size = size << 8 | bytes[at];
    }
  }
  EXPECT_EQ(bytes.size(), at + 4 + size);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += static_cast<char>(bytes[at + 4 + i] ^ bytes[at + i % 4]);
  }
  return text;
}

// One layer and what it said.
class Client {
 public:
  Client() { EXPECT_TRUE(layer.connected(below)); }

  [[nodiscard]] std::string key() const {
    const std::string request = text_of(below);
    const std::string name = "Sec-WebSocket-Key: ";
    const std::size_t at = request.find(name) + name.size();
    return request.substr(at, request.find("\r\n", at) - at);
  }
  [[nodiscard]] std::string answer() const {
    return "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, "
           "Upgrade\r\nSec-WebSocket-Accept: " +
           websocket_accept(key()) + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
  }
  void open() {
    ASSERT_TRUE(decode(bytes_of(answer())));
    ASSERT_TRUE(layer.ready());
    below.clear();
  }
  bool decode(Bytes input) { return layer.decode(input, above, below); }
  [[nodiscard]] std::string received() const { return text_of(above.bytes()); }

  WebSocketLayer layer{"127.0.0.1:8083", 7};
  Scratch above;
  Buffer below;
};

// ---- Handshake

TEST(WebSocketLayer, accepts_the_example_of_the_rfc) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketLayer, asks_for_mqtt_with_a_key_of_16_bytes) {
  const Client client;
  const std::string request = text_of(client.below);
  EXPECT_TRUE(request.starts_with("GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1:8083\r\n"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n"));
  EXPECT_NE(request.find("Upgrade: websocket\r\n"), std::string::npos);
  EXPECT_NE(request.find("Connection: Upgrade\r\n"), std::string::npos);
  EXPECT_NE(request.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
  EXPECT_NE(request.find("Sec-WebSocket-Protocol: mqtt\r\n"), std::string::npos);
  EXPECT_EQ(client.key().size(), 24U);
  EXPECT_TRUE(client.key().ends_with("=="));
  EXPECT_FALSE(client.layer.ready());
}

TEST(WebSocketLayer, reads_the_answer_and_what_follows_it_at_every_cut) {
  const Buffer input = bytes_of(Client().answer()) + frame(kBinary, "hello");
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    Client client;
    const Bytes all(input);
    ASSERT_TRUE(client.decode(all.first(cut))) << cut;
    EXPECT_EQ(client.layer.ready(), cut >= input.size() - 7) << cut;
    ASSERT_TRUE(client.decode(all.subspan(cut))) << cut << client.layer.problem();
    EXPECT_TRUE(client.layer.ready());
    EXPECT_EQ(client.received(), "hello");
  }
}

TEST(WebSocketLayer, refuses_an_answer_that_does_not_agree) {
  struct Row {
    std::string_view part;
    std::string_view instead;
    std::string_view problem;
  };
  constexpr std::array<Row, 7> kRows{{
      {"101 Switching", "404 Not Found", "answered HTTP/1.1 404"},
      {"HTTP/1.1", "HTTP/1.0", "answered HTTP/1.0"},
      {"WebSocket\r\n", "h2c\r\n", "does not upgrade"},
      {", Upgrade", ", close", "does not upgrade"},
      {"Accept: ", "Accept: x", "the accept"},
      {"Protocol: mqtt", "Protocol: mqttv3.1", "the subprotocol"},
      {"Protocol: mqtt", "Protocol: mqtt\r\nSec-WebSocket-Extensions: x", "an extension"},
  }};
  for (const Row& row : kRows) {
    Client client;
    std::string answer = client.answer();
    answer.replace(answer.find(row.part), row.part.size(), row.instead);
    EXPECT_FALSE(client.decode(bytes_of(answer))) << row.instead;
    EXPECT_FALSE(client.layer.ready()) << row.instead;
    EXPECT_NE(client.layer.problem().find(row.problem), std::string::npos)
        << client.layer.problem();
  }
}

TEST(WebSocketLayer, does_not_read_an_answer_without_end) {
  Client client;
  const Buffer line = bytes_of("X-More: and more, and more, and more\r\n");
  std::size_t size = 0;
  while (client.decode(line)) {
    size += line.size();
    ASSERT_LT(size, 10'000U);
  }
  EXPECT_NE(client.layer.problem(), "");
}

// ---- Frames that come

TEST(WebSocketLayer, reads_frames_of_every_length_encoding) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 200'000U}) {
    Client client;
    client.open();
    const std::string payload(size, 'x');
    EXPECT_TRUE(client.decode(frame(kBinary, payload) + frame(kBinary, "end")));
    EXPECT_EQ(client.received(), payload + "end") << size;
  }
}

TEST(WebSocketLayer, reads_fragments_with_a_ping_among_them_at_every_cut) {
  const Buffer input = frame(kBinaryBegins, "one ") + frame(kPing, "are you there") +
                       frame(kGoesOn, std::string(130, '.')) + frame(kGoesOn, "") +
                       frame(kPong, "x") + frame(kEnds, " two ") + frame(kBinary, "three");
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    Client client;
    client.open();
    const Bytes all(input);
    ASSERT_TRUE(client.decode(all.first(cut))) << cut << client.layer.problem();
    ASSERT_TRUE(client.decode(all.subspan(cut))) << cut << client.layer.problem();
    EXPECT_EQ(client.received(), "one " + std::string(130, '.') + " two three") << cut;
    EXPECT_EQ(unmasked(client.below, kPong), "are you there") << cut;
  }
}

TEST(WebSocketLayer, refuses_frames_that_no_server_may_send) {
  const std::vector<std::pair<const char*, Buffer>> rows{
      {"masked", {0x82, 0x81, 1, 2, 3, 4, 'x'}},
      {"reserved bit", frame(0xC2, "x")},
      {"text", frame(0x81, "x")},
      {"unknown opcode", frame(0x83, "x")},
      {"unknown control opcode", frame(0x8B, "x")},
      {"continuation of nothing", frame(kEnds, "x")},
      {"second message within the first", frame(kBinaryBegins, "x") + frame(kBinary, "y")},
      {"fragmented ping", frame(0x09, "x")},
      {"long ping", frame(kPing, std::string(126, 'x'))},
  };
  for (const auto& [name, input] : rows) {
    Client client;
    client.open();
    EXPECT_FALSE(client.decode(input)) << name;
    EXPECT_NE(client.layer.problem(), "") << name;
  }
}

TEST(WebSocketLayer, answers_a_close_after_what_came_before_it) {
  Client client;
  client.open();
  EXPECT_FALSE(client.decode(frame(kBinary, "last") + frame(kClose, "\x03\xE8")));
  EXPECT_EQ(client.received(), "last");
  EXPECT_EQ(unmasked(client.below, kClose), "\x03\xE8");
  EXPECT_EQ(client.layer.problem(), "") << "an orderly end is no problem";
}

// ---- Frames that go

TEST(WebSocketLayer, masks_frames_of_every_length_encoding) {
  for (const std::size_t size : {1U, 7U, 8U, 13U, 125U, 126U, 65535U, 65536U, 200'000U}) {
    Client client;
    client.open();
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) {
      payload += static_cast<char>(i * 7);
    }
    ASSERT_TRUE(client.layer.encode(bytes_of(payload), client.below));
    EXPECT_EQ(unmasked(client.below, kBinary), payload) << size;
  }
}

TEST(WebSocketLayer, takes_another_mask_for_every_frame) {
  Client client;
  client.open();
  Buffer second;
  ASSERT_TRUE(client.layer.encode(bytes_of("same"), client.below));
  ASSERT_TRUE(client.layer.encode(bytes_of("same"), second));
  EXPECT_NE(client.below, second);
}

}  // namespace
}  // namespace godwit::bench
