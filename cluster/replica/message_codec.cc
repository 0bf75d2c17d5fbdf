#include "cluster/replica/message_codec.h"

#include <array>
#include <optional>
#include <string_view>

#include "base/big_endian.h"

namespace godwit::replica {
namespace {

constexpr std::uint64_t kFormat = 1;

// --- writing -------------------------------------------------------------------------------------

class Writer {
 public:
  explicit Writer(Bytes& to) : to_(to) {}

  void u8(std::uint64_t value) { put_big_endian(to_, value, 1); }
  void u32(std::uint64_t value) { put_big_endian(to_, value, 4); }
  template <class Number>
  void u64(Number number) {
    put_big_endian(to_, number.value(), 8);
  }
  void position(raft::LogPosition position) {
    u64(position.term);
    u64(position.index);
  }
  void run(ByteView bytes) {
    u32(bytes.size());
    append(to_, bytes);
  }
  void flags(bool first, bool second = false) {
    u8(static_cast<std::uint64_t>(first) | static_cast<std::uint64_t>(second) << 1);
  }

  void operator()(const raft::VoteRequest& request) {
    position(request.last);
    flags(request.pre_vote, request.transfer);
  }
  void operator()(const raft::VoteReply& reply) { flags(reply.granted, reply.pre_vote); }
  void operator()(const raft::AppendRequest& request) {
    position(request.previous);
    u64(request.commit);
    u64(request.round);
    u32(request.entries.size());
    for (const raft::Entry& entry : request.entries) {
      position(entry.position());
      u8(static_cast<std::uint64_t>(entry.kind));
      run(entry.bytes());
    }
  }
  void operator()(const raft::AppendReply& reply) {
    u64(reply.round);
    u64(reply.matched);
    u64(reply.last);
    flags(reply.counts, reply.rejection.has_value());
    if (reply.rejection) {
      u64(reply.rejection->rejected);
      position(reply.rejection->hint);
    }
  }
  void operator()(const raft::Heartbeat& heartbeat) {
    u64(heartbeat.commit);
    u64(heartbeat.round);
  }
  void operator()(const raft::HeartbeatReply& reply) {
    u64(reply.round);
    u64(reply.received);
    u64(reply.matched);
    u64(reply.last);
    flags(reply.counts);
  }
  void operator()(const raft::InstallSnapshot& snapshot) {
    position(snapshot.meta.last);
    run(snapshot.meta.configuration.encode());
    run(snapshot.data ? ByteView(*snapshot.data) : ByteView());
  }
  void operator()(const raft::TimeoutNow& /*now*/) {}
  void operator()(const raft::Outcast& outcast) { u64(outcast.acknowledged); }

 private:
  Bytes& to_;
};

// --- reading -------------------------------------------------------------------------------------

// Reads on after a mistake, of which the first counts; what is read then is thrown away.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t u8() { return bytes_.number(1); }
  std::uint64_t u32() { return bytes_.number(4); }
  template <class Number>
  Number u64() {
    return Number(bytes_.number(8));
  }
  raft::LogIndex index() { return u64<raft::LogIndex>(); }
  raft::Round round() { return u64<raft::Round>(); }
  raft::LogPosition position() {
    const auto term = u64<raft::Term>();
    return {term, index()};
  }
  ByteView run() {
    const std::uint64_t size = u32();
    return bytes_.run(size);
  }
  // Below `end`, a power of two.
  std::uint64_t flags(std::uint64_t end) {
    const std::uint64_t value = u8();
    if (value >= end) {
      object(DecodeErrorKind::kBadFlags);
    }
    return value;
  }
  [[nodiscard]] bool ok() const { return bytes_.ok() && !error_; }
  void object(DecodeErrorKind kind) {
    if (ok()) {
      error_ = DecodeError{kind, bytes_.offset()};
    }
  }
  [[nodiscard]] std::optional<DecodeError> finish() {
    if (!bytes_.ok() && !error_) {
      return DecodeError{DecodeErrorKind::kTruncated, bytes_.offset()};
    }
    if (bytes_.left() > 0) {
      object(DecodeErrorKind::kTrailing);
    }
    return error_;
  }

