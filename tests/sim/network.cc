#include "tests/sim/network.h"

#include <algorithm>
#include <utility>

namespace godwit::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Network::Network(const Plan& plan, Scheduler& scheduler, Chance& chance)
    : plan_(plan),
      scheduler_(scheduler),
      chance_(chance),
      nodes_(plan.nodes),
      links_(std::size_t{plan.nodes} * plan.nodes) {}

void Network::connect(Deliver deliver, Undelivered undelivered) {
  deliver_ = std::move(deliver);
  undelivered_ = std::move(undelivered);
}

std::optional<Duration> Network::journey(NodeIndex from, NodeIndex to) {
  const Link& path = link(from, to);
  if (path.cut || (!healed_ && chance_.permyriad(plan_.loss_permyriad))) {
    return std::nullopt;
  }
  const Duration longest = healed_ ? Duration(milliseconds(2)) : plan_.network_delay_max;
  Duration delay = chance_.between(Duration(microseconds(50)), longest);
  if (path.clogged_until > scheduler_.now()) {
    delay += path.clogged_until - scheduler_.now();
  }
  return delay;
}

void Network::send(NodeIndex from, NodeIndex to, const replica::Frame& frame) {
  const bool twice = !healed_ && chance_.permyriad(plan_.duplicate_permyriad);
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    if (const auto delay = journey(from, to)) {
      scheduler_.after(*delay, [this, from, to, frame] { deliver_(from, to, frame); });
    } else if (copy == 0 && chance_.one_in(2)) {
      // Streams notice some losses, and only some.
      scheduler_.after(milliseconds(chance_.between(1, 20)),
                       [this, from, to] { undelivered_(from, to); });
    }
  }
}

void Network::heal_all() {
  healed_ = true;
  std::fill(links_.begin(), links_.end(), Link{});
}

}  // namespace godwit::sim
