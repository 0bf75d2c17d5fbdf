#include "broker/net/websocket.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace godwit::net {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
// Chunks that a packet may be spread over and still go out in one frame.
constexpr std::size_t kPiecesMax = 16;
constexpr const char* kHeadTooLarge = "the HTTP head is too large";

// Section 7.4: those that may be sent.
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// A method or a version: a client of TLS or MQTT that came to the wrong port hears of it at once.
bool may_begin_http(std::string_view head) {
  return head.empty() || (head.front() >= 'A' && head.front() <= 'Z');
}

std::array<ByteView, 1> one(ByteView bytes) { return {bytes}; }

}  // namespace

Transform::Inbound WebSocketTransform::inbound(std::span<std::byte> input,
                                               std::span<std::byte> /*scratch*/, Bytes& reply) {
  return upgraded_ ? inbound_frames(input, reply) : inbound_head(input, reply);
}

Bytes& WebSocketTransform::kept() {
  if (kept_ == nullptr) {
    kept_ = std::make_unique<Bytes>();
  }
  return *kept_;
}

Transform::Inbound WebSocketTransform::fail_head(const char* problem, Bytes& reply) {
  problem_ = problem;
  refuse_head(reply);
  return {.output = {}, .state = StreamState::kFailed};
}

Transform::Inbound WebSocketTransform::inbound_head(std::span<std::byte> input, Bytes& reply) {
  const std::size_t before = kept().size();
  append(kept(), input.first(std::min(input.size(), kHeadBytesMax - before)));
  const std::string_view seen = as_text(kept());
  if (!may_begin_http(seen)) {
    return fail_head("no HTTP, but other bytes", reply);
  }
  // The end may lie across two inputs.
  const std::size_t from = before < kHeadEnd.size() ? 0 : before - kHeadEnd.size();
  const std::size_t end = seen.find(kHeadEnd, from);
  if (end == std::string_view::npos) {
    if (seen.size() < kHeadBytesMax) {
      return {};
    }
    return fail_head(kHeadTooLarge, reply);
  }
  const std::size_t size = end + kHeadEnd.size();
  if (!take_head(seen.substr(0, size), reply)) {
    return {.output = {}, .state = StreamState::kFailed};
  }
  upgraded_ = true;
  kept_.reset();
  return inbound_frames(input.subspan(size - before), reply);
}

Transform::Inbound WebSocketTransform::inbound_frames(std::span<std::byte> input, Bytes& reply) {
  const std::span<std::byte> whole = input;
  std::size_t moved = 0;
  while (!input.empty() && state_ == StreamState::kOpen) {
    if (!in_frame_) {
      input = input.subspan(take_header(input, reply));
    }
    if (!in_frame_ || state_ != StreamState::kOpen) {
      continue;
    }
    const std::size_t count = std::min<std::uint64_t>(payload_left_, input.size());
    const std::span<std::byte> part = input.first(count);
    if (peer_masks_) {
      apply_websocket_mask(part, mask_, 0);
      std::rotate(mask_.begin(), mask_.begin() + static_cast<std::ptrdiff_t>(count % mask_.size()),
                  mask_.end());
    }
    if (opcode_ >= WebSocketOpcode::kClose) {
      append(kept(), part);
    } else if (count != 0) {
      std::memmove(whole.data() + moved, part.data(), count);
      moved += count;
    }
    payload_left_ -= count;
    input = input.subspan(count);
    if (payload_left_ == 0) {
      end_frame(reply);
    }
  }
  return {.output = whole.first(moved), .state = state_};
}

std::size_t WebSocketTransform::take_header(ByteView input, Bytes& reply) {
  // Most headers come whole. Of the others the bytes gather in `header_`.
  const std::size_t before = header_size_;
  const std::size_t copied = std::min(input.size(), header_.size() - before);
  std::memcpy(header_.data() + before, input.data(), copied);
  const auto header = parse_websocket_header(ByteView(header_).first(before + copied));
  if (!header) {
    error(header.error(), reply);
    return input.size();
  }
  if (!header->has_value()) {
    header_size_ = static_cast<std::uint8_t>(before + copied);
    return copied;
  }
  header_size_ = 0;
  begin_frame(**header, reply);
  return (*header)->size - before;
}

void WebSocketTransform::begin_frame(const WebSocketHeader& header, Bytes& reply) {
  if (header.mask.has_value() != peer_masks_) {
    error({kWebSocketProtocolError, "a frame that is masked, or not, against the rule"}, reply);
    return;
  }
  if (header.opcode == WebSocketOpcode::kText) {
    // MQTT-6.0.0-1, MQTT311-6.0.0-1.
    error({kWebSocketUnacceptable, "a text frame; MQTT needs binary ones"}, reply);
    return;
  }
  const bool goes_on = header.opcode == WebSocketOpcode::kContinuation;
  if (!header.control() && goes_on != in_message_) {
    error({kWebSocketProtocolError, "a message that begins twice or goes on from nothing"}, reply);
    return;
  }
  in_frame_ = true;
  opcode_ = header.opcode;
  last_ = header.last;
  mask_ = header.mask.value_or(WebSocketMask{});
  payload_left_ = header.payload_bytes;
  if (payload_left_ == 0) {
    end_frame(reply);
  }
}

