#include "broker/records/command_codec.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/big_endian.h"
#include "base/check.h"
#include "proto/shard/v1/commands.pb.h"

namespace godwit::records {
namespace {

namespace pb = godwit::shard::v1;

constexpr std::size_t kAckBytes = 3;

// --- writing -------------------------------------------------------------------------------------

std::string text_of(const LaneId& lane) { return std::string(as_text(lane.bytes)); }

template <class Message>
void set_owned(Message& to, const Owned& by) {
  to.set_session(by.session.value());
  to.set_epoch(by.epoch.value());
}

void set_will(pb::Will& to, Will will) {
  to.set_message(std::move(will.message));
  to.set_delay_seconds(will.delay_seconds);
}

void set_destinations(pb::Destinations& to, const Destinations& destinations) {
  for (const ShardId shard : destinations.shards) {
    to.add_shards(shard.value());
  }
  for (const NodeId node : destinations.nodes) {
    to.add_nodes(node.value());
  }
  if (destinations.retained) {
    to.set_retained_shard(destinations.retained->value());
  }
}

// Fills the command it is made with.
class Writer {
 public:
  explicit Writer(pb::Command& to) : to_(to) {}

  void operator()(const Attach& attach) {
    pb::Attach& to = *to_.mutable_attach();
    to.set_node(attach.node.value());
    to.set_process(text_of(attach.process));
  }
  void operator()(Open& open) {
    pb::Open& to = *to_.mutable_open();
    to.set_tenant(open.tenant.value());
    to.set_client_id(std::move(open.client_id));
    to.set_user_name(std::move(open.user_name));
    to.set_client_hash(open.client_hash);
    to.set_attachment(open.attachment.value());
    to.set_connection(open.connection.value());
    to.set_clean_start(open.clean_start);
    to.set_expiry_interval_seconds(open.expiry_interval_seconds);
    to.set_receive_maximum(open.receive_maximum);
    to.set_queue_messages_max(open.queue_messages_max);
    to.set_queue_bytes_max(open.queue_bytes_max);
    if (open.will) {
      set_will(*to.mutable_will(), *std::move(open.will));
    }
  }
  void operator()(const Fenced& fenced) {
    set_owned(*to_.mutable_fenced(), fenced.by);
    to_.mutable_fenced()->set_former_epoch(fenced.former_epoch.value());
  }
  void operator()(const Close& close) {
    pb::Close& to = *to_.mutable_close();
    set_owned(to, close.by);
    to.set_keeps_will(close.keeps_will);
    if (close.expiry_interval_seconds) {
      to.set_expiry_interval_seconds(*close.expiry_interval_seconds);
    }
  }
  void operator()(Subscribe& subscribe) {
    set_owned(*to_.mutable_subscribe(), subscribe.by);
    for (Subscribe::One& one : subscribe.subscriptions) {
      pb::Subscription& to = *to_.mutable_subscribe()->add_subscriptions();
      to.set_filter(std::move(one.filter));
      to.set_qos(static_cast<std::uint32_t>(one.options.qos));
      to.set_no_local(one.options.no_local);
      to.set_retain_as_published(one.options.retain_as_published);
      to.set_all_topics_allowed(one.options.all_topics_allowed);
      to.set_identifier(one.options.identifier);
    }
  }
  void operator()(Unsubscribe& unsubscribe) {
    set_owned(*to_.mutable_unsubscribe(), unsubscribe.by);
    for (std::string& filter : unsubscribe.filters) {
      to_.mutable_unsubscribe()->add_filters(std::move(filter));
    }
  }
  void operator()(PublishBatch& batch) {
    pb::PublishBatch& to = *to_.mutable_publish_batch();
    to.set_lane(text_of(batch.lane));
    to.set_first_sequence(batch.first.value());
    to.set_messages(std::move(batch.messages));
  }
  void operator()(Qos2Receive& receive) {
    pb::Qos2Receive& to = *to_.mutable_qos2_receive();
    set_owned(to, receive.by);
    to.set_packet_id(receive.packet_id.value());
    to.set_message(std::move(receive.message));
    set_destinations(*to.mutable_destinations(), receive.destinations);
  }
  void operator()(const Qos2Release& release) {
    set_owned(*to_.mutable_qos2_release(), release.by);
    to_.mutable_qos2_release()->set_packet_id(release.packet_id.value());
  }
  void operator()(const Acks& acks) {
    set_owned(*to_.mutable_acks(), acks.by);
    Bytes packed;
    packed.reserve(acks.acks.size() * kAckBytes);
    for (const Ack& ack : acks.acks) {
      put_big_endian(packed, static_cast<std::uint64_t>(ack.kind), 1);
      put_big_endian(packed, ack.packet_id.value(), 2);
    }
    to_.mutable_acks()->set_acks(packed.data(), packed.size());
  }
  void operator()(WillSet& set) {
    set_owned(*to_.mutable_will_set(), set.by);
    if (set.will) {
      set_will(*to_.mutable_will_set()->mutable_will(), *std::move(set.will));
    }
  }
  void operator()(const WillFire& fire) {
    pb::WillFire& to = *to_.mutable_will_fire();
    to.set_session(fire.session.value());
    to.set_will(fire.will.value());
    set_destinations(*to.mutable_destinations(), fire.destinations);
  }
  void operator()(const OutboxDone& done) {
    pb::OutboxDone& to = *to_.mutable_outbox_done();
    if (const auto* shard = std::get_if<ShardId>(&done.destination)) {
      to.set_shard(shard->value());
    } else {
      to.set_node(std::get<NodeId>(done.destination).value());
    }
    to.set_sequence(done.sequence.value());
  }
  void operator()(const OwnerLost& lost) {
    to_.mutable_owner_lost()->set_attachment(lost.attachment.value());
  }
  void operator()(RetainSet& set) {
    pb::RetainSet& to = *to_.mutable_retain_set();
    to.set_lane(text_of(set.lane));
    to.set_sequence(set.sequence.value());
    to.set_message(std::move(set.message));
  }
  void operator()(RetainedBatch& batch) {
    pb::RetainedBatch& to = *to_.mutable_retained_batch();
    set_owned(to, batch.by);
    to.set_filter(std::move(batch.filter));
    to.set_messages(std::move(batch.messages));
    to.set_last(batch.last);
  }

