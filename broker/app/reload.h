// Takes over what has changed in the configuration and its files while the broker runs.
//
// All or nothing: everything is read and judged before anything is changed, and what is wrong
// leaves the running state as it was, with a line for each problem and a metric. Connections stay;
// new certificates and users hold for those that come later, new rules at once for all.
//
// Owner: the node. Thread: the service thread's, after the constructor.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"
#include "broker/app/access_load.h"
#include "broker/app/config_load.h"
#include "broker/app/listeners.h"
#include "broker/app/loaded.h"
#include "broker/app/log_sink.h"
#include "broker/net/authentication_pool.h"
#include "broker/net/io_mail.h"

namespace godwit::app {

class ReloadProbe {
 public:
  explicit ReloadProbe(MetricSheet& sheet);

  // Of the configuration, or of the files of TLS alone.
  void configuration(bool applied);
  void tls(bool applied);
  // The files in use are those that stand there again.
  void tls_is_as_before();
  void first_expiry(std::int64_t seconds_since_1970) { expiry_->set(seconds_since_1970); }

 private:
  std::array<Metric*, 2> configuration_{};  // Refused, applied.
  void set_failed();

  std::array<Metric*, 2> tls_{};
  bool configuration_failed_ = false;
  bool tls_failed_ = false;
  Metric* failed_;
  Metric* expiry_;
};

class Reload {
 public:
  // All outlive it.
  struct Needs {
    const ConfigSources& sources;
    const AuthenticatorPorts& ports;
    const Clock& clock;
    LogfmtSink& sink;
    const Log& log;
    net::AuthenticationPool& pool;
    std::vector<net::IoMailbox*> mailboxes;
    Listeners& listeners;
    MetricSheet& metrics;
  };
  // `running`: what the broker was started with.
  Reload(Config running, const net::TlsTicketKey& ticket_key, const Needs& needs);

  // Reads everything again. Blocks for as long as files take to be read.
  void everything();
  // Looks whether files of TLS have changed, and whether the ticket key is old.
  void look_at_tls_files();
  void note_expiry(const TlsContexts& contexts) {
    probe_.first_expiry(first_expiry_seconds(contexts));
  }

 private:
  // Nothing of what went before can be opened with a key that is gone.
  static constexpr Duration kTicketKeyAge = std::chrono::hours(24);

  void refuse(const Problems& problems);
  void apply(const Config& wanted, const LoadedFiles& files);
  void take_tls(const TlsContexts& contexts);

  const Needs needs_;
  Config running_;
  ReloadProbe probe_;
  net::TlsTicketKey ticket_key_;
  Instant ticket_key_since_;
  std::string stamp_;          // Of the files in use.
  std::string refused_stamp_;  // Of those that were refused last; told once.
};

}  // namespace godwit::app
