#include "broker/net/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/check.h"

namespace godwit::net {
namespace {

constexpr std::uint32_t kBellKey = Poller::kReservedKeys;
constexpr std::uint32_t kAlarmKey = Poller::kReservedKeys + 1;

constexpr std::uint32_t bits_of(Interest interest) {
  const auto value = static_cast<std::uint8_t>(interest);
  std::uint32_t bits = 0;
  if ((value & static_cast<std::uint8_t>(Interest::kRead)) != 0) {
    bits |= EPOLLIN;
  }
  if ((value & static_cast<std::uint8_t>(Interest::kWrite)) != 0) {
    bits |= EPOLLOUT;
  }
  return bits;
}

epoll_event event_of(std::uint32_t key, std::uint32_t bits) {
  epoll_event event{};
  event.events = bits;
  event.data.u32 = key;
  return event;
}

int milliseconds(Duration timeout) {
  if (timeout <= Duration::zero()) {
    return 0;
  }
  if (timeout == Duration::max()) {
    return -1;
  }
  // Rounded up: waking early would only mean one more turn that finds nothing to do.
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return static_cast<int>(std::min<std::int64_t>(whole, INT_MAX));
}

}  // namespace

// The bell and the alarm are edge-triggered, and nothing else is: each write and each expiry rings
// once, and nobody has to read them empty, which saves a system call a hand-over. (They count to
// 2^64 - 2.)
class Poller::Bell final : public Waker {
 public:
  Bell() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(descriptor_ >= 0); }
  ~Bell() override { close(descriptor_); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void wake() override {
    const std::uint64_t one = 1;
    CHECK(write(descriptor_, &one, sizeof(one)) == sizeof(one));
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

struct Poller::Buffers {
  std::array<epoll_event, kEventsMax> raw;
  std::array<Event, kEventsMax> events;
};

Poller::Poller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      // Counts on while the machine sleeps, as the clock of the deadlines does.
      alarm_(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
      bell_(std::make_unique<Bell>()),
      buffers_(std::make_unique<Buffers>()) {
  CHECK(epoll_ >= 0 && alarm_ >= 0);
  epoll_event bell = event_of(kBellKey, EPOLLIN | EPOLLET);
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, bell_->descriptor(), &bell) == 0);
  epoll_event alarm = event_of(kAlarmKey, EPOLLIN | EPOLLET);
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, alarm_, &alarm) == 0);
}

Poller::~Poller() {
  close(alarm_);
  close(epoll_);
}

void Poller::set_alarm(Duration after) {
  DCHECK(after > Duration::zero());
  // Once in a while is early enough for the keeper of far deadlines to look again.
  constexpr Duration kLongest = std::chrono::hours(24);
  const auto whole = std::min(after, kLongest);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(whole);
  itimerspec setting{};
  setting.it_value.tv_sec = seconds.count();
  setting.it_value.tv_nsec = (whole - seconds).count();
  CHECK(timerfd_settime(alarm_, 0, &setting, nullptr) == 0);
}

bool Poller::add(int descriptor, std::uint32_t key, Interest interest) {
  DCHECK(key < kReservedKeys);
  epoll_event event = event_of(key, bits_of(interest));
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0) {
    return true;
  }
  CHECK(errno == ENOMEM || errno == ENOSPC);
  return false;
}

void Poller::change(int descriptor, std::uint32_t key, Interest interest) {
  epoll_event event = event_of(key, bits_of(interest));
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void Poller::remove(int descriptor) {
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr) == 0);
}

Poller::Wait Poller::wait(Duration timeout) {
  const int count =
      epoll_wait(epoll_, buffers_->raw.data(), static_cast<int>(kEventsMax), milliseconds(timeout));
  CHECK(count >= 0 || errno == EINTR);
  Wait result;
  std::size_t filled = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& raw = buffers_->raw[static_cast<std::size_t>(i)];
    if (raw.data.u32 >= kReservedKeys) {
      (raw.data.u32 == kBellKey ? result.rung : result.alarm) = true;
      continue;
    }
    buffers_->events[filled++] = {.key = raw.data.u32,
                                  .readable = (raw.events & EPOLLIN) != 0,
                                  .writable = (raw.events & EPOLLOUT) != 0,
                                  .hung_up = (raw.events & (EPOLLHUP | EPOLLERR)) != 0};
  }
  result.events = {buffers_->events.data(), filled};
  return result;
}

Waker& Poller::waker() { return *bell_; }

}  // namespace godwit::net
