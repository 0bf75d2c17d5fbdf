#include "tests/bench/load/options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

namespace godwit::bench {
namespace {

using Member = std::variant<std::string Options::*, std::uint32_t Options::*,
                            std::uint64_t Options::*, double Options::*>;

struct Row {
  std::string_view name;
  Member member;
  double min;  // Bounds of numbers, not used for texts.
  double max;
  std::string_view help;
};

constexpr double kMany = 1e12;
constexpr std::size_t kHelpColumn = 24;

// The window stays far below the 65,535 packet ids, so that an id is never used twice at a time.
constexpr std::array<Row, 30> kRows{{
    {"--mode", &Options::mode_name, 0, 0, "pubsub, idle, connrate, retain or fetch"},
    {"--topology", &Options::topology_name, 0, 0, "pairs, fanout, fanin, shared or wild"},
    {"--host", &Options::host, 0, 0, "IPv4 address of the broker"},
    {"--port", &Options::port, 1, 65535, "port of the broker"},
    {"--pid", &Options::pid_list, 0, 0, "processes whose CPU time is taken, a,b,c"},
    {"--protocol", &Options::protocol, 4, 5, "4 for MQTT 3.1.1, 5 for MQTT 5"},
    {"--user", &Options::user, 0, 0, "user name; none when empty"},
    {"--password", &Options::password, 0, 0, "password, sent with a user name"},
    {"--client-id", &Options::client_id, 0, 0, "start of every client id"},
    {"--prefix", &Options::prefix, 0, 0, "first level of every topic"},
    {"--filter", &Options::filter, 0, 0, "fetch: what to subscribe to"},
    {"--qos", &Options::qos, 0, 2, "of publishes and subscriptions"},
    {"--size", &Options::payload_bytes, 16, 200000, "payload bytes"},
    {"--publishers", &Options::publishers, 1, 19000, "publishing connections"},
    {"--subscribers", &Options::subscribers, 1, 19000, "subscribing connections"},
    {"--window", &Options::window, 1, 20000, "closed loop: publishes under way a publisher"},
    {"--rate", &Options::rate_per_second, 0, 1e7, "open loop: publishes a second, all together"},
    {"--singly", &Options::singly, 0, 1, "open loop: wait until the last one has arrived"},
    {"--count", &Options::count, 0, kMany, "messages or connects; 0: until --seconds"},
    {"--seconds", &Options::seconds, 0.05, 3600, "measured interval"},
    {"--until-input-ends", &Options::until_input_ends, 0, 1, "1: measure until stdin ends"},
    {"--warmup", &Options::warmup_seconds, 0, 600, "seconds before the measured interval"},
    {"--drain", &Options::drain_seconds, 0.05, 600, "silence after which the rest is lost"},
    {"--stall", &Options::stall_seconds, 0.1, 600, "silence a closed loop forgives"},
    {"--limit", &Options::limit_seconds, 1, 3600, "end by itself after so many seconds"},
    {"--connections", &Options::connections, 1, 200000, "idle: connections to hold"},
    {"--subscriptions", &Options::subscriptions_per_connection, 0, 100000, "idle: of each"},
    {"--concurrency", &Options::concurrency, 1, 10000, "handshakes at a time"},
    {"--hold", &Options::hold_seconds, 0, 3600, "idle: seconds; 0: until stdin ends"},
    {"--expect", &Options::expect, 0, kMany, "fetch: messages to wait for"},
}};

// Only the shape of the wildcard table; rarely changed, so kept apart from the main list.
constexpr std::array<Row, 3> kWildRows{{
    {"--wild-clients", &Options::wild_clients, 1, 19000, "wild: subscribers"},
    {"--wild-filters", &Options::wild_filters, 1, 10000, "wild: filters of each"},
    {"--wild-values", &Options::wild_values, 1, 100000, "wild: values of an outer level"},
}};

// What lies below MQTT. With a transport of their own for subscribers, what it costs to receive and
// what it costs to send can be measured apart.
constexpr std::array<Row, 6> kTransportRows{{
    {"--transport", &Options::transport_name, 0, 0, "tcp, tls, ws or wss"},
    {"--subscriber-transport", &Options::subscriber_transport_name, 0, 0,
     "of subscribers, if other"},
    {"--subscriber-port", &Options::subscriber_port, 1, 65535, "of subscribers, if other"},
    {"--records", &Options::records_name, 0, 0,
     "TLS records and frames of publishers: gathered, or a single packet in each"},
    {"--ca", &Options::ca_file, 0, 0,
     "tls, wss: PEM file that the broker's certificate comes from"},
    {"--tls-version", &Options::tls_version, 0, 0, "1.2 or 1.3, exactly this one"},
}};

constexpr std::array<std::span<const Row>, 3> kTables{kRows, kWildRows, kTransportRows};

const Row* find_row(std::string_view name) {
  for (const std::span<const Row> table : kTables) {
    for (const Row& row : table) {
      if (row.name == name) {
        return &row;
      }
    }
  }
  return nullptr;
}

std::string store(const Row& row, const std::string& text, Options& options) {
  if (const auto* member = std::get_if<std::string Options::*>(&row.member)) {
    options.*(*member) = text;
    return {};
  }
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= row.min && value <= row.max)) {
    return std::string(row.name) + ": not a number in its bounds: " + text;
  }
  if (const auto* member = std::get_if<std::uint32_t Options::*>(&row.member)) {
    options.*(*member) = static_cast<std::uint32_t>(value);
  } else if (const auto* wide = std::get_if<std::uint64_t Options::*>(&row.member)) {
    options.*(*wide) = static_cast<std::uint64_t>(value);
  } else {
    options.*std::get<double Options::*>(row.member) = value;
  }
  return {};
}

