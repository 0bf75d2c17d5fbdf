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

  // The longest keep alive that is granted, in seconds; 5.0 clients are told (Server Keep Alive).
  // 0: as asked for. Without a bound a client may ask for none.
  std::uint16_t keep_alive_seconds_max = 0;

  // Receive Maximum announced to 5.0 clients: unfinished QoS 1 and 2 publishes (0x93 beyond).
  std::uint16_t receive_maximum = 64;
  // Unacknowledged QoS 1 and 2 messages on the way to one client; its own Receive Maximum may be
  // lower (E-054).
  std::uint16_t send_window_max = 1'000;

  // Topic Alias Maximum announced to 5.0 clients (0x94 beyond), and the most that one is given of
  // our own; its own maximum may be lower. 0: none.
  std::uint16_t topic_alias_maximum = 32;
  // Bytes of the topics behind the aliases of one connection, in each direction: 0x97 beyond; our
  // own topics are sent in full.
  std::size_t topic_alias_bytes_max = std::size_t{64} << 10U;

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
