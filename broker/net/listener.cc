#include "broker/net/listener.h"

#include <sys/socket.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "broker/net/acceptor.h"
#include "broker/net/address.h"

namespace godwit::net {
namespace {

using Pause = std::chrono::milliseconds;

// Accepts of one wake-up: the service thread has other work too.
constexpr int kAcceptsMax = 64;
constexpr Pause kNoPause{0};
// A mailbox empties within a turn.
constexpr Pause kMailboxPause{5};
// Descriptors come back when clients leave.
constexpr Pause kExhaustedPause{100};

// The connection has gone before it was accepted; the next one may be fine (accept(2)).
bool concerns_one_connection(int error) {
  return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM ||
         error == ENETDOWN || error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET ||
         error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH;
}

}  // namespace

struct Listener::Parts {
  Parts(const ListenerSettings& its_settings, const Needs& its_needs,
        asio::ip::tcp::acceptor its_acceptor)
      : settings(its_settings),
        needs(its_needs),
        acceptor(std::move(its_acceptor)),
        pause(its_needs.service.context()) {
    asio::error_code error;
    const auto endpoint = acceptor.local_endpoint(error);
    address = endpoint_text(endpoint);
    port = endpoint.port();
  }

  asio::awaitable<void> run();
  // Takes what waits; returns how long to leave the rest alone.
  Pause accept_some();
  Pause accept_failed(int number);
  // False if the mailbox was full: the socket is kept in `waiting`.
  bool hand_on();
  void close();

  ListenerSettings settings;
  const Needs needs;
  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::string address;
  std::uint16_t port = 0;
  bool running = false;
  bool closed = false;
  std::optional<NewSocket> waiting;
};

asio::awaitable<void> Listener::Parts::run() {
  running = true;
  while (!closed) {
    asio::error_code error;
    // A socket that waits for room in a mailbox does not wait for the next client too.
    if (!waiting) {
      co_await acceptor.async_wait(asio::ip::tcp::acceptor::wait_read,
                                   asio::redirect_error(asio::use_awaitable, error));
    }
    if (closed) {
      break;
    }
    const Pause wait = accept_some();
    if (wait == kNoPause) {
      continue;
    }
    pause.expires_after(wait);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  waiting.reset();
  running = false;
}

Pause Listener::Parts::accept_some() {
  if (waiting && !hand_on()) {
    return kMailboxPause;
  }
  for (int i = 0; i < kAcceptsMax; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    const int descriptor = accept4(acceptor.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                   &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      if (concerns_one_connection(errno)) {
        continue;
      }
      return errno == EAGAIN ? kNoPause : accept_failed(errno);
    }
    if (!needs.limit.try_take()) {
      // Owned without a place in the limit: closed at once.
      const OwnedSocket refused(descriptor, nullptr);
      needs.probe.connection_refused(RefusalReason::kLimit);
      needs.log.client_event(LogLevel::kWarn, "connection_refused", {{"reason", "limit"}});
      continue;
    }
    waiting = NewSocket{.socket = OwnedSocket(descriptor, &needs.limit),
                        .address = address_text(reinterpret_cast<const sockaddr&>(peer)),
                        .listener = settings.number,
                        .stream = make_server_stream(settings.layers)};
    if (!hand_on()) {
      return kMailboxPause;
    }
  }
  return kNoPause;
}

Pause Listener::Parts::accept_failed(int number) {
  needs.probe.accept_failed();
  needs.log.client_event(
      LogLevel::kWarn, "accept_failed",
      {{"listener", address}, {"reason", std::generic_category().message(number)}});
  return kExhaustedPause;
}

bool Listener::Parts::hand_on() {
  if (!needs.distributor.place(*waiting)) {
    needs.probe.mailbox_was_full();
    return false;
  }
  waiting.reset();
  needs.probe.connection_accepted();
  return true;
}

void Listener::Parts::close() {
  if (std::exchange(closed, true)) {
    return;
  }
  asio::error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
}

Result<std::unique_ptr<Listener>, ListenError> Listener::open(const ListenerSettings& settings,
                                                              const Needs& needs) {
  auto acceptor = open_acceptor(needs.service.context(), settings.ip, settings.port);
  if (!acceptor) {
    return fail(std::move(acceptor.error()));
  }
  return std::unique_ptr<Listener>(
      new Listener(std::make_unique<Parts>(settings, needs, std::move(*acceptor))));
}

Listener::Listener(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Listener::~Listener() { CHECK(!parts_->running); }

const std::string& Listener::address() const { return parts_->address; }

std::uint16_t Listener::port() const { return parts_->port; }

void Listener::set_tls(std::shared_ptr<const TlsContext> tls) {
  parts_->needs.service.post([parts = parts_.get(), tls = std::move(tls)]() mutable {
    parts->settings.layers.tls = std::move(tls);
  });
}

void Listener::start() {
  parts_->needs.service.at_stop([parts = parts_.get()] { parts->close(); });
  asio::co_spawn(parts_->needs.service.context(), parts_->run(), asio::detached);
}

void Listener::close() {
  parts_->needs.service.post([parts = parts_.get()] { parts->close(); });
}

}  // namespace godwit::net
