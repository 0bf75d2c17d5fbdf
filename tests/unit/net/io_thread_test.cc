// The way of bytes through an I/O thread: reading, parsing, gathering, sending.
#include "broker/net/io_thread.h"

#include <gtest/gtest.h>
#include <time.h>

#include <string>

#include "broker/mqtt/encoder.h"
#include "tests/testkit/shorthand.h"
#include "tests/unit/net/broker_loop.h"

namespace godwit::net::test {
namespace {

using mqtt::PacketType;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

// A payload that tells when bytes are lost, swapped or repeated.
std::string patterned_text(std::size_t size) {
  const Bytes bytes = patterned_bytes(size);
  return std::string(as_text(bytes));
}

TEST(IoThread, passes_a_publish_on) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("a/#");
  LoopClient publisher(loop, "p");
  publisher.publish("a/b", "hello");
  EXPECT_EQ(subscriber.expect_publish(), "hello");
  EXPECT_EQ(loop.sockets(), 2);
}

TEST(IoThread, counts_bytes_both_ways) {
  BrokerLoop loop;
  LoopClient client(loop, "c");
  const std::int64_t before = loop.metric("godwit_network_received_bytes_total");
  const std::int64_t sent_before = loop.metric("godwit_network_sent_bytes_total");
  client.send(testkit::bytes({0xC0, 0x00}));
  client.expect(PacketType::kPingresp);
  EXPECT_EQ(loop.metric("godwit_network_received_bytes_total"), before + 2);
  EXPECT_EQ(loop.metric("godwit_network_sent_bytes_total"), sent_before + 2);
}

TEST(IoThread, time_outside_the_wait_is_counted_as_busy) {
  BrokerLoop loop;
  loop.turn();
  const std::int64_t before = loop.metric("godwit_io_busy_seconds_total", "0");
  loop.turn();
  EXPECT_EQ(loop.metric("godwit_io_busy_seconds_total", "0"), before) << "it has only waited";
  const Duration work = std::chrono::milliseconds(30);
  loop.clock.advance(work);
  loop.turn();
  EXPECT_EQ(loop.metric("godwit_io_busy_seconds_total", "0"), before + work.count());
}

TEST(IoThread, packets_may_come_byte_by_byte) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  LoopClient publisher(loop, loop.connect());
  Bytes bytes = testkit::connect_bytes("p", {});
  append(bytes, publish_bytes("t", "one"));
  append(bytes, testkit::bytes({0xC0, 0x00}));
  append(bytes, publish_bytes("t", std::string(300, 'x')));
  for (const std::byte& byte : bytes) {
    publisher.send({&byte, 1});
    loop.turn();
  }
  publisher.expect(PacketType::kConnack);
  publisher.expect(PacketType::kPingresp);
  EXPECT_EQ(subscriber.expect_publish(), "one");
  EXPECT_EQ(subscriber.expect_publish(), std::string(300, 'x'));
}

TEST(IoThread, many_packets_in_one_read_are_answered_with_one_send) {
  BrokerLoop loop;
  LoopClient client(loop, "c");
  const std::int64_t flushes = loop.metric("godwit_network_flushes_total");
  Bytes pings;
  for (int i = 0; i < 100; ++i) {
    append(pings, testkit::bytes({0xC0, 0x00}));
  }
  client.send(pings);
  for (int i = 0; i < 100; ++i) {
    client.expect(PacketType::kPingresp);
  }
  EXPECT_EQ(loop.metric("godwit_network_flushes_total"), flushes + 1);
}

TEST(IoThread, packets_longer_than_the_read_buffer_arrive_whole) {
  LoopOptions options;
  options.read_buffer_bytes = 4'096;
  options.limits.codec.maximum_packet_size = 8U << 20U;
  options.limits.write_buffer_max = 16U << 20U;
  BrokerLoop loop(options);
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  LoopClient publisher(loop, "p");
  for (const std::size_t size : {4'000UL, 4'096UL, 5'000UL, 100'000UL, 4 * kMiB, 10UL}) {
    const std::string payload = patterned_text(size);
    Bytes packets = publish_bytes("t", payload);
    // Something behind it in the same stream.
    append(packets, publish_bytes("t", "next"));
    publisher.send(packets);
    EXPECT_EQ(subscriber.expect_publish(), payload) << size;
    EXPECT_EQ(subscriber.expect_publish(), "next") << size;
  }
}

