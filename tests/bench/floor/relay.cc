#include "tests/bench/floor/relay.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace godwit::bench {
namespace {

constexpr std::size_t kInputBytes = std::size_t{256} * 1024;
constexpr int kEventsPerTurn = 512;
constexpr int kBacklog = 4096;

// The high four bits of a packet's first byte.
constexpr unsigned kConnect = 1;
constexpr unsigned kPublish = 3;
constexpr unsigned kPubrec = 5;
constexpr unsigned kPubrel = 6;
constexpr unsigned kSubscribe = 8;

constexpr std::size_t kConnectVersionAt = 6;  // After the length and the name "MQTT".

std::size_t u16_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::size_t>(bytes[at]) << 8 | bytes[at + 1];
}

bool watch(int epoll, int operation, int fd, std::uint32_t events, void* owner) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = owner;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0;
}

}  // namespace

Relay::Relay(Sending sending)
    : sending_(sending), epoll_(::epoll_create1(EPOLL_CLOEXEC)), input_(kInputBytes) {}

bool Relay::listen(std::uint16_t port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         ::listen(listener_, kBacklog) == 0 &&
         watch(epoll_, EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
}

void Relay::run() {
  std::array<epoll_event, kEventsPerTurn> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_, events.data(), kEventsPerTurn, -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      auto* client = static_cast<Client*>(event.data.ptr);
      if (client == nullptr) {
        accept_all();
        continue;
      }
      if ((event.events & EPOLLOUT) != 0) {
        flush(*client);
      }
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
        read(*client);
      }
    }
    flush_all();
  }
}

void Relay::accept_all() {
  const int on = 1;
  int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  while (fd >= 0) {
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto client = std::make_unique<Client>();
    client->fd = fd;
    // The client owns itself from here on, until drop() hands it to dead_.
    if (watch(epoll_, EPOLL_CTL_ADD, fd, EPOLLIN, client.get())) {
      (void)client.release();
    } else {
      ::close(fd);
    }
    fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  }
}

void Relay::drop(Client& client) {
  for (const std::string& topic : client.topics) {
    const auto found = subscribers_.find(topic);
    if (found == subscribers_.end()) {
      continue;
    }
    std::erase(found->second, &client);
    if (found->second.empty()) {
      subscribers_.erase(found);
    }
  }
  ::close(client.fd);
  client.fd = -1;
  client.output.clear();
  dead_.emplace_back(&client);
}

void Relay::read(Client& client) {
  const std::size_t kept = client.rest.size();
  if (kept + kInputBytes / 2 > input_.size()) {
    input_.resize(kept * 2 + kInputBytes);
  }
  if (kept > 0) {
    std::memcpy(input_.data(), client.rest.data(), kept);
  }
  const ssize_t received = ::recv(client.fd, input_.data() + kept, input_.size() - kept, 0);
  if (received < 0 && errno == EAGAIN) {
    return;
  }
  if (received <= 0) {
    drop(client);
    return;
  }
  std::span<std::uint8_t> input(input_.data(), kept + static_cast<std::size_t>(received));
  Packet packet;
  while (cut(input, packet)) {
    handle(client, packet);
    input = input.subspan(packet.whole.size());
  }
  client.rest.assign(input.begin(), input.end());
}

bool Relay::cut(std::span<std::uint8_t> input, Packet& packet) {
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (at >= input.size()) {
      return false;
    }
    const std::uint8_t digit = input[at++];
    length |= static_cast<std::size_t>(digit & 0x7F) << shift;
    if ((digit & 0x80) == 0 || shift == 21) {
      break;
    }
  }
  if (input.size() - at < length) {
    return false;
  }
  packet.whole = input.first(at + length);
  packet.body = packet.whole.subspan(at);
  return true;
}

void Relay::handle(Client& client, const Packet& packet) {
  switch (packet.whole[0] >> 4) {
    case kPublish:
      publish(client, packet);
      break;
    case kPubrec:  // From a subscriber: its QoS 2 delivery goes on.
      answer(client, kPubrel << 4 | 2, packet.body[0], packet.body[1]);
      break;
    case kPubrel:  // From a publisher.
      answer(client, 0x70, packet.body[0], packet.body[1]);
      break;
    case kConnect:
      connect(client, packet);
      break;
    case kSubscribe:
      subscribe(client, packet);
      break;
    default:
      break;
  }
}