 private:
  pb::Command& to_;
};

// --- reading -------------------------------------------------------------------------------------

// Takes what a field can hold, and remembers if one held more.
class Reader {
 public:
  template <class Number>
  Number narrow(std::uint64_t value) {
    ok_ = ok_ && value <= std::numeric_limits<typename Number::rep>::max();
    return Number(static_cast<typename Number::rep>(value));
  }
  mqtt::PacketId packet_id(std::uint64_t value) {
    ok_ = ok_ && value != 0;
    return narrow<mqtt::PacketId>(value);
  }
  std::uint16_t receive_maximum(std::uint64_t value) { return packet_id(value).value(); }
  mqtt::Qos qos(std::uint32_t value) {
    ok_ = ok_ && value <= 2;
    return static_cast<mqtt::Qos>(value);
  }
  LaneId lane(const std::string& bytes) {
    LaneId lane;
    ok_ = ok_ && bytes.size() == lane.bytes.size();
    std::memcpy(lane.bytes.data(), bytes.data(), std::min(bytes.size(), lane.bytes.size()));
    return lane;
  }
  template <class Message>
  static Owned owned(const Message& from) {
    return {SessionNumber(from.session()), Epoch(from.epoch())};
  }
  static Will will(pb::Will& from) {
    return {std::move(*from.mutable_message()), from.delay_seconds()};
  }
  Destinations destinations(const pb::Destinations& from) {
    Destinations destinations;
    for (const std::uint32_t shard : from.shards()) {
      destinations.shards.push_back(narrow<ShardId>(shard));
    }
    for (const std::uint64_t node : from.nodes()) {
      destinations.nodes.emplace_back(node);
    }
    if (from.has_retained_shard()) {
      destinations.retained = narrow<ShardId>(from.retained_shard());
    }
    return destinations;
  }

