#include "broker/front/mailroom.h"

#include <cstring>
#include <optional>

#include "base/check.h"
#include "broker/mqtt/encoder.h"
#include "broker/mqtt/frame.h"

namespace godwit::front {
namespace {

// In front of each record's packet. Memory of one process: no byte order to agree on.
struct RecordHead {
  std::int64_t received_ns;
  std::uint32_t tenant;
  std::uint32_t packet_size;
  bool deliver;
  bool retain;
};

// Between fronts nothing is hostile and nothing is limited: it was checked when it came in.
mqtt::DecodeContext trusted_context() {
  mqtt::DecodeContext context;
  context.version = mqtt::ProtocolVersion::k5_0;
  context.sender = mqtt::Sender::kServer;
  context.limits.maximum_packet_size = mqtt::kPacketSizeCeiling;
  context.limits.topic_levels_max = UINT16_MAX;
  context.limits.user_properties_max = UINT16_MAX;
  return context;
}

}  // namespace

void append_record(const MailedPublish& mailed, Bytes& records) {
  const std::size_t start = records.size();
  records.resize(start + sizeof(RecordHead));
  mqtt::Publish packet = mailed.publish;
  packet.topic_alias = 0;
  if (packet.qos != mqtt::Qos::kAtMostOnce) {
    packet.packet_id = mqtt::PacketId(1);
  }
  mqtt::encode(packet, mqtt::ProtocolVersion::k5_0, records);
  const RecordHead head{
      .received_ns = mailed.received.time_since_epoch().count(),
      .tenant = mailed.tenant.value(),
      .packet_size = static_cast<std::uint32_t>(records.size() - start - sizeof(RecordHead)),
      .deliver = mailed.deliver,
      .retain = mailed.retain};
  std::memcpy(records.data() + start, &head, sizeof head);
}

bool RecordWalk::next(MailedPublish& mailed) {
  if (rest_.empty()) {
    return false;
  }
  RecordHead head{};
  CHECK(rest_.size() >= sizeof head);
  std::memcpy(&head, rest_.data(), sizeof head);
  const auto frame =
      mqtt::next_frame(rest_.subspan(sizeof head, head.packet_size), mqtt::kPacketSizeCeiling);
  CHECK(frame && *frame);
  const auto publish = mqtt::decode_publish(**frame, trusted_context());
  CHECK(publish);
  mailed = {.tenant = TenantId(head.tenant),
            .deliver = head.deliver,
            .retain = head.retain,
            .received = Instant(Duration(head.received_ns)),
            .publish = *publish};
  rest_ = rest_.subspan(sizeof head + head.packet_size);
  return true;
}

}  // namespace godwit::front
