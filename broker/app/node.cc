#include "broker/app/node.h"

#include <algorithm>
#include <csignal>
#include <string_view>
#include <utility>

#include "broker/app/address.h"
#include "broker/app/exit_code.h"
#include "broker/app/open_files.h"

namespace godwit::app {
namespace {

routing::ShareStrategy strategy_of(SharedSubscriptions shared) {
  switch (shared) {
    case SharedSubscriptions::kHashTopic:
      return routing::ShareStrategy::kHashTopic;
    case SharedSubscriptions::kHashClient:
      return routing::ShareStrategy::kHashClient;
    case SharedSubscriptions::kRoundRobin:
    case SharedSubscriptions::kOff:
      break;
  }
  return routing::ShareStrategy::kRoundRobin;
}

front::FrontSettings front_settings(const Config& config, const HashKey& key) {
  front::FrontSettings settings;
  settings.thread_count = config.io_threads;
  settings.hash_key = key;
  settings.limits = config.limits.session;
  settings.offers = {
      .shared_subscriptions = config.mqtt.shared_subscriptions != SharedSubscriptions::kOff,
      .retained_messages = config.mqtt.retained_messages,
      .maximum_qos = static_cast<mqtt::Qos>(config.mqtt.maximum_qos),
      .response_information = config.mqtt.response_information,
      .server_reference = config.mqtt.server_reference,
      .server_has_moved = config.mqtt.server_has_moved};
  settings.share_strategy = strategy_of(config.mqtt.shared_subscriptions);
  settings.retained = config.limits.retained;
  settings.memory_budget_bytes = config.limits.memory_budget_bytes;
  return settings;
}

net::IoThreadSettings thread_settings(const Config& config) {
  net::IoThreadSettings settings;
  settings.listener_names = listener_names(config.listeners);
  settings.handshakes = {
      .deadline = config.limits.handshake_deadline,
      .unfinished_max = std::max<std::size_t>(1, config.limits.handshakes_max / config.io_threads)};
  settings.close_grace = config.limits.close_grace;
  settings.drain_deadline = std::chrono::seconds(config.drain_seconds);
  return settings;
}

std::string_view signal_name(int signal) {
  switch (signal) {
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "signal";
  }
}

}  // namespace

Node::Node(Loaded loaded, const Needs& needs)
    : config_(std::move(loaded.config)),
      access_(std::move(loaded.files.access)),
      needs_(needs),
      log_(needs.sink),
      built_at_(needs.clock.now()),
      pool_({.threads = config_.access.authentication_threads,
             .queue_max = config_.limits.authentication_queue_max},
            {make_authenticators(access_, config_.access.allow_anonymous, ports_), pool_metrics_}),
      connections_max_(
          connections_that_fit(config_.limits.connections_max, raise_open_files_limit())),
      connection_limit_(connections_max_),
      listener_probe_(service_metrics_) {
  build_io_shares();
  build_http();
  build_reload(loaded.files.tls);
  build_service();
}

Result<std::unique_ptr<Node>, Problems> Node::build(Loaded loaded, const Needs& needs) {
  const TlsContexts contexts = loaded.files.tls;
  std::unique_ptr<Node> node(new Node(std::move(loaded), needs));
  Problems problems;
  node->listeners_.bind(node->config_, contexts,
                        {.service = node->service_,
                         .limit = node->connection_limit_,
                         .distributor = *node->distributor_,
                         .probe = node->listener_probe_,
                         .log = node->log_},
                        problems);
  node->bound_ = node->listeners_.bound();
  node->bind_http(problems);
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return node;
}

void Node::build_io_shares() {
  IoShareSettings settings{.front = front_settings(config_, crypto::make_hash_key()),
                           .thread = thread_settings(config_)};
  for (std::uint16_t index = 0; index < config_.io_threads; ++index) {
    settings.front.self = ThreadIndex(index);
    settings.thread.self = ThreadIndex(index);
    shares_.push_back(std::make_unique<IoShare>(settings, IoShare::Needs{.policy = access_.policy,
                                                                         .authentication = pool_,
                                                                         .clock = needs_.clock,
                                                                         .log = log_}));
  }
  for (const std::unique_ptr<IoShare>& share : shares_) {
    share->thread().connect(mailboxes());
  }
  build_distributor();
}

void Node::build_distributor() {
  std::vector<net::IoReceiver> receivers;
  for (const std::unique_ptr<IoShare>& share : shares_) {
    receivers.push_back({&share->thread().mailbox(), &share->thread().probe()});
  }
  const net::PlacementSettings settings{.rule = config_.connection_placement,
                                        .gather_connections_max = config_.gather_connections_max};
  distributor_ =
      std::make_unique<net::Distributor>(std::move(receivers), settings, needs_.clock.now());
}

std::vector<net::IoMailbox*> Node::mailboxes() const {
  std::vector<net::IoMailbox*> all;
  for (const std::unique_ptr<IoShare>& share : shares_) {
    all.push_back(&share->thread().mailbox());
  }
  return all;
}

void Node::build_reload(const TlsContexts& contexts) {
  reload_ = std::make_unique<Reload>(config_, needs_.ticket_key,
                                     Reload::Needs{.sources = needs_.sources,
                                                   .ports = ports_,
                                                   .clock = needs_.clock,
                                                   .sink = needs_.sink,
                                                   .log = log_,
                                                   .pool = pool_,
                                                   .mailboxes = mailboxes(),
                                                   .listeners = listeners_,
                                                   .metrics = service_metrics_});
  reload_->note_expiry(contexts);
  if (config_.tls.reload_check_seconds > 0 && first_expiry_seconds(contexts) != 0) {
    service_.every(std::chrono::seconds(config_.tls.reload_check_seconds),
                   [this] { reload_->look_at_tls_files(); });
  }
}

// The sheets are complete: whoever counts has been built.
std::vector<const MetricSheet*> Node::sheets() const {
  std::vector<const MetricSheet*> all = {&service_metrics_, &pool_metrics_};
  for (const std::unique_ptr<IoShare>& share : shares_) {
    all.push_back(&share->metrics());
  }
  return all;
}

void Node::build_service() {
  operations_ = std::make_unique<NodeOperations>(sheets());
  handlers_ = std::make_unique<admin::Handlers>(*operations_);
  sys_topics_ = std::make_unique<SysTopics>(sheets(), built_at_);
  service_.on_signals({SIGTERM, SIGINT, SIGHUP}, [this](int signal) { take_signal(signal); });
  service_.every(std::chrono::seconds(1), [this] {
    needs_.sink.report_suppressed();
    distributor_->look(needs_.clock.now());
  });
  if (config_.sys_interval_seconds > 0) {
    service_.every(std::chrono::seconds(config_.sys_interval_seconds),
                   [this] { publish_sys_topics(); });
  }
}

void Node::build_http() {
  if (config_.http.bind == kHttpOff) {
    return;
  }
  net::HttpServerSettings settings;
  settings.connections_max = config_.http.connections_max;
  // The two rooms do not know each other: here a request of one becomes a request of the other.
  auto handle = [this](const net::HttpRequest& request) {
    admin::Response response = handlers_->handle({.target = request.target});
    return net::HttpResponse{.status = response.status,
                             .content_type = std::move(response.content_type),
                             .body = std::move(response.body)};
  };
  http_ =
      std::make_unique<net::HttpServer>(settings, service_, std::move(handle), service_metrics_);
}

void Node::bind_http(Problems& problems) {
  if (http_ == nullptr) {
    return;
  }
  const auto addresses = parse_bind(config_.http.bind).value();
  for (const BindAddress& address : addresses) {
    auto bound = http_->listen(address.ip, address.port);
    if (bound) {
      bound_.push_back({"http", *bound});
    } else if (!address.optional || !bound.error().no_such_address) {
      problems.push_back(Error{bound.error().text});
    }
  }
}

void Node::publish_sys_topics() {
  net::InternalPublishes publishes;
  for (SysMessage& message : sys_topics_->collect(needs_.clock.now())) {
    publishes.push_back({std::move(message.topic), std::move(message.payload)});
  }
  if (publishes.empty()) {
    return;
  }
  net::IoMail mail(std::move(publishes));
  if (!shares_.front()->thread().mailbox().post(mail)) {
    sys_topics_->forget();  // The thread is busy: all of them the next time.
  }
}

void Node::take_signal(int signal) {
  // Whoever tries it out in a terminal and closes that means it to end.
  if (signal == SIGHUP && config_.profile != Profile::kDevelopment) {
    reload_->everything();
    return;
  }
  const std::string_view name = signal_name(signal);
  if (needs_.stop.request(name)) {
    return;
  }
  log_.warn("stopped_at_once", {{"signal", name}});
  std::_Exit(kExitFailure);
}

}  // namespace godwit::app
