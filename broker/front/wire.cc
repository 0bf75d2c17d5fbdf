#include "broker/front/wire.h"

#include <array>

namespace godwit::front {

void Wire::send_ack(Connection& connection, mqtt::PacketType type, mqtt::PacketId id,
                    mqtt::ReasonCode reason) {
  // Section 3.4.2.1: reason code and properties may be left out if the code is success. 3.x has
  // neither, so one form of four bytes serves every version.
  const auto first =
      static_cast<unsigned>(type) << 4U | (type == mqtt::PacketType::kPubrel ? 0x02U : 0U);
  const std::array<std::byte, 5> packet{std::byte(first), std::byte{2}, std::byte(id.value() >> 8U),
                                        std::byte(id.value() & 0xFFU), std::byte(reason)};
  if (reason == mqtt::ReasonCode::kSuccess || !mqtt::is_v5(connection.version)) {
    append(connection, ByteView(packet).first(4));
    return;
  }
  std::array<std::byte, 5> with_reason = packet;
  with_reason[1] = std::byte{3};
  append(connection, with_reason);
}

void Wire::grew(Connection& connection, std::size_t bytes) {
  output_bytes_ += bytes;
  probe_->outbox_changed(static_cast<std::int64_t>(bytes));
  if (connection.dirty) {
    return;
  }
  connection.dirty = true;
  dirty_.push_back(connection.id.index);
}

std::byte* Wire::append(Connection& connection, ByteView bytes) {
  std::byte* const start = connection.outbox.append(slab_, bytes);
  grew(connection, bytes.size());
  return start;
}

void Wire::append_shared(Connection& connection, const SharedBytes& bytes, std::size_t offset) {
  connection.outbox.append_shared(slab_, bytes, offset);
  grew(connection, bytes.view().size() - offset);
}

void Wire::written(Connection& connection, std::size_t count) {
  connection.outbox.written(slab_, count);
  output_bytes_ -= count;
  probe_->outbox_changed(-static_cast<std::int64_t>(count));
}

void Wire::take_back_effects(ConnectionIndex index) {
  std::erase_if(effects_, [&](const Effect& effect) {
    const auto* close = std::get_if<CloseConnection>(&effect);
    const auto* hand_over = std::get_if<HandOver>(&effect);
    const auto* resume = std::get_if<ResumeInput>(&effect);
    return (close != nullptr && close->connection == index) ||
           (hand_over != nullptr && hand_over->connection == index) ||
           (resume != nullptr && resume->connection == index);
  });
}

void Wire::drop_output(Connection& connection) { written(connection, connection.outbox.size()); }

}  // namespace godwit::front
