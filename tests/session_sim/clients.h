// Clients as the standard wants them, over any number of connections and crashes of the node: they
// keep their session state, repeat what was not answered, and remember what they got.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/session_sim/node_kit.h"

namespace godwit::host {

// By the order of threads: every client has a thread of its own, so that answers find it.
class Client {
 public:
  Client(ThreadIndex thread, std::string name, ShardId home)
      : thread_(thread), name_(std::move(name)), home_(home) {}

  // What it says goes to the node; what the node says comes here.
  // A connection that is still there is taken over.
  void connect(Host& host, bool with_will);
  void subscribe(Host& host);
  // DISCONNECT, or (not `orderly`) the connection is lost.
  void disconnect(Host& host, bool orderly);
  // The node has crashed.
  void lose_connection();
  void hear(const Answer& answer, Host& host);
  // Answers one of the PUBLISH or PUBREL that it has got; false: there is none.
  bool acknowledge(Host& host);

  // To all shards, by their lanes: QoS 1. Acknowledged when all have taken it.
  void publish_qos1(Host& host, const std::string& payload);
  // From its own session: QoS 2.
  void publish_qos2(Host& host, const std::string& payload);

  [[nodiscard]] bool connected() const { return owned_.has_value(); }
  [[nodiscard]] bool connecting() const { return connecting_; }
  [[nodiscard]] bool subscribed() const { return subscribed_; }
  [[nodiscard]] bool idle() const { return outgoing_.empty() && to_answer_.empty(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] ThreadIndex thread() const { return thread_; }
  // In order, each as often as it came; QoS 2 after the client's own packet-id rule.
  [[nodiscard]] const std::vector<std::string>& received() const { return received_; }
  [[nodiscard]] const std::set<std::string>& acknowledged() const { return acknowledged_; }
  // Of connections that were opened and ended otherwise than by DISCONNECT.
  [[nodiscard]] const std::set<std::string>& wills_due() const { return wills_due_; }
  // Nobody can say: the node died while the connection began or ended.
  [[nodiscard]] const std::set<std::string>& wills_unknown() const { return wills_unknown_; }
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  struct Outgoing {
    std::string payload;
    bool received = false;  // PUBREC has come.
  };
  struct ToAnswer {
    records::AckKind kind;
    mqtt::PacketId packet_id;
  };

  void request(Host& host, records::Command command, std::optional<Token> token = {});
  void send_qos2(Host& host, mqtt::PacketId packet_id, const Outgoing& outgoing);
  void hear_opened(const shard::Opened& opened, Host& host);
  void hear_event(const shard::Event& event, Host& host);
  // As a router: a will goes to all shards.
  static void match(const WillToMatch& will, ThreadIndex from, Host& host);
  void end_connection();
  void hear_message(const Delivered& delivered);

  ThreadIndex thread_;
  std::string name_;
  ShardId home_;
  std::uint64_t connections_ = 0;  // Of this life of the node: the next one counts anew.
  std::uint64_t wills_ = 0;
  std::uint64_t tokens_ = 0;
  bool connecting_ = false;
  bool subscribed_ = false;
  std::optional<Token> subscribe_token_;
  std::optional<records::Owned> owned_;
  // Its session state.
  std::map<std::uint16_t, Outgoing> outgoing_;  // QoS 2, by packet id.
  std::uint16_t last_packet_id_ = 0;
  std::set<mqtt::PacketId> received_ids_;  // QoS 2, PUBREL not come yet.
  // On this connection.
  std::deque<ToAnswer> to_answer_;
  struct Waiting {
    std::string payload;
    std::size_t shards = 0;
  };
  std::map<Token, std::shared_ptr<Waiting>> published_;  // QoS 1, not taken by all yet.
  // The will of the connection that is there, and of one that is being opened.
  std::string will_;
  std::string next_will_;
  std::optional<Token> close_token_;  // A DISCONNECT that is not answered, with this will.
  std::string closing_will_;
  std::set<std::string> wills_due_;
  std::set<std::string> wills_unknown_;
  std::vector<std::string> received_;
  std::set<std::string> acknowledged_;
  std::string complaint_;
};

}  // namespace godwit::host
