#include "broker/session/packet_id_set.h"

#include <algorithm>

namespace godwit::session {

bool PacketIdSet::insert(mqtt::PacketId id) {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at != ids_.end() && *at == id) {
    return false;
  }
  ids_.insert(at, id);
  return true;
}

bool PacketIdSet::erase(mqtt::PacketId id) {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at == ids_.end() || *at != id) {
    return false;
  }
  ids_.erase(at);
  return true;
}

bool PacketIdSet::contains(mqtt::PacketId id) const {
  return std::binary_search(ids_.begin(), ids_.end(), id);
}

}  // namespace godwit::session
