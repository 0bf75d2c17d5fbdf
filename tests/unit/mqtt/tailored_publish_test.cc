#include "broker/mqtt/tailored_publish.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/mqtt/decoder.h"
#include "broker/mqtt/encoder.h"

namespace godwit::mqtt::test {
namespace {

using Identifiers = std::vector<std::uint32_t>;

Publish publish_of(std::string_view topic, std::string_view payload, Qos qos) {
  Publish publish;
  publish.topic = TopicName::from_checked(topic);
  publish.payload = as_bytes(payload);
  publish.qos = qos;
  publish.packet_id = PacketId(qos == Qos::kAtMostOnce ? 0 : 1);
  return publish;
}

Bytes encoded(const Publish& publish) {
  Bytes bytes;
  encode(publish, ProtocolVersion::k5_0, bytes);
  return bytes;
}

Bytes tailored(const Publish& publish, const PublishTailoring& tailoring, PacketId id) {
  const Bytes original = encoded(publish);
  const TailoredPublish copy(original, tailoring);
  Bytes bytes;
  copy.append_head(static_cast<std::uint8_t>(static_cast<unsigned>(publish.qos) << 1U), id, bytes);
  append(bytes, ByteView(original).subspan(copy.rest_offset()));
  EXPECT_EQ(copy.size(), bytes.size());
  return bytes;
}

// What the encoder makes of the same, given as a list of properties.
Bytes expected(Publish publish, const PublishTailoring& tailoring, PacketId id) {
  Bytes properties;
  PropertiesWriter writer(properties);
  for (const std::uint32_t identifier : tailoring.subscription_identifiers) {
    writer.number(PropertyId::kSubscriptionIdentifier, identifier);
  }
  append(properties, publish.properties.raw());
  publish.properties = PropertiesView::from_checked(properties);
  publish.topic_alias = tailoring.topic_alias;
  publish.packet_id = id;
  if (tailoring.omit_topic) {
    publish.topic = {};
  }
  return encoded(publish);
}

}  // namespace

// Lengths around those at which a length field grows: of properties, and of the packet.
TEST(TailoredPublish, is_what_the_encoder_would_write) {
  Bytes own_properties;
  PropertiesWriter(own_properties).text(PropertyId::kContentType, std::string(100, 'c'));
  const Identifiers identifier_lists[] = {
      {}, {1}, {127, 128}, {268'435'455}, Identifiers(20, 5), Identifiers(60, 16'384)};
  for (const Identifiers& identifiers : identifier_lists) {
    for (const std::size_t payload_size : {0, 1, 90, 110, 120, 16'250, 16'380}) {
      for (const Qos qos : {Qos::kAtMostOnce, Qos::kExactlyOnce}) {
        for (const int form : {0, 1, 2, 3}) {
          SCOPED_TRACE(std::to_string(identifiers.size()) + " identifiers, payload " +
                       std::to_string(payload_size) + ", form " + std::to_string(form));
          const std::string payload(payload_size, 'x');
          Publish publish = publish_of("some/topic", payload, qos);
          if (form == 3) {
            publish.properties = PropertiesView::from_checked(own_properties);
          }
          const PublishTailoring tailoring{
              .subscription_identifiers = identifiers,
              .topic_alias = static_cast<std::uint16_t>(form == 0 ? 0 : 777),
              .omit_topic = form == 2};
          const PacketId id(qos == Qos::kAtMostOnce ? 0 : 0x1234);
          EXPECT_EQ(tailored(publish, tailoring, id), expected(publish, tailoring, id));
        }
      }
    }
  }
}

TEST(TailoredPublish, of_nothing_is_the_packet_itself) {
  const Publish publish = publish_of("t", "payload", Qos::kAtMostOnce);
  EXPECT_EQ(tailored(publish, {}, kNoPacketId), encoded(publish));
  EXPECT_TRUE(PublishTailoring{}.empty());
}

}  // namespace godwit::mqtt::test
