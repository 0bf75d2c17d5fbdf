// The packet identifiers of QoS 2 messages that were received and not yet released
// (MQTT-4.3.3-10). Small and sorted: clients count upwards, so adding and removing touch the ends.
//
// Bounded by its keeper: receive_maximum on each connection of a 5.0 client, and by the 65,535 ids
// there are.
#pragma once

#include <cstddef>

#include "base/thin_vector.h"
#include "broker/mqtt/types.h"

namespace godwit::session {

class PacketIdSet {
 public:
  // False if it was there.
  bool insert(mqtt::PacketId id);
  // False if it was not there.
  bool erase(mqtt::PacketId id);
  [[nodiscard]] bool contains(mqtt::PacketId id) const;
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  void clear() { ids_.clear(); }

 private:
  ThinVector<mqtt::PacketId> ids_;
};

}  // namespace godwit::session
