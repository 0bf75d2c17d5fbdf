#include "broker/net/proxy_transform.h"

#include <algorithm>
#include <utility>

#include "broker/net/proxy_header.h"

namespace godwit::net {

Transform::Inbound ProxyTransform::inbound(std::span<std::byte> input,
                                           std::span<std::byte> /*scratch*/, Bytes& /*reply*/) {
  if (done_) {
    return {.output = input};
  }
  const std::size_t before = kept_.size();
  // Input behind a header stays where it is: only what may belong to one is copied.
  append(kept_, input.first(std::min(input.size(), kProxyHeaderBytesMax - before)));
  auto header = parse_proxy_header(kept_);
  if (!header) {
    problem_ = header.error().what;
    return {.output = {}, .state = StreamState::kFailed};
  }
  if (!header->has_value()) {
    return {};
  }
  address_ = std::move((*header)->address);
  done_ = true;
  Bytes().swap(kept_);
  return {.output = input.subspan((*header)->size - before)};
}

void ProxyTransform::outbound(std::span<const ByteView> input, Bytes& output) {
  for (const ByteView chunk : input) {
    append(output, chunk);
  }
}

}  // namespace godwit::net
