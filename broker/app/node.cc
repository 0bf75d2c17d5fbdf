#include "broker/app/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <string_view>
#include <utility>

#include "broker/access/scram_sha256.h"
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
  const std::size_t count = config.listeners.tcp.size();
  for (std::size_t number = 0; number < count; ++number) {
    settings.listener_names.push_back(count == 1 ? "tcp" : fmt::format("tcp.{}", number));
  }
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

// SCRAM is offered as soon as one user has a verifier.
access::AuthenticationMethods authentication_methods(const access::PasswordFile& users,
                                                     const access::Sha256& sha256) {
  access::AuthenticationMethods::List methods;
  const auto has_verifier = [](const auto& user) {
    return access::ScramVerifier::is_form(user.second);
  };
  if (std::ranges::any_of(users.hashes(), has_verifier)) {
    methods.push_back(std::make_unique<access::ScramSha256>(
        users, access::ScramSha256::Ports{sha256, crypto::fill_random}));
  }
  return access::AuthenticationMethods(std::move(methods));
}

}  // namespace

Node::Node(const Config& config, Access access, const Needs& needs)
    : config_(config),
      access_(std::move(access)),
      needs_(needs),
      log_(needs.sink),
      built_at_(needs.clock.now()),
      passwords_(access_.users, {hasher_, sha256_}, config.access.allow_anonymous),
      methods_(authentication_methods(access_.users, sha256_)),
      pool_({.threads = config.access.authentication_threads,
             .queue_max = config.limits.authentication_queue_max},
            {passwords_, methods_, pool_metrics_}),
      connections_max_(
          connections_that_fit(config.limits.connections_max, raise_open_files_limit())),
      connection_limit_(connections_max_),
      listener_probe_(service_metrics_) {
  build_io_shares();
  build_http();
  build_service();
}

Result<std::unique_ptr<Node>, Problems> Node::build(const Config& config, Access access,
                                                    const Needs& needs) {
  std::unique_ptr<Node> node(new Node(config, std::move(access), needs));
  Problems problems;
  node->bind_listeners(problems);
  node->bind_http(problems);
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return node;
}

void Node::build_io_shares() {
  IoShareSettings settings{.front = front_settings(config_, crypto::make_hash_key()),
                           .thread = thread_settings(config_)};
  std::vector<net::IoMailbox*> mailboxes;
  for (std::uint16_t index = 0; index < config_.io_threads; ++index) {
    settings.front.self = ThreadIndex(index);
    settings.thread.self = ThreadIndex(index);
    shares_.push_back(std::make_unique<IoShare>(settings, IoShare::Needs{.policy = access_.policy,
                                                                         .authentication = pool_,
                                                                         .clock = needs_.clock,
                                                                         .log = log_}));
    mailboxes.push_back(&shares_.back()->thread().mailbox());
  }
  for (const std::unique_ptr<IoShare>& share : shares_) {
    share->thread().connect(mailboxes);
  }
  distributor_ = std::make_unique<net::Distributor>(mailboxes, placement_);
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
  service_.every(std::chrono::seconds(1), [this] { needs_.sink.report_suppressed(); });
  if (config_.sys_interval_seconds > 0) {
    service_.every(std::chrono::seconds(config_.sys_interval_seconds),
                   [this] { publish_sys_topics(); });
  }
}

void Node::bind_listeners(Problems& problems) {
  for (std::size_t number = 0; number < config_.listeners.tcp.size(); ++number) {
    // Checked when it was read.
    const auto addresses = parse_bind(config_.listeners.tcp[number].bind).value();
    for (const BindAddress& address : addresses) {
      auto listener = net::Listener::open(
          {.number = static_cast<std::uint16_t>(number), .ip = address.ip, .port = address.port},
          {.service = service_,
           .limit = connection_limit_,
           .distributor = *distributor_,
           .probe = listener_probe_,
           .log = log_});
      if (listener) {
        bound_.push_back({"tcp", (*listener)->address()});
        listeners_.push_back(std::move(*listener));
      } else if (!address.optional || !listener.error().no_such_address) {
        problems.push_back(Error{listener.error().text});
      }
    }
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
  if (signal == SIGHUP && config_.profile != Profile::kDevelopment) {
    log_.warn("reload_not_supported",
              {{"detail", "a change of the configuration needs a restart"}});
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
