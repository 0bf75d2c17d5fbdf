// Retained messages by topic (section 3.3.1.3), in order, so that a wildcard subscription reads
// only the ranges that can match and a long answer can be given in slices.
//
// Pure and single-threaded: each topic has one home (by hash of tenant and topic), an I/O thread
// today and a shard later, so two publishers cannot leave two different last values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "broker/mqtt/message.h"
#include "broker/mqtt/topic.h"

namespace godwit::routing {

struct RetainedLimits {
  std::size_t messages_max = 1'000'000;
  std::size_t bytes_max = std::size_t{1} << 30U;
};

enum class RetainOutcome : std::uint8_t { kStored, kReplaced, kRemoved, kNothing, kRefused };

class RetainedStore {
 public:
  explicit RetainedStore(const RetainedLimits& limits);
  RetainedStore(RetainedStore&&) noexcept;
  RetainedStore& operator=(RetainedStore&&) noexcept;
  ~RetainedStore();

  // MQTT-3.3.1-5 to -7: replaces the message of the topic; an empty payload removes it and is
  // never kept, nor is one whose expiry interval is 0 (E-076): such a message counts as empty.
  // kRefused: a new topic over the limits; a replacement is judged by bytes only. The store is
  // then as it was.
  RetainOutcome set(TenantId tenant, mqtt::MessageRef message);

  // Whether the topic has a message, which may have expired.
  [[nodiscard]] bool contains(TenantId tenant, mqtt::TopicName topic) const;

  // Appends up to `count_max` messages whose topics match and come after `after` (empty: from the
  // start) in the store's own order. Expired ones are removed instead (E-039). `after` becomes the
  // last topic looked at; true if there may be more. Looks at no more than about 64 × `count_max`
  // entries a call, so that a slice has a bound even if little matches.
  bool read(TenantId tenant, mqtt::TopicFilter filter, Instant now, std::size_t count_max,
            std::string& after, std::vector<mqtt::MessageRef>& out);

  // Removes expired messages that nobody reads, so that they do not fill the limits (E-039): looks
  // at the next `look_max` entries, going round over the calls. Returns how many it removed.
  std::size_t remove_expired(Instant now, std::size_t look_max);

  [[nodiscard]] std::size_t size() const;
  // Sum of Message::size_bytes(); the order costs another 48 bytes a message.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace godwit::routing