template <class Value, std::size_t kCount>
bool pick(const std::array<std::pair<std::string_view, Value>, kCount>& names,
          std::string_view name, Value& value) {
  const auto* found = std::find_if(names.begin(), names.end(),
                                   [name](const auto& entry) { return entry.first == name; });
  if (found == names.end()) {
    return false;
  }
  value = found->second;
  return true;
}

bool parse_pids(const std::string& list, std::vector<int>& pids) {
  const char* at = list.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const long pid = std::strtol(at, &end, 10);
    if (end == at || pid <= 0 || (*end != '\0' && *end != ',')) {
      return false;
    }
    pids.push_back(static_cast<int>(pid));
    at = *end == ',' ? end + 1 : end;
  }
  return true;
}

bool is_secure(TransportKind kind) {
  return kind == TransportKind::kTls || kind == TransportKind::kWss;
}

std::string resolve_transports(Options& options) {
  static constexpr std::array<std::pair<std::string_view, TransportKind>, 4> kTransports{
      {{"tcp", TransportKind::kTcp},
       {"tls", TransportKind::kTls},
       {"ws", TransportKind::kWs},
       {"wss", TransportKind::kWss}}};
  static constexpr std::array<std::pair<std::string_view, Records>, 2> kRecords{
      {{"gathered", Records::kGathered}, {"single", Records::kSingle}}};
  if (!pick(kTransports, options.transport_name, options.transport)) {
    return "--transport: " + options.transport_name;
  }
  if (options.subscriber_transport_name.empty()) {
    options.subscriber_transport_name = options.transport_name;
  }
  if (!pick(kTransports, options.subscriber_transport_name, options.subscriber_transport)) {
    return "--subscriber-transport: " + options.subscriber_transport_name;
  }
  if (options.subscriber_port == 0) {
    options.subscriber_port = options.port;
  }
  if (!pick(kRecords, options.records_name, options.records)) {
    return "--records: " + options.records_name;
  }
  if (options.tls_version != "1.2" && options.tls_version != "1.3") {
    return "--tls-version: " + options.tls_version;
  }
  const bool secure = is_secure(options.transport) || is_secure(options.subscriber_transport);
  if (secure && options.ca_file.empty()) {
    return "--ca is needed with tls and wss";
  }
  return {};
}

std::string resolve(Options& options) {
  static constexpr std::array<std::pair<std::string_view, Mode>, 5> kModes{
      {{"pubsub", Mode::kPubSub},
       {"idle", Mode::kIdle},
       {"connrate", Mode::kConnectRate},
       {"retain", Mode::kRetain},
       {"fetch", Mode::kFetch}}};
  static constexpr std::array<std::pair<std::string_view, Topology>, 5> kTopologies{
      {{"pairs", Topology::kPairs},
       {"fanout", Topology::kFanout},
       {"fanin", Topology::kFanin},
       {"shared", Topology::kShared},
       {"wild", Topology::kWild}}};
  if (!pick(kModes, options.mode_name, options.mode)) {
    return "--mode: " + options.mode_name;
  }
  if (!pick(kTopologies, options.topology_name, options.topology)) {
    return "--topology: " + options.topology_name;
  }
  if (!parse_pids(options.pid_list, options.broker_pids)) {
    return "--pid: " + options.pid_list;
  }
  if (options.topology == Topology::kWild) {
    options.subscribers = options.wild_clients;
  }
  if (options.topology == Topology::kPairs) {
    options.subscribers = options.publishers;
  }
  const bool counts = options.mode == Mode::kConnectRate || options.mode == Mode::kRetain;
  if (counts && options.count == 0) {
    return "--count is needed in this mode";
  }
  return resolve_transports(options);
}

}  // namespace

std::string parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    const Row* row = find_row(argv[i]);
    if (row == nullptr) {
      return std::string("unknown option ") + argv[i];
    }
    if (i + 1 >= argc) {
      return std::string(argv[i]) + " needs a value";
    }
    if (std::string wrong = store(*row, argv[i + 1], options); !wrong.empty()) {
      return wrong;
    }
  }
  return resolve(options);
}

std::string usage() {
  std::string text = "godwit_load: MQTT load generator and checker; prints one JSON line\n";
  const auto add = [&text](const Row& row) {
    text += "  ";
    text += row.name;
    text.append(row.name.size() < kHelpColumn ? kHelpColumn - row.name.size() : 1, ' ');
    text += row.help;
    text += '\n';
  };
  for (const std::span<const Row> table : kTables) {
    for (const Row& row : table) {
      add(row);
    }
  }
  return text;
}

}  // namespace godwit::bench
