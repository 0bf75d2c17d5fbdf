#include "tests/unit/net/loopback.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/check.h"

namespace godwit::net::test {
namespace {

constexpr int kPatienceMs = 10'000;

bool wait_for(int descriptor, short events) {
  pollfd waiting{descriptor, events, 0};
  const int ready = poll(&waiting, 1, kPatienceMs);
  EXPECT_EQ(ready, 1) << "nothing happened within 10 s";
  return ready == 1;
}

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void set_buffer(int descriptor, int option, int bytes) {
  if (bytes == 0) {
    return;
  }
  CHECK(setsockopt(descriptor, SOL_SOCKET, option, &bytes, sizeof(bytes)) == 0);
}

}  // namespace

void Peer::send(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) {
      if (!wait_for(socket_.descriptor(), POLLOUT)) {
        return;
      }
      continue;
    }
    ASSERT_GT(count, 0);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::size_t Peer::send_some(ByteView bytes) {
  const ssize_t count =
      ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void Peer::poll_into(Bytes& received) {
  std::array<std::byte, std::size_t{64} << 10U> buffer;
  while (!ended_ && !reset_) {
    const ssize_t count = recv(socket_.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      append(received, ByteView(buffer).first(static_cast<std::size_t>(count)));
      continue;
    }
    ended_ = count == 0;
    reset_ = count < 0 && errno != EAGAIN;
    return;
  }
}

Bytes Peer::receive_some() {
  Bytes received;
  while (received.empty() && !ended_ && !reset_) {
    if (!wait_for(socket_.descriptor(), POLLIN)) {
      break;
    }
    poll_into(received);
  }
  return received;
}

Bytes Peer::receive(std::size_t count) {
  Bytes received;
  while (received.size() < count) {
    const Bytes more = receive_some();
    if (more.empty()) {
      break;
    }
    append(received, more);
  }
  EXPECT_EQ(received.size(), count);
  return received;
}

std::string Peer::receive_text_until_end() {
  Bytes received;
  while (true) {
    const Bytes more = receive_some();
    if (more.empty()) {
      return std::string(as_text(received));
    }
    append(received, more);
  }
}

bool Peer::at_end() {
  EXPECT_TRUE(receive_some().empty());
  return ended_;
}

void Peer::shutdown_write() { CHECK(shutdown(socket_.descriptor(), SHUT_WR) == 0); }

void Peer::reset() {
  const linger at_once{1, 0};
  CHECK(setsockopt(socket_.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
  close();
}

Peer unconnected_socket() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(descriptor >= 0);
  return Peer(OwnedSocket(descriptor, nullptr));
}

void connect(Peer& peer, std::uint16_t port) {
  const sockaddr_in address = loopback_address(port);
  ASSERT_EQ(
      ::connect(peer.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0)
      << errno;
}

Peer connect_to(const std::string& ip, std::uint16_t port) {
  if (ip != "::1") {
    Peer peer = unconnected_socket();
    connect(peer, port);
    return peer;
  }
  const int descriptor = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(descriptor >= 0);
  Peer peer(OwnedSocket(descriptor, nullptr));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  return peer;
}

Pair connected_pair(int buffer_bytes) {
  const OwnedSocket listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), nullptr);
  set_buffer(listening.descriptor(), SO_SNDBUF, buffer_bytes);
  sockaddr_in address = loopback_address(0);
  socklen_t size = sizeof(address);
  CHECK(bind(listening.descriptor(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(listen(listening.descriptor(), 1) == 0);
  CHECK(getsockname(listening.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) == 0);

  Peer client = unconnected_socket();
  set_buffer(client.descriptor(), SO_RCVBUF, buffer_bytes);
  connect(client, ntohs(address.sin_port));
  OwnedSocket server(
      accept4(listening.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), nullptr);
  CHECK(server);
  return {std::move(client), std::move(server)};
}

Bytes patterned_bytes(std::size_t count) {
  Bytes bytes(count);
  std::uint32_t state = 1;
  for (std::byte& byte : bytes) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<std::byte>(state >> 24U);
  }
  return bytes;
}

}  // namespace godwit::net::test
