// Accepts client connections on one address and hands them to the I/O threads.
//
// A connection over the limit is accepted and closed, so that its client learns of it at once. When
// the process has no descriptors, or every mailbox is full, accepting pauses: the backlog of the
// kernel is the queue then.
//
// Owner: the application; destroyed after the service thread was stopped and before it is
// destroyed. Thread: open, start and close the owner's; the rest happens on the service thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "broker/net/distributor.h"
#include "broker/net/listen_error.h"
#include "broker/net/owned_socket.h"
#include "broker/net/probe.h"
#include "broker/net/server_layers.h"
#include "broker/net/service_thread.h"

namespace godwit::net {

struct ListenerSettings {
  std::uint16_t number = 0;  // Into IoThreadSettings::listener_names.
  std::string ip;            // In digits, IPv4 or IPv6.
  std::uint16_t port = 0;    // 0: any free one.
  ServerLayers layers;
};

class Listener {
 public:
  // All outlive the listener; the probe is shared by the listeners of a process.
  struct Needs {
    ServiceThread& service;
    ConnectionLimit& limit;
    Distributor& distributor;
    ListenerProbe& probe;
    const Log& log;
  };
  // Binds and listens: from here on clients may connect, and wait.
  [[nodiscard]] static Result<std::unique_ptr<Listener>, ListenError> open(
      const ListenerSettings& settings, const Needs& needs);
  ~Listener();

  // Where it listens, with the real port: "127.0.0.1:1883".
  [[nodiscard]] const std::string& address() const;
  [[nodiscard]] std::uint16_t port() const;

  // For connections accepted from now on; those that are open keep theirs. Only while it runs.
  void set_tls(std::shared_ptr<const TlsContext> tls);

  // Begins to accept.
  void start();
  // Accepts no more; new clients are refused by the kernel.
  void close();

 private:
  struct Parts;
  explicit Listener(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace godwit::net
