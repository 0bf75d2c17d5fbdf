// How `godwit sub` writes a message: a format such as "%t %p", or a line of JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "broker/mqtt/packet.h"

namespace godwit::app {

class MessageFormat {
 public:
  // The payload and a line end.
  MessageFormat() : parts_{{Field::kPayload, {}}, {Field::kText, "\n"}} {}
  // "%t" topic, "%p" payload, "%x" payload in hexadecimal, "%q" QoS, "%r" RETAIN as 0 or 1, "%%"
  // a percent sign; "\n", "\t" and "\\" as in C. A line end follows. The error names the place.
  [[nodiscard]] static Result<MessageFormat> parse(std::string_view text);
  // An object a line: topic, qos, retain, payload (payload_base64 if it is not UTF-8), and the
  // properties that the message has.
  [[nodiscard]] static MessageFormat json();

  // Appends the message as it is to be printed.
  void append_to(std::string& out, const mqtt::Publish& message) const;

 private:
  enum class Field : std::uint8_t { kText, kTopic, kPayload, kHexPayload, kQos, kRetain, kJson };
  struct Part {
    Field field;
    std::string text;  // Of kText.
  };

  void add_text(char letter);

  std::vector<Part> parts_;
};

}  // namespace godwit::app
