// Private to the room: fields that several packets share, read through a cursor that keeps the
// first error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/mqtt/cursor.h"
#include "broker/mqtt/decoder.h"
#include "broker/mqtt/property.h"
#include "broker/mqtt/topic_fault.h"

namespace godwit::mqtt {

// What one pass over a list of properties finds.
struct CheckedProperties {
  PropertiesView view;
  std::uint64_t present = 0;  // Bit n: the property with identifier n.
  std::uint16_t topic_alias = 0;
  std::optional<std::uint32_t> message_expiry_interval;

  [[nodiscard]] bool has(PropertyId id) const {
    return ((present >> static_cast<std::uint8_t>(id)) & 1U) != 0;
  }
};

// Checks the list that `list` holds from here to its end. Fills a new `checked`; after a failure it
// means nothing.
void check_properties(Cursor& list, PropertyPlace place, const DecodeContext& context,
                      CheckedProperties& checked);

// Property length and list; nothing before 5.0, which has none. Means nothing after a failure.
CheckedProperties read_properties(Cursor& cursor, PropertyPlace place,
                                  const DecodeContext& context);

// MQTT-2.1.3-1: the reserved flags of every type but PUBLISH.
void refuse_wrong_flags(Cursor& cursor, const Frame& frame, ProtocolVersion version);

// Two bytes, not 0 (MQTT-2.2.1-3).
PacketId read_packet_id(Cursor& cursor);

// One byte out of the table for the packet (annex B).
ReasonCode read_reason_code(Cursor& cursor, PacketType type, Sender sender);

// Topics that must not be empty. Those of PUBLISH may be: it looks for itself and calls
// refuse_topic.
TopicName read_topic_name(Cursor& cursor, const CodecLimits& limits, std::string_view cut_off);
TopicFilter read_topic_filter(Cursor& cursor, const CodecLimits& limits);

// `offset` is that of the text in its packet; `too_many_levels` the code for a name or a filter.
void refuse_topic(Cursor& cursor, const TopicFault& fault, std::size_t offset,
                  ReasonCode too_many_levels);

template <class T>
DecodeResult<T> finish(Cursor& cursor, const T& packet) {
  cursor.refuse_surplus();
  if (!cursor.ok()) {
    return fail(cursor.error());
  }
  return packet;
}

}  // namespace godwit::mqtt
