// The order in which a node starts and ends. Whatever feeds others ends before them.

#include <memory>

#include "broker/app/node.h"

namespace godwit::app {

void Node::start() {
  started_ = true;
  // Whoever is asked runs before whoever asks.
  pool_.start();
  for (const std::unique_ptr<IoShare>& share : shares_) {
    share->thread().start();
  }
  if (config_.sys_interval_seconds > 0) {
    publish_sys_topics();
  }
  service_.start();
  if (http_ != nullptr) {
    http_->start();
  }
  listeners_.start();
  operations_->set_phase(NodeOperations::Phase::kReady);
}

void Node::stop() {
  if (!started_) {
    return;
  }
  started_ = false;
  // 1. Load balancers look elsewhere (/readyz is 503), nobody new is let in.
  operations_->set_phase(NodeOperations::Phase::kStopping);
  listeners_.close();
  // 2. All fronts at once: wills go out, clients are told 0x8B, what they are owed is written.
  for (const std::unique_ptr<IoShare>& share : shares_) {
    share->thread().begin_stop();
  }
  for (const std::unique_ptr<IoShare>& share : shares_) {
    share->thread().join();
  }
  // 3. Nobody asks for passwords any more; late answers went to mailboxes that still exist.
  pool_.stop();
  // 4. Health and a second signal were served until here.
  service_.stop();
}

Node::~Node() {
  stop();
  service_.stop();  // Of a node that was never started, too.
}

}  // namespace godwit::app