void Relay::connect(Client& client, const Packet& packet) {
  client.mqtt5 = packet.body[kConnectVersionAt] == 5;
  constexpr std::array<std::uint8_t, 4> kAccepted{0x20, 2, 0, 0};
  constexpr std::array<std::uint8_t, 5> kAccepted5{0x20, 3, 0, 0, 0};
  if (client.mqtt5) {
    put(client, kAccepted5);
  } else {
    put(client, kAccepted);
  }
}

// The generator sends at most 50 filters and no properties, so all lengths fit one byte.
void Relay::subscribe(Client& client, const Packet& packet) {
  Buffer granted{0x90, 0, packet.body[0], packet.body[1]};
  std::size_t at = 2;
  if (client.mqtt5) {
    granted.push_back(0);
    at += 1;
  }
  while (at + 2 < packet.body.size()) {
    const std::size_t size = u16_at(packet.body, at);
    const auto* text = reinterpret_cast<const char*>(packet.body.data() + at + 2);
    client.topics.emplace_back(text, size);
    subscribers_[client.topics.back()].push_back(&client);
    granted.push_back(packet.body[at + 2 + size]);
    at += 3 + size;
  }
  granted[1] = static_cast<std::uint8_t>(granted.size() - 2);
  put(client, granted);
}

void Relay::publish(Client& client, const Packet& packet) {
  const unsigned qos = packet.whole[0] >> 1 & 3;
  const std::size_t topic_size = u16_at(packet.body, 0);
  const std::string_view topic(reinterpret_cast<const char*>(packet.body.data() + 2), topic_size);
  std::uint8_t* packet_id = packet.body.data() + 2 + topic_size;
  const std::uint8_t high = packet_id[0];
  const std::uint8_t low = packet_id[1];
  const auto found = subscribers_.find(topic);
  if (found != subscribers_.end()) {
    for (Client* subscriber : found->second) {
      if (qos > 0) {
        if (++subscriber->last_packet_id == 0) {
          subscriber->last_packet_id = 1;
        }
        packet_id[0] = static_cast<std::uint8_t>(subscriber->last_packet_id >> 8);
        packet_id[1] = static_cast<std::uint8_t>(subscriber->last_packet_id);
      }
      put(*subscriber, packet.whole);
    }
  }
  if (qos > 0) {
    answer(client, qos == 1 ? 0x40 : kPubrec << 4, high, low);
  }
}

void Relay::answer(Client& client, unsigned header, std::uint8_t high, std::uint8_t low) {
  put(client, std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(header), 2, high, low});
}

void Relay::put(Client& client, std::span<const std::uint8_t> bytes) {
  client.output.insert(client.output.end(), bytes.begin(), bytes.end());
  if (sending_ == Sending::kEach && !client.blocked) {
    flush(client);
  } else if (!client.dirty) {
    client.dirty = true;
    dirty_.push_back(&client);
  }
}

void Relay::flush(Client& client) {
  while (client.output_sent < client.output.size()) {
    const ssize_t sent = ::send(client.fd, client.output.data() + client.output_sent,
                                client.output.size() - client.output_sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      watch_writable(client, true);
      return;
    }
    if (sent < 0) {
      break;  // The peer is gone; the next read will say so.
    }
    client.output_sent += static_cast<std::size_t>(sent);
  }
  client.output.clear();
  client.output_sent = 0;
  if (client.fd >= 0) {
    watch_writable(client, false);
  }
}

void Relay::flush_all() {
  for (Client* client : dirty_) {
    client->dirty = false;
    if (!client->blocked) {
      flush(*client);
    }
  }
  dirty_.clear();
  dead_.clear();
}

void Relay::watch_writable(Client& client, bool on) {
  if (client.blocked == on) {
    return;
  }
  client.blocked = on;
  watch(epoll_, EPOLL_CTL_MOD, client.fd, on ? EPOLLIN | EPOLLOUT : EPOLLIN, &client);
}

}  // namespace godwit::bench
