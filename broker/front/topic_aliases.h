// Topic Aliases of one connection (MQTT 5.0, 3.3.2.3.4): the client's own, and those that the
// broker has given it. Two tables that know nothing of each other; both end with the connection.
//
// Bounded in number (Topic Alias Maximum) and in bytes: topics may be 64 KiB long.
//
// Thread: the front's. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broker/mqtt/topic.h"

namespace godwit::front {

// What the client has named.
class InboundAliases {
 public:
  // Sets or replaces (E-044). False, and nothing is changed, if more than `bytes_max` bytes of
  // topics would be held. `alias`: 1 up to the maximum that was announced.
  [[nodiscard]] bool set(std::uint16_t alias, mqtt::TopicName topic, std::size_t bytes_max);
  // Empty if the client has not named it. Valid until the next `set`.
  [[nodiscard]] mqtt::TopicName find(std::uint16_t alias) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::vector<std::string> topics_;  // That of alias n at n - 1; empty: none.
  std::size_t bytes_ = 0;
};

// What the broker has named. First come, first served: a table that is full stays as it is, and
// other topics are sent in full (E-047).
class OutboundAliases {
 public:
  // `maximum`: the lower of the client's Topic Alias Maximum and our own.
  OutboundAliases(std::uint16_t maximum, std::size_t bytes_max)
      : maximum_(maximum), bytes_max_(bytes_max) {}

  struct Use {
    std::uint16_t alias = 0;  // 0: none to be had.
    bool known = false;       // The client has been told; else the packet must say both.
  };
  [[nodiscard]] Use look_up(mqtt::TopicName topic) const;
  // The packet that names it goes out.
  void set(mqtt::TopicName topic, std::uint16_t alias);
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  // Ordered, because publishers choose the topics and could choose colliding hashes.
  std::map<std::string, std::uint16_t, std::less<>> aliases_;
  std::uint16_t maximum_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
};

struct TopicAliases {
  // Of the broker's own.
  TopicAliases(std::uint16_t maximum, std::size_t bytes_max) : outbound(maximum, bytes_max) {}

  InboundAliases inbound;
  OutboundAliases outbound;

  [[nodiscard]] std::size_t bytes() const { return inbound.bytes() + outbound.bytes(); }
};

}  // namespace godwit::front
