// The reference: what a broker with all its clients on one thread owes them, written down as
// plainly as the standard allows, with nothing of the broker's own but its enumerations. No index,
// no bytes, no sharing: a subscription is asked whether it takes a topic, a message is copied to
// whoever gets it.
//
// It foretells every packet that every connection hears, in order. Where the standard leaves a
// choice it makes ours (docs/conformance.md names them).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "tests/model/actions.h"
#include "tests/model/heard.h"

namespace godwit::model {

struct ReferenceLimits {
  std::uint16_t receive_maximum = 64;
  std::uint16_t send_window_max = 1'000;
};

class Reference {
 public:
  static constexpr std::size_t kNoConnection = SIZE_MAX;

  Reference(const ReferenceLimits& limits, std::size_t client_count, Instant start)
      : limits_(limits), now_(start), sessions_(client_count) {}

  // Connections are numbered from 0 as they are made.
  void connect(const ConnectAction& connect);
  // The network fails.
  void lose(std::size_t client);
  // DISCONNECT; `session_expiry_seconds`: its property.
  void leave(std::size_t client, bool keep_will,
             std::optional<std::uint32_t> session_expiry_seconds);
  // A breach of the protocol for which the broker ends the connection.
  void expel(std::size_t client, mqtt::ReasonCode reason);
  void publish(std::size_t client, const PublishAction& publish);
  // PUBACK, PUBREC, PUBREL or PUBCOMP; `refused`: a PUBREC that says no.
  void acknowledge(std::size_t client, mqtt::PacketType type, std::uint16_t id, bool refused);
  void subscribe(std::size_t client, const SubscribeAction& subscribe);
  void unsubscribe(std::size_t client, FilterIndex filter, std::uint16_t id);
  void ping(std::size_t client);
  // False if two deadlines come together, whose order nobody owes.
  [[nodiscard]] bool advance_to(Instant now);

  // What a connection has to have heard since the last call.
  [[nodiscard]] std::vector<Heard> take_heard(std::size_t connection);
  [[nodiscard]] bool is_closed(std::size_t connection) const { return closed_[connection]; }
  [[nodiscard]] std::size_t connection_count() const { return closed_.size(); }
  // The first sending of a message was heard under this id: false if that may not be.
  [[nodiscard]] bool name_first_sending(std::size_t connection, std::uint16_t id);
  // Whether something is in flight under this id.
  [[nodiscard]] bool is_in_flight(std::size_t connection, std::uint16_t id) const;

  // For the player, who chooses what is worth doing.
  struct InFlight {
    std::uint16_t id = 0;
    mqtt::Qos qos{};
    bool released = false;  // PUBREC has come: only PUBCOMP lacks.
  };
  [[nodiscard]] bool online(std::size_t client) const {
    return sessions_[client].connection != kNoConnection;
  }
  [[nodiscard]] std::size_t connection_of(std::size_t client) const {
    return sessions_[client].connection;
  }
  [[nodiscard]] bool is_v5(std::size_t client) const { return sessions_[client].v5; }
  [[nodiscard]] bool is_kept(std::size_t client) const { return sessions_[client].expiry != 0; }
  // What its client has heard and not answered to the end.
  [[nodiscard]] std::vector<InFlight> in_flight(std::size_t client) const;
  [[nodiscard]] const std::set<std::uint16_t>& received_qos2(std::size_t client) const {
    return sessions_[client].received_qos2;
  }
  [[nodiscard]] bool may_open_qos2(std::size_t client) const;
  [[nodiscard]] Instant now() const { return now_; }

 private:
  struct Message {
    TopicIndex topic = 0;
    std::uint32_t number = 0;
    mqtt::Qos qos{};
    bool retain = false;
    std::optional<std::uint32_t> expiry_seconds;
    Instant received{};
    std::uint32_t identifiers = 0;

    [[nodiscard]] bool expired(Instant now) const {
      return expiry_seconds && now >= received + std::chrono::seconds(*expiry_seconds);
    }
  };
  struct Sent {
    Message message;
    std::uint16_t id = 0;     // 0: not heard yet.
    std::uint64_t order = 0;  // Of its last step.
    bool released = false;
    bool repeat_due = false;  // On this connection.
    bool uses_quota = false;
  };
  // Retained messages that a subscription still has to get.
  struct Read {
    FilterIndex filter = 0;
    mqtt::Qos qos{};
    std::uint32_t identifiers = 0;
    TopicIndex next = 0;  // Topics before it have been read.
    std::set<TopicIndex> seen_live;
  };
  struct Will {
    Message message;
    std::uint32_t delay_seconds = 0;
  };
  struct Session {
    bool exists = false;
    bool v5 = true;
    std::size_t connection = kNoConnection;
    std::uint32_t expiry = 0;
    Instant expires = kNever;
    Instant will_due = kNever;
    Instant keep_alive_due = kNever;
    std::optional<Duration> keep_alive;
    std::optional<Will> will;
    std::map<FilterIndex, SubscribeAction> subscriptions;
    std::vector<Sent> window;
    std::deque<Message> queue;
    std::deque<Read> reads;
    std::set<std::uint16_t> received_qos2;
    std::size_t qos2_before = 0;
    std::uint16_t limit = 0;
    std::uint64_t next_order = 0;
  };

  [[nodiscard]] std::size_t number_of(const Session& session) const {
    return static_cast<std::size_t>(&session - sessions_.data());
  }
  void say(const Session& session, const Heard& heard);
  // A packet has come from it.
  void speaks(Session& session) const;
  void close(Session& session);
  void go_offline(Session& session);
  void end_session(Session& session);
  void publish_will(Session& session);
  void spread(const Message& message, const Session* publisher);
  void deliver(Session& session, const Message& message);
  void send(Session& session, const Message& message);
  void pump(Session& session);
  void read_retained(Session& session);
  // Whether it has come to its end.
  [[nodiscard]] bool go_on(Session& session, Read& read);
  [[nodiscard]] Session* next_due(Instant until, bool& together);
  void come_due(Session& session);
  [[nodiscard]] static Instant due(const Session& session);
  [[nodiscard]] static std::size_t quota_used(const Session& session);
  [[nodiscard]] static bool has_room(const Session& session);
  [[nodiscard]] Heard as_heard(const Session& session, const Message& message) const;

  ReferenceLimits limits_;
  Instant now_;
  std::vector<Session> sessions_;  // By client.
  std::map<TopicIndex, Message> retained_;
  std::vector<std::vector<Heard>> heard_;  // By connection.
  std::vector<std::size_t> client_of_;     // By connection.
  std::vector<bool> closed_;               // By connection.
};

}  // namespace godwit::model
