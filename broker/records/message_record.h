// A message as it lies in the log and in the store: what a PUBLISH says and what a delivery needs,
// without anything that differs from receiver to receiver.
//
//   flags u8       bits 0-1: QoS; 2: retain; 3: has a lifetime; 4: has a publisher; 5: has a
//   tenant;
//                  others 0
//   topic size u16, properties size u32, payload size u32
//   [tenant u32] [publisher u64] [lifetime u64, milliseconds]
//   topic, properties, payload
//
// Numbers are big-endian. Records lie one behind the other and say themselves where they end.
// Pure; thread: any.
#pragma once

#include <chrono>
#include <optional>

#include "base/big_endian.h"
#include "base/ids.h"
#include "base/result.h"
#include "broker/mqtt/packet.h"
#include "broker/records/error.h"

namespace godwit::records {

// Views; valid as long as the bytes behind them.
struct MessageRecord {
  TenantId tenant;
  mqtt::TopicName topic;
  // As received, without Topic Alias, Message Expiry Interval and Will Delay Interval.
  mqtt::PropertiesView properties;
  ByteView payload;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;
  bool retain = false;
  // The keyed hash of tenant and client id it comes from, for No Local; 0: nobody's.
  std::uint64_t publisher = 0;
  // What is left of the Message Expiry Interval, from the time of the entry on (P-14).
  std::optional<std::chrono::milliseconds> lifetime;
};

void append_record(Bytes& to, const MessageRecord& message);

// Takes one from the front. Topic and properties were checked before they were written.
[[nodiscard]] Result<MessageRecord, RecordError> take_record(BigEndianReader& from);

}  // namespace godwit::records
