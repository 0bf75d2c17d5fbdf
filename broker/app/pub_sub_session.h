// What `pub` and `sub` have in common: one connection from CONNECT to DISCONNECT, signals, and what
// is said on standard error when it goes wrong. They do not reconnect: a script that wants to, runs
// them again.
//
// Thread: main.
#pragma once

#include <poll.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/clocks.h"
#include "broker/app/exit_code.h"
#include "broker/app/pub_sub.h"
#include "broker/client/client.h"
#include "broker/crypto/kernel_random.h"
#include "broker/net/client_connection.h"

namespace godwit::app {

class PubSubSession : protected client::ClientEvents {
 public:
  PubSubSession(const PubSubSession&) = delete;
  PubSubSession& operator=(const PubSubSession&) = delete;
  ~PubSubSession() override;

 protected:
  // `name`: of the subcommand, for what it says.
  PubSubSession(std::string_view name, const PubSubConnection& connection);

  // Connects, and waits for the broker's yes, until `deadline`. False after a report or a signal.
  [[nodiscard]] bool connect(Instant deadline = kNever);
  // One turn of the connection, with `others` to wait for. False when it is over, was interrupted,
  // or has failed: then `finish`.
  [[nodiscard]] bool turn(Instant until = kNever, std::span<pollfd> others = {});
  // DISCONNECT, if there is somebody to tell, and the rest of the output. The exit code.
  [[nodiscard]] int finish();

  // Says it on standard error; the exit code is kExitFailure from here on.
  void report(std::string_view text);
  void set_exit_code(int code) { exit_code_ = code; }

  [[nodiscard]] client::Client& client() { return client_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }
  // SIGINT, SIGTERM or SIGHUP came.
  [[nodiscard]] bool interrupted() const { return interrupted_; }
  [[nodiscard]] bool failed() const { return exit_code_ != kExitOk; }

  // Where a subcommand has no use for an event.
  void connected(const client::Connected& connected) override;
  void refused(const client::Refusal& refusal) final;
  void message(const mqtt::Publish& message) override;
  void published(mqtt::PacketId id, mqtt::ReasonCode reason) override;
  void discarded(mqtt::PacketId id) final;
  void subscribed(mqtt::PacketId id, ByteView reason_codes) override;
  void unsubscribed(mqtt::PacketId id, ByteView reason_codes) override;
  void disconnected(const client::Ending& ending) final;

 private:
  void take_signals();
  [[nodiscard]] std::string where() const;

  const std::string_view name_;
  const PubSubConnection& settings_;
  BootClock clock_;
  crypto::KernelRandom random_;
  client::Client client_;
  std::optional<net::ClientConnection> connection_;
  std::vector<pollfd> others_;
  int signals_ = -1;  // Open after `connect`; before, a signal ends the process at once.
  bool interrupted_ = false;
  int exit_code_ = kExitOk;
};

}  // namespace godwit::app
