#include <gtest/gtest.h>

#include <string>

#include "tests/unit/client/fixture.h"
#include "tests/unit/routing/allocation_count.h"

namespace godwit::client::test {
namespace {

class CountingEvents : public ClientEvents {
 public:
  void connected(const Connected&) override {}
  void refused(const Refusal&) override {}
  void message(const mqtt::Publish&) override { ++messages; }
  void published(mqtt::PacketId, mqtt::ReasonCode) override { ++published_count; }
  void discarded(mqtt::PacketId) override {}
  void subscribed(mqtt::PacketId, ByteView) override {}
  void unsubscribed(mqtt::PacketId, ByteView) override {}
  void disconnected(const Ending&) override {}
  int messages = 0;
  int published_count = 0;
};

TEST(Allocation, a_steady_stream_of_messages_allocates_nothing) {
  Session session(kept());
  session.connect();
  CountingEvents events;
  Client& client = session.client;
  Bytes input;
  const auto exchange = [&] {
    const mqtt::PacketId id = session.publish(kQos1).value();
    input.clear();
    mqtt::encode(ack(mqtt::PacketType::kPuback, id.value()), session.version, input);
    mqtt::encode(from_server(kQos2, 5), session.version, input);
    mqtt::encode(ack(mqtt::PacketType::kPubrel, 5), session.version, input);
    static_cast<void>(client.receive(input, session.now, events));
    client.sent(client.output().size(), session.now);
  };
  for (int i = 0; i < 100; ++i) {
    exchange();
  }
  const std::size_t before = routing::testing::allocation_count();
  for (int i = 0; i < 100; ++i) {
    exchange();
  }
  EXPECT_EQ(routing::testing::allocation_count(), before);
  EXPECT_EQ(events.messages, 200);
  EXPECT_EQ(events.published_count, 200);
}

TEST(Allocation, output_that_is_never_quite_sent_does_not_pile_up) {
  Session session;
  session.connect();
  const std::string payload(10'000, 'x');
  const auto exchange = [&] {
    session.publish(kQos0, payload).value();
    session.client.sent(session.client.output().size() - 1, session.now);
  };
  for (int i = 0; i < 50; ++i) {
    exchange();
  }
  const std::size_t before = routing::testing::allocation_count();
  for (int i = 0; i < 5'000; ++i) {
    exchange();
  }
  EXPECT_EQ(routing::testing::allocation_count(), before);
}

}  // namespace
}  // namespace godwit::client::test
