// What the load generator is asked to do. One row of a table an option: name, member, bounds, help.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace godwit::bench {

enum class Mode { kPubSub, kIdle, kConnectRate, kRetain, kFetch };
enum class Topology { kPairs, kFanout, kFanin, kShared, kWild };
enum class TransportKind { kTcp, kTls, kWs, kWss };
// What one TLS record or WebSocket frame of a publisher holds: all packets of a turn, or one.
enum class Records { kGathered, kSingle };

struct Options {
  // Parsed from the texts below once the whole command line is known.
  Mode mode = Mode::kPubSub;
  Topology topology = Topology::kPairs;
  TransportKind transport = TransportKind::kTcp;
  TransportKind subscriber_transport = TransportKind::kTcp;
  Records records = Records::kGathered;
  std::vector<int> broker_pids;

  std::string mode_name = "pubsub";
  std::string topology_name = "pairs";
  std::string pid_list;
  std::string host = "127.0.0.1";
  std::string prefix = "bench";
  std::string client_id = "load";
  std::string user;
  std::string password;
  std::string filter = "bench/#";
  std::string transport_name = "tcp";
  std::string subscriber_transport_name;  // Empty: the same as the others'.
  std::string records_name = "gathered";
  std::string ca_file;
  std::string tls_version = "1.3";

  std::uint32_t port = 1883;
  std::uint32_t subscriber_port = 0;  // 0: the same as the others'.
  std::uint32_t protocol = 4;
  std::uint32_t qos = 0;
  std::uint32_t payload_bytes = 64;
  std::uint32_t publishers = 1;
  std::uint32_t subscribers = 1;
  // Closed loop: so many publishes of one publisher may be under way (undelivered or, at QoS 1 and
  // 2, unacknowledged). Not used when rate_per_second is set.
  std::uint32_t window = 100;
  std::uint32_t connections = 1000;
  std::uint32_t subscriptions_per_connection = 0;
  std::uint32_t concurrency = 100;
  std::uint32_t wild_clients = 1000;
  std::uint32_t wild_filters = 100;
  // Values the first and the last level of a wild topic may take: fewer means more matches.
  std::uint32_t wild_values = 30;
  // Messages or connects to make; 0 leaves the end to seconds.
  std::uint64_t count = 0;
  std::uint64_t expect = 0;

  double rate_per_second = 0;
  // Open loop: 1 sends nothing before the last message has arrived and was answered, so that no
  // two meet in the broker even on a busy machine; the rate is then the highest, not the exact one.
  std::uint32_t singly = 0;
  // pubsub: 1 says by a line of JSON when the measured interval begins, and ends it with standard
  // input, at the latest after `seconds`.
  std::uint32_t until_input_ends = 0;
  double seconds = 5;
  double warmup_seconds = 1;
  // Silence after which what has not arrived is called lost.
  double drain_seconds = 2;
  // Silence after which a closed loop forgives what is missing, so that a loss cannot stop it.
  double stall_seconds = 2;
  // How long idle connections are held; 0 holds them until standard input ends.
  double hold_seconds = 0;
  // The generator ends by itself after so long, whatever the broker does.
  double limit_seconds = 120;
};

// Fills `options` and returns an empty text, or returns what is wrong with the command line.
[[nodiscard]] std::string parse_options(int argc, char** argv, Options& options);

[[nodiscard]] std::string usage();

}  // namespace godwit::bench
