// Annex A of the conformance list, written down once more: what the table of the room is held
// against. And a packet for each place where properties stand.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "broker/mqtt/property.h"

namespace godwit::mqtt::test {

struct AnnexRow {
  std::uint8_t id;
  PropertyType type;
  std::string_view name;
  std::string_view from_client;  // Names of places, a space behind each.
  std::string_view from_server;
  const char* value;  // A good one, as in wire.h.
};

[[nodiscard]] std::span<const AnnexRow> annex_a();

// A packet of 5.0 around a list of properties.
struct Place {
  std::string_view name;  // "PUBLISH ", as in the columns above.
  PropertyPlace place;
  bool client_sends;
  bool server_sends;
  const char* first;   // The first byte of the packet.
  const char* before;  // What stands in front of the property length.
  const char* after;   // What stands behind the list.
};

[[nodiscard]] std::span<const Place> places();

[[nodiscard]] bool may_send(const Place& place, Sender sender);

// Whether the annex lets `sender` put the property there.
[[nodiscard]] bool is_allowed(const AnnexRow& row, const Place& place, Sender sender);

// The packet at `place` with this list; `list_at` is where the list begins.
[[nodiscard]] Bytes with_list(const Place& place, ByteView list, std::size_t& list_at);

// The property alone. What the standard wants beside it stands in `company`: a method beside
// authentication data, and in every AUTH.
[[nodiscard]] Bytes property_bytes(const AnnexRow& row);
[[nodiscard]] Bytes company(const AnnexRow& row, const Place& place);

}  // namespace godwit::mqtt::test
