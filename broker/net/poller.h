// Our own small poller: epoll, level-triggered, one eventfd as the bell of the thread's mailbox,
// and one timerfd as its alarm clock.
//
// Not Asio's reactor: that one re-arms with epoll_ctl on every wait and has no hook at the end of a
// turn, which costs 5 system calls a message instead of 3 and 518 bytes an idle connection instead
// of 107 (docs/adr, own poller).
//
// Owner: the I/O thread; every call is its own, except Waker::wake, which is any thread's.
// Errors: `add` may fail for want of kernel memory; everything else that fails is a bug of ours.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/mailbox.h"
#include "base/time.h"

namespace godwit::net {

// What a descriptor waits for. A hang-up is reported in any case.
enum class Interest : std::uint8_t { kNone = 0, kRead = 1, kWrite = 2, kReadWrite = 3 };

class Poller {
 public:
  struct Event {
    std::uint32_t key;  // As given to `add`.
    bool readable;
    bool writable;
    bool hung_up;  // Both directions are closed, or the socket has failed.
  };
  struct Wait {
    std::span<const Event> events;  // Valid until the next wait.
    bool rung = false;              // The bell was rung since the last wait.
    bool alarm = false;             // What `set_alarm` asked for last has come.
  };

  // Events of one wait; what is ready beyond it comes with the next.
  static constexpr std::size_t kEventsMax = 256;
  // Keys are lower.
  static constexpr std::uint32_t kReservedKeys = UINT32_MAX - 1;

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // False if the kernel has no room for it. The descriptor leaves by being closed, or by `remove`.
  [[nodiscard]] bool add(int descriptor, std::uint32_t key, Interest interest);
  void change(int descriptor, std::uint32_t key, Interest interest);
  // For a descriptor that lives on elsewhere.
  void remove(int descriptor);

  // Sleeps until something is ready, the bell or the alarm rings, or `timeout` is over (rounded up
  // to milliseconds). Zero looks only; Duration::max() waits for ever.
  [[nodiscard]] Wait wait(Duration timeout);
  // The alarm rings once, `after` from now (more than zero), in a wait; the one before is taken
  // back. A thread whose next deadline stays the same from turn to turn sets it once and waits for
  // ever, which spares the kernel a timer each wait: half a microsecond to two.
  void set_alarm(Duration after);

  // Rings the bell of this poller's thread. Lives as long as the poller.
  [[nodiscard]] Waker& waker();

 private:
  class Bell;
  struct Buffers;

  int epoll_ = -1;
  int alarm_ = -1;
  std::unique_ptr<Bell> bell_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace godwit::net
