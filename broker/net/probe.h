// What happens at sockets, as events. Metrics are described in docs/operations/metrics.md.
//
// Each probe is written by one thread, unless a method says otherwise: IoProbe by its I/O thread,
// ListenerProbe by the service thread, AuthenticationProbe under the pool's lock, HttpProbe by the
// service thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/metrics.h"
#include "base/time.h"
#include "broker/net/transform.h"

namespace godwit::net {

// Why a connection was closed before it could say anything.
enum class RefusalReason : std::uint8_t {
  kLimit,   // `connections_max`.
  kFront,   // Over the memory budget, or stopping.
  kSystem,  // The kernel had no room for it.
  kCount,
};

// How a handshake of layers (PROXY, TLS, WebSocket) has ended.
enum class HandshakeOutcome : std::uint8_t {
  kDone,
  kFailed,      // What came is not what the layer speaks.
  kLate,        // It took too long.
  kCrowdedOut,  // The oldest, when there were too many.
  kCount,
};

// What an I/O thread lets others know of its load. Its counts are each true, but not all of one
// moment.
struct IoLoad {
  std::int64_t sockets = 0;        // Held now.
  std::int64_t sockets_taken = 0;  // From listeners, since the start.
  Duration worked{};               // Not waiting for something to happen, since the start.
};

class IoProbe {
 public:
  IoProbe(MetricSheet& sheet, ThreadIndex thread);

  // Thread: any.
  [[nodiscard]] IoLoad load() const {
    return {.sockets = open_->read(),
            .sockets_taken = taken_->read(),
            .worked = Duration(busy_nanoseconds_->read())};
  }

  void worked(Duration time) { busy_nanoseconds_->add(time.count()); }
  // From a listener; it may yet be refused.
  void socket_taken() { taken_->increment(); }
  void socket_opened() { open_->increment(); }
  void socket_closed() { open_->decrement(); }
  void connection_refused(RefusalReason why) {
    refused_[static_cast<std::size_t>(why)]->increment();
  }
  void received(std::size_t bytes) { received_bytes_->add(static_cast<std::int64_t>(bytes)); }
  // One call to the kernel took `bytes`.
  void flushed(std::size_t bytes) {
    flushes_->increment();
    sent_bytes_->add(static_cast<std::int64_t>(bytes));
  }
  void sent_short() { short_sends_->increment(); }
  void mailbox_was_full() { mailbox_full_->increment(); }
  void handshake_ended(HandshakeOutcome how) {
    handshakes_[static_cast<std::size_t>(how)]->increment();
  }
  // After its handshake too.
  void layer_failed(Layer layer) { layer_failures_[static_cast<std::size_t>(layer)]->increment(); }
  void closed_with_unsent_output() { cut_off_->increment(); }

 private:
  Metric* busy_nanoseconds_;
  Metric* taken_;
  Metric* open_;
  Metric* received_bytes_;
  Metric* sent_bytes_;
  Metric* flushes_;
  Metric* short_sends_;
  Metric* mailbox_full_;
  Metric* cut_off_;
  std::array<Metric*, static_cast<std::size_t>(HandshakeOutcome::kCount)> handshakes_{};
  std::array<Metric*, static_cast<std::size_t>(Layer::kCount)> layer_failures_{};
  std::array<Metric*, static_cast<std::size_t>(RefusalReason::kCount)> refused_{};
};

class ListenerProbe {
 public:
  explicit ListenerProbe(MetricSheet& sheet);

  void connection_accepted() { accepted_->increment(); }
  void connection_refused(RefusalReason why) {
    refused_[static_cast<std::size_t>(why)]->increment();
  }
  // accept() has failed for a reason that is ours: no descriptors, no memory.
  void accept_failed() { accept_errors_->increment(); }
  void mailbox_was_full() { mailbox_full_->increment(); }

 private:
  Metric* accepted_;
  Metric* accept_errors_;
  Metric* mailbox_full_;
  std::array<Metric*, static_cast<std::size_t>(RefusalReason::kCount)> refused_{};
};

class AuthenticationProbe {
 public:
  explicit AuthenticationProbe(MetricSheet& sheet);

  void queued(std::size_t waiting) { waiting_->set(static_cast<std::int64_t>(waiting)); }
  void refused_busy() { busy_->increment(); }

 private:
  Metric* waiting_;
  Metric* busy_;
};

class HttpProbe {
 public:
  explicit HttpProbe(MetricSheet& sheet);

  void answered(unsigned status) { answered_[class_of(status)]->increment(); }
  void connection_opened() { open_->increment(); }
  void connection_closed() { open_->decrement(); }
  void connection_refused() { refused_->increment(); }

 private:
  static constexpr std::size_t class_of(unsigned status) {
    return status < 300 ? 0U : status < 500 ? 1U : 2U;
  }

  Metric* open_;
  Metric* refused_;
  std::array<Metric*, 3> answered_{};
};

}  // namespace godwit::net
