// The bench's own codec and its command line.
#include "tests/bench/load/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/bench/load/options.h"

namespace godwit::bench {
namespace {

Buffer sample_publish(std::uint32_t protocol, std::uint8_t qos, std::uint32_t payload_bytes) {
  Buffer bytes;
  PublishFields fields;
  fields.protocol = protocol;
  fields.qos = qos;
  fields.packet_id = 0x1234;
  fields.topic = "a/b";
  fields.payload_bytes = payload_bytes;
  write_stamp(append_publish(bytes, fields), {7, 8, 9});
  return bytes;
}

TEST(Wire, reads_back_the_publish_it_wrote) {
  for (const std::uint32_t protocol : {4U, 5U}) {
    for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
      const Buffer bytes = sample_publish(protocol, qos, 300);
      Frame frame;
      Publish publish;
      Stamp stamp;
      ASSERT_EQ(next_frame(bytes, frame), FrameStatus::kComplete);
      EXPECT_EQ(frame.size, bytes.size());
      ASSERT_TRUE(parse_publish(frame, protocol, publish));
      EXPECT_EQ(publish.qos, qos);
      EXPECT_EQ(publish.packet_id, qos > 0 ? 0x1234 : 0);
      EXPECT_EQ(publish.payload.size(), 300U);
      ASSERT_TRUE(read_stamp(publish.payload, stamp));
      EXPECT_EQ(stamp.stream, 7U);
      EXPECT_EQ(stamp.sequence, 8U);
      EXPECT_EQ(stamp.sent_ns, 9U);
    }
  }
}

TEST(Wire, waits_for_the_rest_of_every_truncated_packet) {
  const Buffer bytes = sample_publish(5, 1, 200);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Frame frame;
    EXPECT_EQ(next_frame(Bytes(bytes).first(size), frame), FrameStatus::kIncomplete) << size;
  }
}

TEST(Wire, refuses_a_length_of_five_bytes) {
  const Buffer bytes{0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
  Frame frame;
  EXPECT_EQ(next_frame(bytes, frame), FrameStatus::kMalformed);
}

TEST(Wire, finds_the_receive_maximum_among_other_properties) {
  const Buffer bytes{
      0x20, 22, 0,  0,   19,          // CONNACK, success, 19 bytes of properties
      0x27, 0,  0,  16,  0,           // Maximum Packet Size
      0x12, 0,  1,  'x',              // Assigned Client Identifier
      0x26, 0,  1,  'k', 0,  1, 'v',  // User Property
      0x21, 0,  64,                   // Receive Maximum
  };
  Frame frame;
  Connack connack;
  ASSERT_EQ(next_frame(bytes, frame), FrameStatus::kComplete);
  ASSERT_TRUE(parse_connack(frame, 5, connack));
  EXPECT_EQ(connack.receive_maximum, 64);
}

TEST(Wire, refuses_a_connack_whose_property_runs_over_its_end) {
  const Buffer bytes{0x20, 5, 0, 0, 2, 0x21, 0};
  Frame frame;
  Connack connack;
  ASSERT_EQ(next_frame(bytes, frame), FrameStatus::kComplete);
  EXPECT_FALSE(parse_connack(frame, 5, connack));
}

TEST(Wire, counts_the_refused_filters_of_a_suback) {
  const Buffer bytes{0x90, 6, 0, 1, 0, 0x00, 0x80, 0x87};
  Frame frame;
  std::uint32_t refused = 0;
  ASSERT_EQ(next_frame(bytes, frame), FrameStatus::kComplete);
  ASSERT_TRUE(parse_suback(frame, 5, refused));
  EXPECT_EQ(refused, 2U);
}

// ---- Options

std::string parse(std::vector<std::string> arguments, Options& options) {
  arguments.insert(arguments.begin(), "godwit_load");
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& each : arguments) {
    pointers.push_back(each.data());
  }
  return parse_options(static_cast<int>(pointers.size()), pointers.data(), options);
}

TEST(Options, fill_the_struct) {
  Options options;
  EXPECT_EQ(parse({"--topology", "pairs", "--publishers", "20", "--pid", "1,22"}, options), "");
  EXPECT_EQ(options.topology, Topology::kPairs);
  EXPECT_EQ(options.subscribers, 20U) << "pairs have as many subscribers as publishers";
  EXPECT_EQ(options.broker_pids, (std::vector<int>{1, 22}));
}

TEST(Options, let_subscribers_come_through_another_door) {
  Options same;
  EXPECT_EQ(parse({"--transport", "wss", "--ca", "ca.pem", "--port", "8084"}, same), "");
  EXPECT_EQ(same.transport, TransportKind::kWss);
  EXPECT_EQ(same.subscriber_transport, TransportKind::kWss);
  EXPECT_EQ(same.subscriber_port, 8084U);
  Options other;
  EXPECT_EQ(parse({"--subscriber-transport", "ws", "--subscriber-port", "8083"}, other), "");
  EXPECT_EQ(other.transport, TransportKind::kTcp);
  EXPECT_EQ(other.subscriber_transport, TransportKind::kWs);
  EXPECT_EQ(other.subscriber_port, 8083U);
}

TEST(Options, ask_for_a_ca_where_there_is_tls) {
  for (const char* name : {"--transport", "--subscriber-transport"}) {
    for (const char* kind : {"tls", "wss"}) {
      Options options;
      EXPECT_NE(parse({name, kind}, options), "");
      EXPECT_EQ(parse({name, kind, "--ca", "ca.pem"}, options), "");
    }
  }
}

TEST(Options, say_what_is_wrong) {
  Options options;
  EXPECT_NE(parse({"--qos", "3"}, options), "");
  EXPECT_NE(parse({"--qos", "1x"}, options), "");
  EXPECT_NE(parse({"--qos"}, options), "");
  EXPECT_NE(parse({"--nonsense", "1"}, options), "");
  EXPECT_NE(parse({"--topology", "ring"}, options), "");
  EXPECT_NE(parse({"--pid", "1;2"}, options), "");
  EXPECT_NE(parse({"--transport", "udp"}, options), "");
  EXPECT_NE(parse({"--subscriber-transport", "udp"}, options), "");
  EXPECT_NE(parse({"--records", "many"}, options), "");
  EXPECT_NE(parse({"--tls-version", "1.1"}, options), "");
  EXPECT_NE(parse({"--mode", "connrate"}, options), "") << "--count is missing";
}

}  // namespace
}  // namespace godwit::bench
