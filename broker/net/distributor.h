// Hands accepted sockets to the I/O threads.
//
// Owner: the application. Thread: the service thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "broker/net/io_mail.h"

namespace godwit::net {

// Which thread gets the next connection. A policy of its own, because small loads are cheaper on
// one thread, and tests want to choose.
class Placement {
 public:
  virtual ~Placement() = default;
  // Below `thread_count`.
  [[nodiscard]] virtual std::size_t next(std::size_t thread_count) = 0;
};

class RoundRobin final : public Placement {
 public:
  [[nodiscard]] std::size_t next(std::size_t thread_count) override {
    return turn_++ % thread_count;
  }

 private:
  std::size_t turn_ = 0;
};

class Distributor {
 public:
  // Mailboxes by thread, at least one; all outlive the distributor.
  Distributor(std::vector<IoMailbox*> mailboxes, Placement& placement)
      : mailboxes_(std::move(mailboxes)), placement_(placement) {}

  // False, with `fresh` untouched, if the mailbox of the chosen thread is full: try again later.
  [[nodiscard]] bool place(NewSocket& fresh) {
    IoMail item(std::move(fresh));
    if (mailboxes_[placement_.next(mailboxes_.size())]->post(item)) {
      return true;
    }
    fresh = std::move(std::get<NewSocket>(item));
    return false;
  }

 private:
  const std::vector<IoMailbox*> mailboxes_;
  Placement& placement_;
};

}  // namespace godwit::net
