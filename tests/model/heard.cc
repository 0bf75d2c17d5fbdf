#include "tests/model/heard.h"

#include <fmt/format.h>

namespace godwit::model {

std::string describe(const Heard& heard) {
  constexpr std::array<std::string_view, 16> kNames{
      "0",       "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",  "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};
  std::string text(kNames[static_cast<std::size_t>(heard.type)]);
  if (heard.type == mqtt::PacketType::kPublish) {
    text += fmt::format(" {} message {} qos {}{}{}", kTopics[heard.topic], heard.number,
                        static_cast<int>(heard.qos), heard.retain ? " retain" : "",
                        heard.dup ? " dup" : "");
    if (heard.expiry != kNoExpiry) {
      text += fmt::format(" expires in {}", heard.expiry);
    }
    if (heard.identifiers != 0) {
      text += fmt::format(" identifiers {:x}", heard.identifiers);
    }
  }
  return text + fmt::format(" id {} reason {:#04x}{}", heard.packet_id, heard.reason,
                            heard.session_present ? " session present" : "");
}

}  // namespace godwit::model
