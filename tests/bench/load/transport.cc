#include "tests/bench/load/transport.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "tests/bench/load/process_cpu.h"

namespace godwit::bench {
namespace {

constexpr int kEventsPerPoll = 512;
// connect() searches for a free port ever longer the more of one address are taken, which would
// be measured as a slow broker; so every so many connections come from another 127.x address.
constexpr std::uint64_t kConnectionsPerAddress = 2000;
constexpr std::uint32_t kFirstSourceAddress = 0x7F140001;  // 127.20.0.1

void bind_source(int fd, const sockaddr_in& to, std::uint64_t serial) {
  const bool loopback = (ntohl(to.sin_addr.s_addr) >> 24) == 127;
  if (!loopback) {
    return;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  // Only a run of millions of connects wraps around, long after the first are closed.
  const auto block = static_cast<std::uint32_t>(serial / kConnectionsPerAddress % 65536);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(kFirstSourceAddress + block);
  // A refusal leaves the usual address, which only costs time.
  (void)::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from);
}

}  // namespace

Transport::Transport(PacketSink& sink)
    : sink_(sink), epoll_(::epoll_create1(EPOLL_CLOEXEC)), input_(kInputBytes) {}

Transport::~Transport() {
  if (epoll_ >= 0) {
    ::close(epoll_);
  }
}

bool Transport::open(Connection& connection, const sockaddr_in& to, std::uint64_t serial) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return false;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bind_source(fd, to, serial);
  connection.opened_ns = now_ns();
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (result < 0 && errno != EINPROGRESS) {
    ::close(fd);
    return false;
  }
  connection.fd = fd;
  connection.phase = Phase::kConnecting;
  connection.blocked = true;
  connection.output.clear();
  connection.wire.clear();
  connection.sent = 0;
  connection.rest.clear();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &connection;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Transport::close(Connection& connection) {
  if (connection.fd >= 0) {
    ::close(connection.fd);
  }
  connection.fd = -1;
  connection.phase = Phase::kClosed;
  connection.blocked = false;
  connection.output.clear();
  connection.wire.clear();
  connection.sent = 0;
  connection.layer.reset();
}

void Transport::lose(Connection& connection) {
  if (connection.fd < 0) {
    return;
  }
  sink_.on_lost(connection);
  close(connection);
}

void Transport::mark_dirty(Connection& connection) {
  if (connection.dirty) {
    return;
  }
  connection.dirty = true;
  dirty_.push_back(&connection);
}

void Transport::flush() {
  // A connection lost on the way may append to the list, so it is walked by index.
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    Connection& connection = *dirty_[i];
    connection.dirty = false;
    if (!connection.blocked) {
      send_output(connection);
    }
  }
  dirty_.clear();
}

bool Transport::encode_output(Connection& connection) {
  if (connection.output.empty() || !connection.layer->ready()) {
    return true;
  }
  Bytes packets(connection.output);
  bool intact = true;
  Frame frame;
  while (connection.single_packets && intact &&
         next_frame(packets, frame) == FrameStatus::kComplete) {
    intact = connection.layer->encode(packets.first(frame.size), connection.wire);
    packets = packets.subspan(frame.size);
  }
  if (intact && !packets.empty()) {
    intact = connection.layer->encode(packets, connection.wire);
  }
  connection.output.clear();
  return intact;
}

void Transport::send_output(Connection& connection) {
  const bool layered = connection.layer != nullptr;
  if (layered && !encode_output(connection)) {
    say_problem(connection);
    lose(connection);
    return;
  }
  Buffer& bytes = layered ? connection.wire : connection.output;
  while (connection.fd >= 0 && connection.sent < bytes.size()) {
    const ssize_t sent = ::send(connection.fd, bytes.data() + connection.sent,
                                bytes.size() - connection.sent, MSG_NOSIGNAL);
    ++writes_;
    if (sent >= 0) {
      connection.sent += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      watch_writable(connection, true);
      return;
    } else if (errno != EINTR) {
      lose(connection);
      return;
    }
  }
  bytes.clear();
  connection.sent = 0;
  if (connection.fd >= 0) {
    watch_writable(connection, false);
  }
}

void Transport::watch_writable(Connection& connection, bool on) {
  if (connection.blocked == on) {
    return;
  }
  connection.blocked = on;
  epoll_event event{};
  event.events = on ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &connection;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
}

void Transport::poll(std::uint64_t wait_ns) {
  std::array<epoll_event, kEventsPerPoll> events;
  timespec wait{};
  wait.tv_sec = static_cast<time_t>(wait_ns / 1'000'000'000U);
  wait.tv_nsec = static_cast<long>(wait_ns % 1'000'000'000U);
  const int count = ::epoll_pwait2(epoll_, events.data(), kEventsPerPoll, &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    handle(*static_cast<Connection*>(event.data.ptr), event.events);
  }
}

void Transport::handle(Connection& connection, std::uint32_t events) {
  if (connection.fd < 0) {
    return;
  }
  if (connection.phase == Phase::kConnecting && !finish_connect(connection)) {
    return;
  }
  if ((events & EPOLLOUT) != 0) {
    send_output(connection);
  }
  if (connection.fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    read(connection);
  }
}

bool Transport::finish_connect(Connection& connection) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    lose(connection);
    return false;
  }
  if (connection.layer != nullptr) {
    return begin_layer(connection);
  }
  sink_.on_connected(connection);
  return connection.fd >= 0;
}

bool Transport::begin_layer(Connection& connection) {
  connection.phase = Phase::kHandshake;
  if (connection.layer->connected(connection.wire)) {
    return true;
  }
  say_problem(connection);
  lose(connection);
  return false;
}

// The first one tells why a run has only connect_errors; thousands would say the same.
void Transport::say_problem(const Connection& connection) {
  const std::string& problem = connection.layer->problem();
  if (!said_problem_ && !problem.empty()) {
    said_problem_ = true;
    std::fprintf(stderr, "godwit_load: %s\n", problem.c_str());
  }
}

}  // namespace godwit::bench
