#include "tests/unit/net/test_transforms.h"

namespace godwit::net::test {

Transform::Inbound FrameTransform::inbound(std::span<std::byte> input,
                                           std::span<std::byte> /*scratch*/, Bytes& reply) {
  // Simple rather than fast: all input goes through what is kept.
  append(kept_, input);
  unmasked_.clear();
  Inbound result;
  while (!kept_.empty()) {
    const auto size = std::to_integer<std::size_t>(kept_[0]);
    if (size == 0) {
      result.state = StreamState::kClosed;
      break;
    }
    if (kept_.size() < 1 + size) {
      break;
    }
    Bytes payload(kept_.begin() + 1, kept_.begin() + 1 + static_cast<std::ptrdiff_t>(size));
    kept_.erase(kept_.begin(), kept_.begin() + 1 + static_cast<std::ptrdiff_t>(size));
    for (std::byte& byte : payload) {
      byte ^= kMask;
    }
    if (payload[0] == static_cast<std::byte>('?')) {
      payload[0] = static_cast<std::byte>('!');
      const ByteView answer(payload);
      outbound({&answer, 1}, reply);
    } else {
      append(unmasked_, payload);
    }
  }
  result.output = unmasked_;
  return result;
}

void FrameTransform::outbound(std::span<const ByteView> input, Bytes& output) {
  for (ByteView chunk : input) {
    while (!chunk.empty()) {
      const ByteView part = chunk.first(std::min(chunk.size(), kFrameMax));
      output.push_back(static_cast<std::byte>(part.size()));
      for (const std::byte byte : part) {
        output.push_back(byte ^ kMask);
      }
      chunk = chunk.subspan(part.size());
    }
  }
}

Bytes FrameTransform::frame(std::string_view text) {
  Bytes bytes;
  const ByteView chunk = as_bytes(text);
  FrameTransform().outbound({&chunk, 1}, bytes);
  return bytes;
}

Transform::Inbound DoublingTransform::inbound(std::span<std::byte> input,
                                              std::span<std::byte> scratch, Bytes& reply) {
  append(kept_, input);
  std::size_t produced = 0;
  Inbound result;
  while (kept_.size() - kept_begin_ >= 2 && produced < scratch.size()) {
    const auto first = std::to_integer<unsigned>(kept_[kept_begin_]);
    const auto second = std::to_integer<unsigned>(kept_[kept_begin_ + 1]);
    if (second != ((first + 1) & 0xFFU)) {
      append(reply, as_bytes("alert"));
      result.state = StreamState::kFailed;
      break;
    }
    scratch[produced++] = static_cast<std::byte>(first);
    kept_begin_ += 2;
  }
  result.output = scratch.first(produced);
  result.more = result.state == StreamState::kOpen && kept_.size() - kept_begin_ >= 2;
  if (!result.more) {
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(kept_begin_));
    kept_begin_ = 0;
  }
  return result;
}

void DoublingTransform::outbound(std::span<const ByteView> input, Bytes& output) {
  for (const ByteView chunk : input) {
    append(output, doubled(chunk));
  }
}

void DoublingTransform::finish(Bytes& output) { append(output, as_bytes("bye")); }

Bytes DoublingTransform::doubled(ByteView bytes) {
  Bytes result;
  for (const std::byte byte : bytes) {
    result.push_back(byte);
    result.push_back(static_cast<std::byte>((std::to_integer<unsigned>(byte) + 1) & 0xFFU));
  }
  return result;
}

}  // namespace godwit::net::test
