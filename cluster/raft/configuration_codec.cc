// The bytes of a configuration: format u8 = 1, then three lists (voters, outgoing, learners), each
// a count u8 and that many members (replica u64, node u64). Numbers are big-endian.
#include "base/big_endian.h"
#include "cluster/raft/configuration.h"

namespace godwit::raft {
namespace {

constexpr std::uint64_t kFormat = 1;

void put_list(Bytes& to, const std::vector<Member>& members) {
  put_big_endian(to, members.size(), 1);
  for (const Member& member : members) {
    put_big_endian(to, member.replica.value(), 8);
    put_big_endian(to, member.node.value(), 8);
  }
}

std::vector<Member> take_list(BigEndianReader& reader) {
  std::vector<Member> members;
  for (std::uint64_t left = reader.number(1); left > 0 && reader.ok(); --left) {
    const ReplicaId replica(reader.number(8));
    members.push_back({replica, NodeId(reader.number(8))});
  }
  return members;
}

}  // namespace

Bytes Configuration::encode() const {
  Bytes bytes;
  put_big_endian(bytes, kFormat, 1);
  put_list(bytes, voters());
  put_list(bytes, outgoing());
  put_list(bytes, learners());
  return bytes;
}

Result<Configuration, ConfigurationError> Configuration::decode(ByteView bytes) {
  BigEndianReader reader(bytes);
  const bool known = reader.number(1) == kFormat;
  Parts parts;
  parts.voters = take_list(reader);
  parts.outgoing = take_list(reader);
  parts.learners = take_list(reader);
  if (!known || !reader.ok() || reader.left() > 0) {
    return fail(ConfigurationError::kBadEncoding);
  }
  return make(std::move(parts));
}

}  // namespace godwit::raft