 private:
  BigEndianReader bytes_;
  std::optional<DecodeError> error_;
};

raft::MessageBody read_vote_request(Reader& reader) {
  raft::VoteRequest request{.last = reader.position()};
  const std::uint64_t flags = reader.flags(4);
  request.pre_vote = (flags & 1) != 0;
  request.transfer = (flags & 2) != 0;
  return request;
}

raft::MessageBody read_vote_reply(Reader& reader) {
  const std::uint64_t flags = reader.flags(4);
  return raft::VoteReply{.granted = (flags & 1) != 0, .pre_vote = (flags & 2) != 0};
}

raft::MessageBody read_append_request(Reader& reader) {
  raft::AppendRequest request{.previous = reader.position()};
  request.commit = reader.index();
  request.round = reader.round();
  for (std::uint64_t left = reader.u32(); left > 0 && reader.ok(); --left) {
    const raft::LogPosition position = reader.position();
    const std::uint64_t kind = reader.u8();
    if (kind > static_cast<std::uint64_t>(raft::EntryKind::kConfiguration)) {
      reader.object(DecodeErrorKind::kUnknownEntryKind);
    }
    const ByteView payload = reader.run();
    request.entries.push_back({position.term, position.index, static_cast<raft::EntryKind>(kind),
                               payload.empty() ? nullptr : raft::make_payload(payload)});
  }
  return request;
}

raft::MessageBody read_append_reply(Reader& reader) {
  raft::AppendReply reply{.round = reader.round()};
  reply.matched = reader.index();
  reply.last = reader.index();
  const std::uint64_t flags = reader.flags(4);
  reply.counts = (flags & 1) != 0;
  if ((flags & 2) != 0) {
    const raft::LogIndex rejected = reader.index();
    reply.rejection = raft::AppendRejection{rejected, reader.position()};
  }
  return reply;
}

raft::MessageBody read_heartbeat(Reader& reader) {
  raft::Heartbeat heartbeat{.commit = reader.index()};
  heartbeat.round = reader.round();
  return heartbeat;
}

raft::MessageBody read_heartbeat_reply(Reader& reader) {
  raft::HeartbeatReply reply{.round = reader.round()};
  reply.received = reader.index();
  reply.matched = reader.index();
  reply.last = reader.index();
  reply.counts = reader.flags(2) != 0;
  return reply;
}

raft::MessageBody read_install_snapshot(Reader& reader) {
  raft::InstallSnapshot snapshot{.meta = {.last = reader.position()}};
  auto configuration = raft::Configuration::decode(reader.run());
  if (configuration) {
    snapshot.meta.configuration = *std::move(configuration);
  } else {
    reader.object(DecodeErrorKind::kBadConfiguration);
  }
  snapshot.data = raft::make_payload(reader.run());
  return snapshot;
}

raft::MessageBody read_timeout_now(Reader& /*reader*/) { return raft::TimeoutNow{}; }
raft::MessageBody read_outcast(Reader& reader) { return raft::Outcast{reader.index()}; }

// By the type less one, which is also the place in MessageBody.
constexpr std::array kReaders = {read_vote_request,     read_vote_reply,  read_append_request,
                                 read_append_reply,     read_heartbeat,   read_heartbeat_reply,
                                 read_install_snapshot, read_timeout_now, read_outcast};
static_assert(kReaders.size() == std::variant_size_v<raft::MessageBody>);

}  // namespace

std::string_view name_of(DecodeErrorKind kind) {
  constexpr std::array<std::string_view, 7> kNames = {
      "truncated", "trailing",           "unknown_format",   "unknown_type",
      "bad_flags", "unknown_entry_kind", "bad_configuration"};
  return kNames[static_cast<std::size_t>(kind)];
}

void encode(const raft::Message& message, Bytes& to) {
  Writer writer(to);
  writer.u8(kFormat);
  writer.u8(message.body.index() + 1);
  writer.u32(message.group.value());
  writer.u64(message.from);
  writer.u64(message.to);
  writer.u64(message.term);
  std::visit(writer, message.body);
}

Result<raft::Message, DecodeError> decode_message(ByteView bytes) {
  Reader reader(bytes);
  if (reader.u8() != kFormat) {
    reader.object(DecodeErrorKind::kUnknownFormat);
  }
  const std::uint64_t type = reader.u8();
  if (reader.ok() && (type == 0 || type > kReaders.size())) {
    reader.object(DecodeErrorKind::kUnknownType);
  }
  raft::Message message;
  message.group = raft::GroupId(static_cast<std::uint32_t>(reader.u32()));
  message.from = reader.u64<raft::ReplicaId>();
  message.to = reader.u64<raft::ReplicaId>();
  message.term = reader.u64<raft::Term>();
  if (reader.ok()) {
    message.body = kReaders[type - 1](reader);
  }
  if (const auto error = reader.finish()) {
    return fail(*error);
  }
  return message;
}

}  // namespace godwit::replica