void WebSocketTransform::end_frame(Bytes& reply) {
  in_frame_ = false;
  switch (opcode_) {
    case WebSocketOpcode::kPing:
      say(WebSocketOpcode::kPong, one(kept()), reply);
      break;
    case WebSocketOpcode::kClose:
      take_close(reply);
      break;
    case WebSocketOpcode::kPong:
      break;
    default:
      in_message_ = !last_;
      return;
  }
  kept_.reset();
}

void WebSocketTransform::take_close(Bytes& reply) {
  unsigned code = kWebSocketNormal;
  const Bytes& payload = kept();
  if (payload.size() >= 2) {
    code = std::to_integer<unsigned>(payload[0]) << 8U | std::to_integer<unsigned>(payload[1]);
  }
  if (payload.size() == 1 || !is_close_code(code)) {
    error({kWebSocketProtocolError, "a close frame with a bad code"}, reply);
    return;
  }
  say_close(static_cast<std::uint16_t>(code), reply);
  state_ = StreamState::kClosed;
}

void WebSocketTransform::error(const WebSocketError& what, Bytes& reply) {
  problem_ = what.what.data();
  state_ = StreamState::kFailed;
  say_close(what.close_code, reply);
}

void WebSocketTransform::say(WebSocketOpcode opcode, std::span<const ByteView> payload,
                             Bytes& output) {
  WebSocketHeader header{.opcode = opcode, .payload_bytes = 0, .mask = {}};
  for (const ByteView chunk : payload) {
    header.payload_bytes += chunk.size();
  }
  if (!peer_masks_) {
    header.mask = next_mask();
  }
  append_websocket_header(header, output);
  const std::size_t begin = output.size();
  for (const ByteView chunk : payload) {
    append(output, chunk);
  }
  if (header.mask) {
    apply_websocket_mask(std::span(output).subspan(begin), *header.mask, 0);
  }
}

void WebSocketTransform::say_close(std::uint16_t code, Bytes& output) {
  if (!upgraded_ || std::exchange(said_close_, true)) {
    return;
  }
  const std::array payload = {static_cast<std::byte>(code >> 8U),
                              static_cast<std::byte>(code & 0xFFU)};
  say(WebSocketOpcode::kClose, one(payload), output);
}

void WebSocketTransform::outbound(std::span<const ByteView> input, Bytes& output) {
  // Nothing follows a close frame (section 5.5.1).
  if (said_close_) {
    return;
  }
  std::array<ByteView, kPiecesMax> pieces;  // Of one frame.
  std::size_t count = 0;
  const auto say_pieces = [&] {
    say(WebSocketOpcode::kBinary, std::span(pieces).first(std::exchange(count, 0)), output);
  };
  for (ByteView chunk : input) {
    while (!chunk.empty()) {
      pieces[count] = chunk.first(outgoing_.pass(chunk));
      chunk = chunk.subspan(pieces[count].size());
      ++count;
      if (outgoing_.at_border() || count == pieces.size()) {
        say_pieces();
      }
    }
  }
  if (count != 0) {
    say_pieces();
  }
}

bool WebSocketServer::take_head(std::string_view head, Bytes& reply) {
  const auto parsed = parse_http_head(head, kHeadBytesMax);
  auto answer = parsed ? answer_upgrade(**parsed, *settings_)
                       : Result<std::string, HttpRefusal>(fail(parsed.error()));
  if (!answer) {
    append(reply, as_bytes(format_http(response_to(answer.error()), true, false)));
    return fail_with(answer.error().what);
  }
  append(reply, as_bytes(*answer));
  return true;
}

void WebSocketServer::refuse_head(Bytes& reply) {
  const bool too_large = problem() == kHeadTooLarge;
  const HttpRefusal refusal{too_large ? 431U : 400U,
                            too_large ? "the header is too large" : "HTTP is expected here"};
  append(reply, as_bytes(format_http(response_to(refusal), true, false)));
}

WebSocketClient::WebSocketClient(std::string host, std::string path, Random& random)
    : WebSocketTransform(false), host_(std::move(host)), path_(std::move(path)), random_(random) {
  for (std::size_t i = 0; i < key_.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t bits = random_.next_u64();
    std::memcpy(key_.data() + i, &bits, sizeof(bits));
  }
}

void WebSocketClient::start(Bytes& output) {
  append(output, as_bytes(upgrade_request(host_, path_, key_)));
}

bool WebSocketClient::take_head(std::string_view head, Bytes& /*reply*/) {
  const std::string_view wrong = check_upgrade_answer(head, key_);
  return wrong.empty() || fail_with(wrong);
}

void WebSocketClient::refuse_head(Bytes& /*reply*/) {}

WebSocketMask WebSocketClient::next_mask() {
  const std::uint64_t bits = random_.next_u64();
  WebSocketMask mask;
  std::memcpy(mask.data(), &bits, mask.size());
  return mask;
}

}  // namespace godwit::net
