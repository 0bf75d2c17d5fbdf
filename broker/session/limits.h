// Bounds of sessions and connections. Each has a name, a default, an option and a metric; all are
// documented in docs/operations/limits.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "broker/mqtt/limits.h"

namespace godwit::session {

struct SessionLimits {
  mqtt::CodecLimits codec;

  // From accept to a complete CONNECT that was answered (E-109).
  Duration connect_deadline = std::chrono::seconds(5);
  // The largest CONNECT; also all that is read before authentication.
  std::uint32_t connect_packet_size_max = 64U << 10U;
  std::uint32_t client_id_bytes_max = 1024;

  // Receive Maximum announced to 5.0 clients: unfinished QoS 1 and 2 publishes (0x93 beyond).
  std::uint16_t receive_maximum = 64;
  // Unacknowledged QoS 1 and 2 messages on the way to one client; its own Receive Maximum may be
  // lower (E-054).
  std::uint16_t send_window_max = 1'000;

  // Messages that wait for one session; the oldest is dropped when one more comes, and counted.
  std::uint32_t queue_messages_max = 10'000;
  // The same again for what is in flight to a kept session: beyond it messages queue.
  std::size_t queue_bytes_max = std::size_t{64} << 20U;
  // Bytes that wait for one socket. Beyond it QoS 0 is dropped and counted, QoS 1 and 2 queue; with
  // another maximum_packet_size of answers on top of it, no more input is read.
  std::size_t write_buffer_max = std::size_t{1} << 20U;

  std::uint32_t subscriptions_max = 10'000;
  // Session Expiry Interval that is granted, in seconds; UINT32_MAX: as asked for, for ever too.
  std::uint32_t session_expiry_seconds_max = UINT32_MAX;
};

}  // namespace godwit::session