  Command read(const pb::Attach& from) { return Attach{NodeId(from.node()), lane(from.process())}; }
  Command read(pb::Open& from) {
    Open open{.tenant = TenantId(from.tenant()),
              .client_id = std::move(*from.mutable_client_id()),
              .user_name = std::move(*from.mutable_user_name()),
              .client_hash = from.client_hash(),
              .attachment = Attachment(from.attachment()),
              .connection = ConnectionNumber(from.connection()),
              .clean_start = from.clean_start(),
              .expiry_interval_seconds = from.expiry_interval_seconds(),
              .receive_maximum = receive_maximum(from.receive_maximum()),
              .queue_messages_max = from.queue_messages_max(),
              .queue_bytes_max = from.queue_bytes_max()};
    if (from.has_will()) {
      open.will = will(*from.mutable_will());
    }
    return open;
  }
  Command read(const pb::Fenced& from) { return Fenced{owned(from), Epoch(from.former_epoch())}; }
  Command read(const pb::Close& from) {
    Close close{.by = owned(from), .keeps_will = from.keeps_will()};
    if (from.has_expiry_interval_seconds()) {
      close.expiry_interval_seconds = from.expiry_interval_seconds();
    }
    return close;
  }
  Command read(pb::Subscribe& from) {
    Subscribe subscribe{.by = owned(from)};
    for (pb::Subscription& one : *from.mutable_subscriptions()) {
      subscribe.subscriptions.push_back({std::move(*one.mutable_filter()),
                                         {.qos = qos(one.qos()),
                                          .no_local = one.no_local(),
                                          .retain_as_published = one.retain_as_published(),
                                          .all_topics_allowed = one.all_topics_allowed(),
                                          .identifier = one.identifier()}});
    }
    return subscribe;
  }
  Command read(pb::Unsubscribe& from) {
    Unsubscribe unsubscribe{.by = owned(from)};
    for (std::string& filter : *from.mutable_filters()) {
      unsubscribe.filters.push_back(std::move(filter));
    }
    return unsubscribe;
  }
  Command read(pb::PublishBatch& from) {
    return PublishBatch{lane(from.lane()), LaneSequence(from.first_sequence()),
                        std::move(*from.mutable_messages())};
  }
  Command read(pb::Qos2Receive& from) {
    return Qos2Receive{owned(from), packet_id(from.packet_id()), std::move(*from.mutable_message()),
                       destinations(from.destinations())};
  }
  Command read(const pb::Qos2Release& from) {
    return Qos2Release{owned(from), packet_id(from.packet_id())};
  }
  Command read(const pb::Acks& from) {
    Acks acks{.by = owned(from)};
    ok_ = ok_ && from.acks().size() % kAckBytes == 0;
    BigEndianReader packed(as_bytes(from.acks()));
    while (packed.left() >= kAckBytes) {
      const std::uint64_t kind = packed.number(1);
      ok_ = ok_ && kind >= 1 && kind <= 4;
      acks.acks.push_back({static_cast<AckKind>(kind), packet_id(packed.number(2))});
    }
    return acks;
  }
  Command read(pb::WillSet& from) {
    WillSet set{.by = owned(from)};
    if (from.has_will()) {
      set.will = will(*from.mutable_will());
    }
    return set;
  }
  Command read(const pb::WillFire& from) {
    return WillFire{SessionNumber(from.session()), WillNumber(from.will()),
                    destinations(from.destinations())};
  }
  Command read(const pb::OutboxDone& from) {
    OutboxDone done{.sequence = LaneSequence(from.sequence())};
    if (from.has_shard()) {
      done.destination = narrow<ShardId>(from.shard());
    } else {
      ok_ = ok_ && from.has_node();
      done.destination = NodeId(from.node());
    }
    return done;
  }
  Command read(const pb::OwnerLost& from) { return OwnerLost{Attachment(from.attachment())}; }
  Command read(pb::RetainSet& from) {
    return RetainSet{lane(from.lane()), LaneSequence(from.sequence()),
                     std::move(*from.mutable_message())};
  }
  Command read(pb::RetainedBatch& from) {
    return RetainedBatch{owned(from), std::move(*from.mutable_filter()),
                         std::move(*from.mutable_messages()), from.last()};
  }

  [[nodiscard]] bool ok() const { return ok_; }

 private:
  bool ok_ = true;
};

// Nothing: a command that this version does not know.
std::optional<Command> read_command(Reader& reader, pb::Command& from) {
  switch (from.command_case()) {
    case pb::Command::kAttach:
      return reader.read(from.attach());
    case pb::Command::kOpen:
      return reader.read(*from.mutable_open());
    case pb::Command::kFenced:
      return reader.read(from.fenced());
    case pb::Command::kClose:
      return reader.read(from.close());
    case pb::Command::kSubscribe:
      return reader.read(*from.mutable_subscribe());
    case pb::Command::kUnsubscribe:
      return reader.read(*from.mutable_unsubscribe());
    case pb::Command::kPublishBatch:
      return reader.read(*from.mutable_publish_batch());
    case pb::Command::kQos2Receive:
      return reader.read(*from.mutable_qos2_receive());
    case pb::Command::kQos2Release:
      return reader.read(from.qos2_release());
    case pb::Command::kAcks:
      return reader.read(from.acks());
    case pb::Command::kWillSet:
      return reader.read(*from.mutable_will_set());
    case pb::Command::kWillFire:
      return reader.read(from.will_fire());
    case pb::Command::kOutboxDone:
      return reader.read(from.outbox_done());
    case pb::Command::kOwnerLost:
      return reader.read(from.owner_lost());
    case pb::Command::kRetainSet:
      return reader.read(*from.mutable_retain_set());
    case pb::Command::kRetainedBatch:
      return reader.read(*from.mutable_retained_batch());
    case pb::Command::COMMAND_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Bytes encode(Entry entry) {
  pb::Entry to;
  to.set_time_ms(to_milliseconds(entry.time));
  for (Command& command : entry.commands) {
    std::visit(Writer(*to.add_commands()), command);
  }
  Bytes bytes(to.ByteSizeLong());
  CHECK(to.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

Result<Entry, RecordError> decode_entry(ByteView bytes) {
  pb::Entry from;
  if (bytes.size() > INT32_MAX ||
      !from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(RecordError::kMalformed);
  }
  Entry entry{.time = from_milliseconds(from.time_ms())};
  Reader reader;
  for (pb::Command& command : *from.mutable_commands()) {
    auto read = read_command(reader, command);
    if (!read) {
      return fail(RecordError::kUnknownCommand);
    }
    entry.commands.push_back(*std::move(read));
  }
  if (!reader.ok()) {
    return fail(RecordError::kMalformed);
  }
  return entry;
}

}  // namespace godwit::records
