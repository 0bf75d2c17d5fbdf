#include "broker/net/client_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <system_error>
#include <vector>

#include "broker/net/poll_timeout.h"

namespace godwit::net {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

tl::unexpected<Error> refuse(const ServerAddress& server, std::string_view why) {
  return fail(Error{"cannot connect to " + address_text(server) + ": " + std::string(why)});
}

std::string error_text(int error) { return std::generic_category().message(error); }

Result<Addresses> resolve(const ServerAddress& server) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(server.port);
  if (const int failed = getaddrinfo(server.host.c_str(), port.c_str(), &hints, &list);
      failed != 0) {
    return refuse(server, failed == EAI_SYSTEM ? error_text(errno) : gai_strerror(failed));
  }
  return Addresses(list);
}

// 0, or why there is no connection.
int await_connected(int descriptor, const Clock& clock, Instant deadline) {
  while (true) {
    pollfd entry{.fd = descriptor, .events = POLLOUT, .revents = 0};
    const int ready = poll(&entry, 1, poll_timeout(clock.now(), deadline));
    if (ready < 0 && errno != EINTR) {
      return errno;
    }
    if (ready > 0) {
      int error = 0;
      socklen_t size = sizeof(error);
      return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
    }
    if (clock.now() >= deadline) {
      return ETIMEDOUT;
    }
  }
}

// 0 and a socket, or why there is none.
int try_address(const addrinfo& address, const Clock& clock, Instant deadline,
                OwnedSocket& result) {
  OwnedSocket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                     nullptr);
  if (!socket) {
    return errno;
  }
  const int descriptor = socket.descriptor();
  if (connect(descriptor, address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) {
      return errno;
    }
    if (const int failed = await_connected(descriptor, clock, deadline); failed != 0) {
      return failed;
    }
  }
  // Small packets go out at once. Where the option fails they only go later.
  const int on = 1;
  static_cast<void>(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
  result = std::move(socket);
  return 0;
}

}  // namespace

std::string address_text(const ServerAddress& server) {
  const std::string port = ':' + std::to_string(server.port);
  const bool is_ipv6 = server.host.find(':') != std::string::npos;
  return is_ipv6 ? '[' + server.host + ']' + port : server.host + port;
}

Result<OwnedSocket> connect_to(const ServerAddress& server, const Clock& clock, Instant deadline) {
  const auto addresses = resolve(server);
  if (!addresses) {
    return fail(addresses.error());
  }
  std::vector<const addrinfo*> left;
  for (const addrinfo* address = addresses->get(); address != nullptr; address = address->ai_next) {
    left.push_back(address);
  }
  int failed = EADDRNOTAVAIL;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Instant now = clock.now();
    const auto share = (std::max(deadline, now) - now) / static_cast<int>(left.size() - i);
    OwnedSocket socket;
    failed = try_address(*left[i], clock, now + share, socket);
    if (failed == 0) {
      return socket;
    }
  }
  return refuse(server, error_text(failed));
}

}  // namespace godwit::net
