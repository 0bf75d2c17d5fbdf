#include "broker/net/distributor.h"

#include <algorithm>
#include <utility>

namespace godwit::net {

Distributor::Distributor(std::vector<IoReceiver> receivers, const PlacementSettings& settings,
                         Instant now)
    : receivers_(std::move(receivers)),
      placement_(settings),
      looked_at_(now),
      seen_(receivers_.size()),
      loads_(receivers_.size()) {}

bool Distributor::place(NewSocket& fresh) {
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    const IoLoad load = receivers_[i].probe->load();
    // The counts of a running thread are not of one moment, so a sum may be off by a few.
    const std::int64_t under_way = seen_[i].posted - load.sockets_taken;
    loads_[i].connections =
        static_cast<std::size_t>(std::max<std::int64_t>(0, load.sockets + under_way));
  }
  const std::size_t to = placement_.next(loads_);
  IoMail item(std::move(fresh));
  if (!receivers_[to].mailbox->post(item)) {
    fresh = std::move(std::get<NewSocket>(item));
    return false;
  }
  ++seen_[to].posted;
  return true;
}

void Distributor::look(Instant now) {
  const Duration span = now - looked_at_;
  if (span <= Duration::zero()) {
    return;
  }
  looked_at_ = now;
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    const Duration worked = receivers_[i].probe->load().worked;
    loads_[i].busy = (worked - seen_[i].worked) * 100 >= span * kBusyPercent;
    seen_[i].worked = worked;
  }
}

}  // namespace godwit::net