// CPU time of taking in one packet of `size` bytes in pieces of 1 KiB.
double seconds_to_take_in(std::size_t size) {
  LoopOptions options;
  options.limits.codec.maximum_packet_size = 32U << 20U;
  BrokerLoop loop(options);
  LoopClient publisher(loop, "p");
  const Bytes packet = publish_bytes("t", patterned_text(size));
  const auto cpu_seconds = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  };
  const double before = cpu_seconds();
  for (std::size_t at = 0; at < packet.size(); at += 1'024) {
    publisher.send(ByteView(packet).subspan(at, std::min<std::size_t>(1'024, packet.size() - at)));
    loop.turn();
  }
  const double after = cpu_seconds();
  publisher.send(testkit::bytes({0xC0, 0x00}));
  publisher.expect(PacketType::kPingresp);
  return after - before;
}

TEST(IoThread, a_long_packet_in_small_pieces_costs_linear_work) {
  static_cast<void>(seconds_to_take_in(kMiB / 4));
  const double quarter = seconds_to_take_in(kMiB);
  const double whole = seconds_to_take_in(4 * kMiB);
  // Linear is 4 times, quadratic 16.
  EXPECT_LT(whole, 9 * quarter);
}

TEST(IoThread, a_slow_reader_gets_everything_in_order_after_short_sends) {
  LoopOptions options;
  options.limits.write_buffer_max = 8 * kMiB;
  BrokerLoop loop(options);
  LoopClient subscriber(loop, loop.connect(0, nullptr, 8'192));
  subscriber.send(testkit::connect_bytes("s", {}));
  subscriber.expect(PacketType::kConnack);
  subscriber.subscribe("t");
  LoopClient publisher(loop, "p");
  constexpr int kMessages = 200;
  for (int i = 0; i < kMessages; ++i) {
    publisher.publish("t", std::to_string(i) + std::string(5'000, 'x'));
  }
  EXPECT_TRUE(loop.run_until([&] { return loop.metric("godwit_network_short_sends_total") > 0; }));
  for (int i = 0; i < kMessages; ++i) {
    EXPECT_EQ(subscriber.expect_publish(), std::to_string(i) + std::string(5'000, 'x'));
  }
  EXPECT_TRUE(loop.run_until([&] { return loop.metric("godwit_outbox_bytes") == 0; }));
}

TEST(IoThread, much_output_is_flushed_before_more_input_is_read) {
  LoopOptions options;
  options.limits.write_buffer_max = 64 * kMiB;
  BrokerLoop loop(options);
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  std::vector<LoopClient> publishers;
  for (int i = 0; i < 3; ++i) {
    publishers.emplace_back(loop, "p" + std::to_string(i));
  }
  const std::int64_t flushes = loop.metric("godwit_network_flushes_total");
  // Three reads of one turn, each worth a flush.
  const Bytes packet = publish_bytes("t", std::string(400'000, 'x'));
  for (LoopClient& publisher : publishers) {
    static_cast<void>(publisher.peer().send_some(packet));
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(subscriber.expect_publish().size(), 400'000U);
  }
  EXPECT_GE(loop.metric("godwit_network_flushes_total"), flushes + 3);
}

TEST(IoThread, input_waits_for_authentication_and_is_not_lost) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("t");
  loop.authentication.hold = true;
  LoopClient client(loop, loop.connect());
  Bytes bytes = testkit::connect_bytes("p", {});
  append(bytes, publish_bytes("t", "early"));
  client.send(bytes);
  for (int i = 0; i < 5; ++i) {
    loop.turn();
  }
  // More of it, which is not even read.
  client.send(publish_bytes("t", "late"));
  for (int i = 0; i < 5; ++i) {
    loop.turn();
  }
  EXPECT_FALSE(client.has_received());
  EXPECT_FALSE(subscriber.has_received());

  loop.authentication.answer_all();
  client.expect(PacketType::kConnack);
  EXPECT_EQ(subscriber.expect_publish(), "early");
  EXPECT_EQ(subscriber.expect_publish(), "late");
}

TEST(IoThread, publishes_of_the_broker_itself_reach_subscribers) {
  BrokerLoop loop;
  LoopClient subscriber(loop, "s");
  subscriber.subscribe("$SYS/#");
  loop.thread(0).mailbox().post_always(
      InternalPublishes{{"$SYS/broker/uptime", "1"}, {"$SYS/broker/clients", "2"}});
  EXPECT_EQ(subscriber.expect_publish(), "1");
  EXPECT_EQ(subscriber.expect_publish(), "2");
}

TEST(IoThread, deadlines_fire_without_any_input) {
  BrokerLoop loop;
  LoopClient silent(loop, loop.connect());
  EXPECT_TRUE(loop.run_until([&] { return loop.sockets() == 1; }));
  loop.clock.advance(std::chrono::seconds(6));
  EXPECT_TRUE(silent.closed_by_broker());
}

}  // namespace
}  // namespace godwit::net::test
