#include "broker/front/mailroom.h"

#include <cstring>
#include <optional>
#include <type_traits>

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
  std::uint32_t publisher;
  bool deliver;
  bool retain;
  bool shared;  // A ShareTarget stands behind this head.
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
  const std::size_t head_size = sizeof(RecordHead) + (mailed.share ? sizeof(ShareTarget) : 0);
  records.resize(start + head_size);
  mqtt::Publish packet = mailed.publish;
  packet.topic_alias = 0;
  if (packet.qos != mqtt::Qos::kAtMostOnce) {
    packet.packet_id = mqtt::PacketId(1);
  }
  mqtt::encode(packet, mqtt::ProtocolVersion::k5_0, records);
  const RecordHead head{
      .received_ns = mailed.received.time_since_epoch().count(),
      .tenant = mailed.tenant.value(),
      .packet_size = static_cast<std::uint32_t>(records.size() - start - head_size),
      .publisher = mailed.publisher,
      .deliver = mailed.deliver,
      .retain = mailed.retain,
      .shared = mailed.share.has_value()};
  std::memcpy(records.data() + start, &head, sizeof head);
  if (mailed.share) {
    std::memcpy(records.data() + start + sizeof head, &*mailed.share, sizeof(ShareTarget));
  }
}

bool RecordWalk::next(MailedPublish& mailed) {
  if (rest_.empty()) {
    return false;
  }
  RecordHead head{};
  CHECK(rest_.size() >= sizeof head);
  std::memcpy(&head, rest_.data(), sizeof head);
  rest_ = rest_.subspan(sizeof head);
  mailed.share.reset();
  if (head.shared) {
    CHECK(rest_.size() >= sizeof(ShareTarget));
    std::memcpy(&mailed.share.emplace(), rest_.data(), sizeof(ShareTarget));
    rest_ = rest_.subspan(sizeof(ShareTarget));
  }
  const auto frame = mqtt::next_frame(rest_.subspan(0, head.packet_size), mqtt::kPacketSizeCeiling);
  CHECK(frame && *frame);
  const auto publish = mqtt::decode_publish(**frame, trusted_context());
  CHECK(publish);
  mailed.tenant = TenantId(head.tenant);
  mailed.publisher = head.publisher;
  mailed.deliver = head.deliver;
  mailed.retain = head.retain;
  mailed.received = Instant(Duration(head.received_ns));
  mailed.publish = *publish;
  rest_ = rest_.subspan(head.packet_size);
  return true;
}

static_assert(std::is_trivially_copyable_v<ShareTarget>);

}  // namespace godwit::front
