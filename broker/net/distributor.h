// Hands accepted sockets to the I/O threads, by a placement rule and what the threads say of their
// load.
//
// Owner: the application. Thread: the service thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "broker/net/io_mail.h"
#include "broker/net/placement.h"
#include "broker/net/probe.h"

namespace godwit::net {

// An I/O thread as the distributor sees it. Both outlive the distributor.
struct IoReceiver {
  IoMailbox* mailbox;
  const IoProbe* probe;
};

class Distributor {
 public:
  // From this share of its time on a thread is busy.
  static constexpr int kBusyPercent = 70;

  // Receivers by thread, at least one.
  Distributor(std::vector<IoReceiver> receivers, const PlacementSettings& settings, Instant now);

  // False, with `fresh` untouched, if the mailbox of the chosen thread is full: try again later.
  [[nodiscard]] bool place(NewSocket& fresh);

  // Looks which threads were busy since the last look. About once a second: the span is what
  // "busy" is judged by.
  void look(Instant now);

 private:
  struct Seen {
    std::int64_t posted = 0;  // Sockets that were put into its mailbox.
    Duration worked{};        // At the last look.
  };

  const std::vector<IoReceiver> receivers_;
  Placement placement_;
  Instant looked_at_;
  // By thread.
  std::vector<Seen> seen_;
  std::vector<ThreadLoad> loads_;
};

}  // namespace godwit::net
