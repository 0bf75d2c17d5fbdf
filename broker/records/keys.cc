#include "broker/records/keys.h"

#include "base/big_endian.h"
#include "base/check.h"

namespace godwit::records {
namespace {

constexpr std::size_t kPrefixBytes = 6;
constexpr std::uint64_t kShardKind = 1;
constexpr std::uint64_t kNodeKind = 2;

void put_destination(Bytes& to, const Destination& destination) {
  if (const auto* shard = std::get_if<ShardId>(&destination)) {
    put_big_endian(to, kShardKind, 1);
    put_big_endian(to, shard->value(), 8);
  } else {
    put_big_endian(to, kNodeKind, 1);
    put_big_endian(to, std::get<NodeId>(destination).value(), 8);
  }
}

// Behind prefix and letter, and so many bytes more.
BigEndianReader behind_letter(ByteView key, std::size_t skipped = 0) {
  CHECK(key.size() > kPrefixBytes + skipped);
  return BigEndianReader(key.subspan(kPrefixBytes + 1 + skipped));
}

// The number at `place` of the numbers behind the letter, each of 8 bytes.
std::uint64_t number_of(ByteView key, std::size_t place) {
  BigEndianReader reader = behind_letter(key, place * 8);
  const std::uint64_t number = reader.number(8);
  CHECK(reader.ok());
  return number;
}

}  // namespace

Keys::Keys(ShardId shard, std::uint32_t generation) {
  put_big_endian(prefix_, shard.value(), 2);
  put_big_endian(prefix_, generation, 4);
}

Bytes Keys::of(char letter) const {
  Bytes key;
  key.reserve(prefix_.size() + 17);
  append(key, prefix_);
  key.push_back(static_cast<std::byte>(letter));
  return key;
}

Bytes Keys::of(char letter, std::uint64_t number) const {
  Bytes key = of(letter);
  put_big_endian(key, number, 8);
  return key;
}

Bytes Keys::counters() const { return of('c'); }
Bytes Keys::attachments() const { return of('a'); }
Bytes Keys::attachment(Attachment attachment) const { return of('a', attachment.value()); }
Bytes Keys::lanes() const { return of('l'); }
Bytes Keys::destinations() const { return of('d'); }
Bytes Keys::outbox() const { return of('o'); }
Bytes Keys::due_wills() const { return of('v'); }
Bytes Keys::due_will(WillNumber will) const { return of('v', will.value()); }
Bytes Keys::sessions() const { return of('s'); }
Bytes Keys::session(SessionNumber session) const { return of('s', session.value()); }
Bytes Keys::all_subscriptions() const { return of('f'); }
Bytes Keys::subscriptions(SessionNumber session) const { return of('f', session.value()); }
Bytes Keys::pages(SessionNumber session) const { return of('q', session.value()); }
Bytes Keys::all_windows() const { return of('w'); }
Bytes Keys::window(SessionNumber session) const { return of('w', session.value()); }
Bytes Keys::all_received_qos2() const { return of('i'); }
Bytes Keys::received_qos2(SessionNumber session) const { return of('i', session.value()); }
Bytes Keys::bodies(BlockNumber block) const { return of('b', block.value()); }
Bytes Keys::counts(BlockNumber block) const { return of('n', block.value()); }

Bytes Keys::lane(const LaneId& lane) const {
  Bytes key = of('l');
  append(key, lane.bytes);
  return key;
}

Bytes Keys::destination(const Destination& destination) const {
  Bytes key = of('d');
  put_destination(key, destination);
  return key;
}

Bytes Keys::outbox(const Destination& destination, LaneSequence sequence) const {
  Bytes key = of('o');
  put_destination(key, destination);
  put_big_endian(key, sequence.value(), 8);
  return key;
}

Bytes Keys::subscription(SessionNumber session, std::string_view filter) const {
  Bytes key = subscriptions(session);
  append(key, as_bytes(filter));
  return key;
}

Bytes Keys::page(SessionNumber session, QueueSequence first) const {
  Bytes key = pages(session);
  put_big_endian(key, first.value(), 8);
  return key;
}

Bytes Keys::window(SessionNumber session, QueueSequence sequence) const {
  Bytes key = window(session);
  put_big_endian(key, sequence.value(), 8);
  return key;
}

Bytes Keys::received_qos2(SessionNumber session, mqtt::PacketId packet_id) const {
  Bytes key = received_qos2(session);
  put_big_endian(key, packet_id.value(), 2);
  return key;
}

Bytes Keys::retained(TenantId tenant, std::string_view topic) const {
  Bytes key = prefix_;
  put_big_endian(key, tenant.value(), 4);
  append(key, as_bytes(topic));
  return key;
}

Attachment attachment_of(ByteView key) { return Attachment(number_of(key, 0)); }
WillNumber will_of(ByteView key) { return WillNumber(number_of(key, 0)); }
SessionNumber session_of(ByteView key) { return SessionNumber(number_of(key, 0)); }
QueueSequence sequence_of(ByteView key) { return QueueSequence(number_of(key, 1)); }

LaneId lane_of(ByteView key) {
  LaneId lane;
  const ByteView bytes = behind_letter(key).run(lane.bytes.size());
  CHECK(bytes.size() == lane.bytes.size());
  std::copy(bytes.begin(), bytes.end(), lane.bytes.begin());
  return lane;
}

Destination destination_of(ByteView key) {
  BigEndianReader reader = behind_letter(key);
  const std::uint64_t kind = reader.number(1);
  const std::uint64_t id = reader.number(8);
  CHECK(reader.ok() && (kind == kNodeKind || (kind == kShardKind && id <= UINT16_MAX)));
  return kind == kShardKind ? Destination(ShardId(static_cast<std::uint16_t>(id)))
                            : Destination(NodeId(id));
}

LaneSequence outbox_sequence_of(ByteView key) {
  BigEndianReader reader = behind_letter(key, 9);
  const LaneSequence sequence(reader.number(8));
  CHECK(reader.ok());
  return sequence;
}

std::string_view filter_of(ByteView key) {
  BigEndianReader reader = behind_letter(key, 8);
  return as_text(reader.run(reader.left()));
}

mqtt::PacketId packet_id_of(ByteView key) {
  BigEndianReader reader = behind_letter(key, 8);
  const mqtt::PacketId packet_id(static_cast<std::uint16_t>(reader.number(2)));
  CHECK(reader.ok());
  return packet_id;
}

TenantId tenant_of(ByteView key) {
  CHECK(key.size() >= kPrefixBytes + 4);
  BigEndianReader reader(key.subspan(kPrefixBytes));
  return TenantId(static_cast<std::uint32_t>(reader.number(4)));
}

std::string_view topic_of(ByteView key) {
  CHECK(key.size() >= kPrefixBytes + 4);
  return as_text(key.subspan(kPrefixBytes + 4));
}

}  // namespace godwit::records
