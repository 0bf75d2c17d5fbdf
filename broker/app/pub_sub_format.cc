#include "broker/app/pub_sub_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/hex.h"
#include "broker/mqtt/utf8.h"

namespace godwit::app {
namespace {

using Json = nlohmann::ordered_json;

// snake_case of a property's name: "Content Type" is content_type.
std::string json_name(mqtt::PropertyId id) {
  std::string name(mqtt::find_property_rule(static_cast<std::uint8_t>(id))->name);
  for (char& letter : name) {
    letter = letter == ' ' ? '_' : letter;
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return name;
}

void add_property(Json& object, const mqtt::Property& property) {
  const std::string name = json_name(property.id);
  switch (property.id) {
    case mqtt::PropertyId::kUserProperty:
      // A list: names may repeat, and their order means something.
      object["user_properties"].push_back({property.text, property.value});
      return;
    case mqtt::PropertyId::kSubscriptionIdentifier:
      object["subscription_identifiers"].push_back(property.number);
      return;
    case mqtt::PropertyId::kCorrelationData:
      object[name + "_base64"] = to_base64(as_bytes(property.text));
      return;
    case mqtt::PropertyId::kContentType:
    case mqtt::PropertyId::kResponseTopic:
      object[name] = property.text;
      return;
    default:
      object[name] = property.number;
      return;
  }
}

std::string json_line(const mqtt::Publish& message) {
  Json object;
  object["topic"] = message.topic.text();
  object["qos"] = static_cast<int>(message.qos);
  object["retain"] = message.retain;
  const std::string_view text = as_text(message.payload);
  if (mqtt::find_invalid_utf8(text)) {
    object["payload_base64"] = to_base64(message.payload);
  } else {
    object["payload"] = text;
  }
  auto walk = message.properties.walk();
  mqtt::Property property;
  while (walk.next(property)) {
    add_property(object, property);
  }
  return object.dump();
}

// What a letter behind "\" stands for.
std::optional<char> escaped(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '\\':
      return '\\';
    default:
      return std::nullopt;
  }
}

}  // namespace

MessageFormat MessageFormat::json() {
  MessageFormat format;
  format.parts_ = {{Field::kJson, {}}, {Field::kText, "\n"}};
  return format;
}

void MessageFormat::add_text(char letter) {
  if (parts_.empty() || parts_.back().field != Field::kText) {
    parts_.push_back({Field::kText, {}});
  }
  parts_.back().text += letter;
}

Result<MessageFormat> MessageFormat::parse(std::string_view text) {
  constexpr std::pair<char, Field> kFields[] = {{'t', Field::kTopic},
                                                {'p', Field::kPayload},
                                                {'x', Field::kHexPayload},
                                                {'q', Field::kQos},
                                                {'r', Field::kRetain}};
  MessageFormat format;
  format.parts_.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' && text[i] != '\\') {
      format.add_text(text[i]);
      continue;
    }
    const bool is_percent = text[i] == '%';
    const char letter = i + 1 < text.size() ? text[i + 1] : '\0';
    ++i;
    const auto* field = std::find_if(std::begin(kFields), std::end(kFields),
                                     [&](const auto& known) { return known.first == letter; });
    if (is_percent && letter == '%') {
      format.add_text('%');
    } else if (is_percent && field != std::end(kFields)) {
      format.parts_.push_back({field->second, {}});
    } else if (const auto plain = escaped(letter); !is_percent && plain) {
      format.add_text(*plain);
    } else {
      return fail(Error{
          fmt::format("`{}` at {} means nothing; there are %t %p %x %q %r %% and \\n \\t \\\\",
                      text.substr(i - 1, 2), i)});
    }
  }
  format.add_text('\n');
  return format;
}

void MessageFormat::append_to(std::string& out, const mqtt::Publish& message) const {
  for (const Part& part : parts_) {
    switch (part.field) {
      case Field::kText:
        out += part.text;
        break;
      case Field::kTopic:
        out += message.topic.text();
        break;
      case Field::kPayload:
        out += as_text(message.payload);
        break;
      case Field::kHexPayload:
        append_hex(out, message.payload);
        break;
      case Field::kQos:
        out += static_cast<char>('0' + static_cast<int>(message.qos));
        break;
      case Field::kRetain:
        out += message.retain ? '1' : '0';
        break;
      case Field::kJson:
        out += json_line(message);
        break;
    }
  }
}

}  // namespace godwit::app
