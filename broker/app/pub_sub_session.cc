#include "broker/app/pub_sub_session.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "broker/app/pub_sub_stream.h"

namespace godwit::app {
namespace {

constexpr Duration kConnectMax = std::chrono::seconds(30);

constexpr std::string_view kRefusedConnection = "Connection refused";

std::string_view hint(mqtt::ReasonCode reason) {
  switch (reason) {
    case mqtt::ReasonCode::kBadUserNameOrPassword:
    case mqtt::ReasonCode::kNotAuthorized:
      return "; look at --username and --password-file";
    case mqtt::ReasonCode::kClientIdentifierNotValid:
      return "; give another --id";
    case mqtt::ReasonCode::kUnsupportedProtocolVersion:
      return "; try --protocol 3.1.1";
    default:
      return "";
  }
}

// " (its own words)", or nothing.
std::string own_words(std::string_view text) {
  return text.empty() ? std::string() : fmt::format(" ({})", text);
}

std::string elsewhere(std::string_view server_reference) {
  return server_reference.empty() ? std::string()
                                  : fmt::format("; it says: go to {}", server_reference);
}

}  // namespace

PubSubSession::PubSubSession(std::string_view name, const PubSubConnection& connection)
    : name_(name), settings_(connection), client_(connection.settings) {}

PubSubSession::~PubSubSession() {
  if (signals_ >= 0) {
    ::close(signals_);
  }
}

void PubSubSession::report(std::string_view text) {
  fmt::print(stderr, "godwit {}: {}\n", name_, text);
  exit_code_ = kExitFailure;
}

std::string PubSubSession::where() const {
  return net::address_text({settings_.transport.host, settings_.transport.port});
}

bool PubSubSession::connect(Instant deadline) {
  auto stream = make_client_stream(settings_.transport, random_);
  if (!stream) {
    report(stream.error().text);
    return false;
  }
  client::ClientEvents& events = *this;
  connection_.emplace(client_, events, clock_, std::move(*stream));
  const auto opened = connection_->open({settings_.transport.host, settings_.transport.port},
                                        std::min(deadline, add_saturating(now(), kConnectMax)));
  if (!opened) {
    const bool is_refused = opened.error().text.ends_with(kRefusedConnection);
    report(opened.error().text +
           (is_refused ? "; is the broker running? (`godwit serve --development`)" : ""));
    return false;
  }
  sigset_t ending;
  sigemptyset(&ending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&ending, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  signals_ = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  CHECK(signals_ >= 0);
  while (!client_.online() && now() < deadline) {
    if (!turn(deadline)) {
      return false;
    }
  }
  return client_.online();
}

bool PubSubSession::turn(Instant until, std::span<pollfd> others) {
  others_.assign(others.begin(), others.end());
  others_.push_back({.fd = signals_, .events = POLLIN, .revents = 0});
  const bool goes_on = connection_->turn(until, others_);
  std::copy_n(others_.begin(), others.size(), others.begin());
  if ((others_.back().revents & POLLIN) != 0) {
    take_signals();
  }
  return goes_on && client_.open() && !interrupted_;
}

void PubSubSession::take_signals() {
  signalfd_siginfo signal{};
  while (::read(signals_, &signal, sizeof(signal)) > 0) {
    interrupted_ = true;
  }
}

int PubSubSession::finish() {
  client_.disconnect();
  // A second signal does not wait for a goodbye.
  interrupted_ = false;
  pollfd signals{.fd = signals_, .events = POLLIN, .revents = 0};
  while (connection_ && !interrupted_ && connection_->turn(kNever, {&signals, 1})) {
    take_signals();
  }
  return exit_code_;
}

void PubSubSession::refused(const client::Refusal& refusal) {
  report(fmt::format("{} refused the connection: {}{}{}{}", where(),
                     reason_code_name(refusal.reason), own_words(refusal.text),
                     elsewhere(refusal.server_reference), hint(refusal.reason)));
}

void PubSubSession::disconnected(const client::Ending& ending) {
  constexpr std::string_view kNoReconnect = "; this program does not reconnect, run it again";
  switch (ending.by) {
    case client::EndedBy::kServer:
      return report(fmt::format("{} ended the connection: {}{}{}{}", where(),
                                reason_code_name(ending.reason), own_words(ending.text),
                                elsewhere(ending.server_reference), kNoReconnect));
    case client::EndedBy::kNetwork:
      return report(fmt::format("the connection to {} was lost{}{}", where(),
                                own_words(connection_->loss()), kNoReconnect));
    case client::EndedBy::kBadPacket:
      return report(fmt::format("{} sent what MQTT does not allow: {}", where(), ending.text));
    case client::EndedBy::kUnanswering:
      return report(fmt::format("{} does not answer: {}{}", where(), ending.text, kNoReconnect));
  }
}

void PubSubSession::connected(const client::Connected&) {}
void PubSubSession::message(const mqtt::Publish&) {}
void PubSubSession::published(mqtt::PacketId, mqtt::ReasonCode) {}
void PubSubSession::discarded(mqtt::PacketId) {}
void PubSubSession::subscribed(mqtt::PacketId, ByteView) {}
void PubSubSession::unsubscribed(mqtt::PacketId, ByteView) {}

}  // namespace godwit::app
