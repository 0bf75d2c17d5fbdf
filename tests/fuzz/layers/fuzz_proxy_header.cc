// Any bytes where a PROXY header should be: a header is found with its last byte and not before,
// what follows comes through unchanged, and cuts make no difference.
//
// Input: the size of the pieces, then what comes from the wire.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/check.h"
#include "broker/net/proxy_header.h"
#include "broker/net/proxy_transform.h"
#include "tests/fuzz/layers/pieces.h"

namespace godwit::fuzz {
namespace {

using net::test::StreamEnd;

void check_parser(ByteView wire) {
  const auto header = net::parse_proxy_header(wire);
  if (!header) {
    CHECK(!header.error().what.empty());
    return;
  }
  if (!header->has_value()) {
    CHECK(wire.size() < net::kProxyHeaderBytesMax);
    return;
  }
  const std::size_t size = (*header)->size;
  CHECK(size > 0 && size <= wire.size() && size <= net::kProxyHeaderBytesMax);
  const auto shorter = net::parse_proxy_header(wire.first(size - 1));
  CHECK(shorter && !shorter->has_value());
  const auto alone = net::parse_proxy_header(wire.first(size));
  CHECK(alone && alone->has_value() && (*alone)->address == (*header)->address);
}

StreamEnd behind_proxy() {
  return StreamEnd(net::test::stream_of(std::make_unique<net::ProxyTransform>()), kScratchBytes);
}

void check_layer(ByteView wire, std::size_t piece) {
  StreamEnd whole = behind_proxy();
  feed_in_pieces(whole, wire, SIZE_MAX);
  StreamEnd cut = behind_proxy();
  feed_in_pieces(cut, wire, piece);
  CHECK(whole.state == cut.state && whole.received == cut.received);
  CHECK(whole.facts.address == cut.facts.address && whole.times_ready == cut.times_ready);
  const auto header = net::parse_proxy_header(wire);
  CHECK(header.has_value() == (whole.state == net::StreamState::kOpen));
  if (header && header->has_value()) {
    CHECK(whole.received.size() == wire.size() - (*header)->size && whole.times_ready == 1);
    CHECK(std::ranges::equal(whole.received, wire.subspan((*header)->size)));
  } else {
    CHECK(whole.received.empty() && whole.times_ready == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const ByteView wire(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  check_parser(wire);
  check_layer(wire, data[0]);
  return 0;
}

}  // namespace godwit::fuzz
