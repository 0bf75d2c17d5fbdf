#include "tests/bench/load/websocket_layer.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <optional>
#include <span>

#include "tests/bench/load/random.h"

namespace godwit::bench {
namespace {

constexpr std::string_view kPath = "/mqtt";
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kBlankLine = "\r\n\r\n";
constexpr std::size_t kAnswerBytesMax = 8192;
constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kSha1Bytes = 20;

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kOpcodeBits = 0x0F;
constexpr std::uint8_t kControlBit = 0x08;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint8_t kLengthOf16Bits = 126;
constexpr std::uint8_t kLengthOf64Bits = 127;

std::string base64(Bytes bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends with a zero.
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The value of the header field with that lower-case name.
std::optional<std::string_view> field_of(std::string_view answer, std::string_view name) {
  std::size_t at = answer.find("\r\n");
  while (at != std::string_view::npos) {
    const std::size_t begin = at + 2;
    at = answer.find("\r\n", begin);
    const std::string_view line = answer.substr(begin, at - begin);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && lower(line.substr(0, colon)) == name) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return std::nullopt;
}

// Eight bytes at a time; the compiler makes it wider still.
void mask_in_place(std::span<std::uint8_t> payload, std::uint32_t key) {
  const std::uint64_t wide = (static_cast<std::uint64_t>(key) << 32) | key;
  std::size_t at = 0;
  for (; at + sizeof wide <= payload.size(); at += sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload.data() + at, sizeof word);
    word ^= wide;
    std::memcpy(payload.data() + at, &word, sizeof word);
  }
  std::array<std::uint8_t, sizeof key> bytes{};
  std::memcpy(bytes.data(), &key, sizeof key);
  for (; at < payload.size(); ++at) {
    payload[at] ^= bytes[at % sizeof key];
  }
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<unsigned char, kSha1Bytes> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64(Bytes(digest.data(), size));
}

// ---- Handshake

WebSocketLayer::WebSocketLayer(std::string host, std::uint64_t seed)
    : host_(std::move(host)), mask_state_(seed) {
  Random random(seed);
  std::array<std::uint8_t, kKeyBytes> key{};
  for (std::uint8_t& each : key) {
    each = static_cast<std::uint8_t>(random.next());
  }
  key_ = base64(key);
}

bool WebSocketLayer::connected(Buffer& below) {
  std::string request = "GET " + std::string(kPath) + " HTTP/1.1\r\nHost: " + host_;
  request += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key_;
  request += "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt";
  request += kBlankLine;
  below.insert(below.end(), request.begin(), request.end());
  return true;
}

bool WebSocketLayer::read_answer(Bytes& input) {
  // The blank line may begin in what came before.
  const std::size_t before = answer_.size();
  answer_.append(input.begin(), input.end());
  const std::size_t from = before < kBlankLine.size() ? 0 : before - kBlankLine.size();
  const std::size_t end = answer_.find(kBlankLine, from);
  if (end == std::string::npos) {
    input = {};
    return answer_.size() <= kAnswerBytesMax || fail("WebSocket: the answer has no end");
  }
  input = input.subspan(end + kBlankLine.size() - before);
  answer_.resize(end);
  if (!check_answer(answer_)) {
    return false;
  }
  answer_ = {};
  set_ready();
  return true;
}

bool WebSocketLayer::check_answer(std::string_view answer) {
  const std::string_view status = answer.substr(0, answer.find("\r\n"));
  if (!status.starts_with("HTTP/1.1 101")) {
    return fail("WebSocket: answered " + std::string(status));
  }
  if (lower(field_of(answer, "upgrade").value_or("")) != "websocket" ||
      lower(field_of(answer, "connection").value_or("")).find("upgrade") == std::string::npos) {
    return fail("WebSocket: the answer does not upgrade");
  }
  if (field_of(answer, "sec-websocket-accept") != websocket_accept(key_)) {
    return fail("WebSocket: the accept is not that of our key");
  }
  if (field_of(answer, "sec-websocket-protocol") != "mqtt") {
    return fail("WebSocket: the subprotocol is not mqtt");
  }
  if (field_of(answer, "sec-websocket-extensions").has_value()) {
    return fail("WebSocket: an extension that was not asked for");
  }
  return true;
}

// ---- Frames that come

bool WebSocketLayer::decode(Bytes input, Scratch& above, Buffer& below) {
  if (!ready() && !read_answer(input)) {
    return false;
  }
  while (!input.empty()) {
    if (!read_frame(input, above, below)) {
      return false;
    }
  }
  return true;
}

bool WebSocketLayer::read_frame(Bytes& input, Scratch& above, Buffer& below) {
  if (!in_payload_) {
    if (!read_header(input)) {
      return false;
    }
    if (!in_payload_) {
      return true;  // The header goes on in what comes next.
    }
  }
  const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, input.size()));
  const Bytes part = input.first(here);
  if (opcode_ < Opcode::kClose) {
    above.append(part);
  } else {
    std::copy(part.begin(), part.end(), control_.begin() + static_cast<long>(control_size_));
    control_size_ += here;
  }
  input = input.subspan(here);
  payload_left_ -= here;
  return payload_left_ > 0 || end_frame(below);
}

