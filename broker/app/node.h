// One running broker: its parts, in the order in which they are built. What happens at the end
// stands in shutdown.cc.
//
// Owner: `serve`. Thread: the owner's; what the service thread calls back is private.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"
#include "broker/admin/handlers.h"
#include "broker/app/io_share.h"
#include "broker/app/listeners.h"
#include "broker/app/loaded.h"
#include "broker/app/log_sink.h"
#include "broker/app/operations.h"
#include "broker/app/reload.h"
#include "broker/app/stop_request.h"
#include "broker/app/sys_topics.h"
#include "broker/crypto/password_hasher.h"
#include "broker/crypto/sha256.h"
#include "broker/net/authentication_pool.h"
#include "broker/net/distributor.h"
#include "broker/net/http_server.h"
#include "broker/net/service_thread.h"

namespace godwit::app {

class Node {
 public:
  struct Needs {
    const Clock& clock;
    LogfmtSink& sink;
    StopRequest& stop;             // Asked by signals.
    const ConfigSources& sources;  // Read again by SIGHUP.
    const net::TlsTicketKey& ticket_key;
  };

  // Builds everything and binds all addresses, so that whatever can be wrong is known before a
  // client is let in.
  [[nodiscard]] static Result<std::unique_ptr<Node>, Problems> build(Loaded loaded,
                                                                     const Needs& needs);
  // Stops if it was started.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void start();
  // Tells clients, drains, and returns when all threads have ended.
  void stop();

  [[nodiscard]] const std::vector<BoundAddress>& bound() const { return bound_; }
  [[nodiscard]] std::uint32_t connections_max() const { return connections_max_; }

 private:
  Node(Loaded loaded, const Needs& needs);

  void build_io_shares();
  void build_distributor();
  void build_service();
  void build_http();
  void build_reload(const TlsContexts& contexts);
  // By thread.
  [[nodiscard]] std::vector<net::IoMailbox*> mailboxes() const;
  [[nodiscard]] std::vector<const MetricSheet*> sheets() const;
  void bind_http(Problems& problems);
  void publish_sys_topics();
  void take_signal(int signal);

  const Config config_;
  const Access access_;
  const Needs needs_;
  const Log log_;
  const Instant built_at_;
  std::vector<BoundAddress> bound_;
  bool started_ = false;

  crypto::Argon2PasswordHasher hasher_;
  crypto::OpensslSha256 sha256_;
  const AuthenticatorPorts ports_{hasher_, sha256_, crypto::fill_random};
  MetricSheet pool_metrics_;
  net::AuthenticationPool pool_;
  const std::uint32_t connections_max_;  // What the open files allow.
  net::ConnectionLimit connection_limit_;
  std::vector<std::unique_ptr<IoShare>> shares_;

  std::unique_ptr<net::Distributor> distributor_;
  MetricSheet service_metrics_;
  net::ListenerProbe listener_probe_;
  std::unique_ptr<SysTopics> sys_topics_;
  std::unique_ptr<NodeOperations> operations_;
  std::unique_ptr<admin::Handlers> handlers_;
  net::ServiceThread service_;
  // After the service thread, on which they run: destroyed before it is, but after its stop.
  Listeners listeners_;
  std::unique_ptr<net::HttpServer> http_;
  std::unique_ptr<Reload> reload_;
};

}  // namespace godwit::app