bool WebSocketLayer::read_header(Bytes& input) {
  while (!input.empty()) {
    header_[header_size_++] = input.front();
    input = input.subspan(1);
    if (header_size_ < 2) {
      continue;
    }
    if ((header_[1] & kMasked) != 0) {
      return fail("WebSocket: a masked frame of the server");
    }
    const std::uint8_t length = header_[1] & kLengthBits;
    std::size_t more = 0;
    if (length >= kLengthOf16Bits) {
      more = length == kLengthOf64Bits ? 8 : 2;
    }
    if (header_size_ == 2 + more) {
      payload_left_ = more == 0 ? length : 0;
      for (std::size_t i = 2; i < header_size_; ++i) {
        payload_left_ = payload_left_ << 8 | header_[i];
      }
      header_size_ = 0;
      return begin_frame();
    }
  }
  return true;
}

bool WebSocketLayer::begin_frame() {
  const std::uint8_t first = header_[0];
  opcode_ = static_cast<Opcode>(first & kOpcodeBits);
  const bool last = (first & kFin) != 0;
  in_payload_ = true;
  control_size_ = 0;
  if ((first & kReserved) != 0) {
    return fail("WebSocket: a reserved bit is set");
  }
  if ((first & kControlBit) != 0) {
    const bool known =
        opcode_ == Opcode::kClose || opcode_ == Opcode::kPing || opcode_ == Opcode::kPong;
    const bool sound = known && last && payload_left_ <= kControlBytesMax;
    return sound || fail("WebSocket: a control frame that is none");
  }
  // MQTT-6.0.0-1: MQTT is sent in binary frames.
  const bool continues = opcode_ == Opcode::kContinuation;
  if ((!continues && opcode_ != Opcode::kBinary) || continues != in_message_) {
    return fail("WebSocket: a data frame that is not binary or out of turn");
  }
  in_message_ = !last;
  return true;
}

bool WebSocketLayer::end_frame(Buffer& below) {
  in_payload_ = false;
  const Bytes control(control_.data(), control_size_);
  if (opcode_ == Opcode::kPing) {
    append_frame(Opcode::kPong, control, below);
  }
  if (opcode_ == Opcode::kClose) {
    append_frame(Opcode::kClose, control, below);
    return fail({});
  }
  return true;
}

// ---- Frames that go

bool WebSocketLayer::encode(Bytes above, Buffer& below) {
  append_frame(Opcode::kBinary, above, below);
  return true;
}

void WebSocketLayer::append_frame(Opcode opcode, Bytes payload, Buffer& below) {
  std::array<std::uint8_t, kHeaderBytesMax> header{};
  header[0] = static_cast<std::uint8_t>(kFin | static_cast<std::uint8_t>(opcode));
  std::size_t length_bytes = 0;
  if (payload.size() < kLengthOf16Bits) {
    header[1] = static_cast<std::uint8_t>(kMasked | payload.size());
  } else {
    const bool wide = payload.size() > 0xFFFF;
    length_bytes = wide ? 8 : 2;
    header[1] = kMasked | (wide ? kLengthOf64Bits : kLengthOf16Bits);
  }
  for (std::size_t i = 0; i < length_bytes; ++i) {
    header[2 + i] = static_cast<std::uint8_t>(payload.size() >> (8 * (length_bytes - 1 - i)));
  }
  below.insert(below.end(), header.begin(), header.begin() + 2 + static_cast<long>(length_bytes));

  // Another mask each frame; a cheap one, for nobody is to be protected from it here.
  mask_state_ = mask_state_ * 6364136223846793005U + 1442695040888963407U;
  const auto key = static_cast<std::uint32_t>(mask_state_ >> 32);
  std::array<std::uint8_t, sizeof key> key_bytes{};
  std::memcpy(key_bytes.data(), &key, sizeof key);
  below.insert(below.end(), key_bytes.begin(), key_bytes.end());
  const std::size_t at = below.size();
  below.insert(below.end(), payload.begin(), payload.end());
  mask_in_place(std::span(below).subspan(at), key);
}

}  // namespace godwit::bench
