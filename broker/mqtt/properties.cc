#include "broker/mqtt/properties.h"

#include "base/check.h"
#include "broker/mqtt/cursor.h"
#include "broker/mqtt/read_fields.h"
#include "broker/mqtt/writer.h"

namespace godwit::mqtt {
namespace {

constexpr std::string_view kCutOff = "property is cut off";

// `ReadText` is &Cursor::text where the bytes are a peer's, &Cursor::unchecked_text where they
// were checked before.
template <auto ReadText>
void read_value(Cursor& cursor, PropertyType type, Property& property) {
  switch (type) {
    case PropertyType::kByte:
      property.number = cursor.u8(kCutOff);
      break;
    case PropertyType::kU16:
      property.number = cursor.u16(kCutOff);
      break;
    case PropertyType::kU32:
      property.number = cursor.u32(kCutOff);
      break;
    case PropertyType::kVarint:
      property.number = cursor.varint(kCutOff);
      break;
    case PropertyType::kString:
      property.text = (cursor.*ReadText)(kCutOff);
      break;
    case PropertyType::kBinary:
      property.text = as_text(cursor.binary(kCutOff));
      break;
    case PropertyType::kStringPair:  // MQTT-1.5.7-1
      property.text = (cursor.*ReadText)(kCutOff);
      property.value = (cursor.*ReadText)(kCutOff);
      break;
  }
}

constexpr bool is_number(PropertyType type) { return type < PropertyType::kString; }

// The rule for the identifier at `cursor`, if the packet may carry it and has not already.
const PropertyRule* read_rule(Cursor& cursor, PropertyPlace place, Sender sender,
                              std::uint64_t present) {
  const std::size_t at = cursor.offset();
  const PropertyRule* rule = find_property_rule(cursor.varint("property identifier is cut off"));
  if (rule == nullptr) {
    cursor.refuse_malformed(at, "property identifier is unknown");  // E-112
    return nullptr;
  }
  const PropertyPlaces here = 1U << static_cast<std::uint8_t>(place);
  const bool from_client = sender == Sender::kClient;
  if (((from_client ? rule->from_client : rule->from_server) & here) == 0) {
    if (((from_client ? rule->from_server : rule->from_client) & here) != 0) {
      // MQTT-3.3.4-6, MQTT-3.14.2-2
      cursor.refuse(ReasonCode::kProtocolError, at, "property belongs to the other end");
    } else {
      cursor.refuse_malformed(at, "property is not allowed in this packet");  // E-112
    }
    return nullptr;
  }
  const bool is_repeated = ((present >> static_cast<std::uint8_t>(rule->id)) & 1U) != 0;
  if (is_repeated && (rule->repeatable & here) == 0) {
    cursor.refuse(ReasonCode::kProtocolError, at, "property is repeated");  // E-112
    return nullptr;
  }
  return rule;
}

void refuse_bad_value(Cursor& cursor, const PropertyRule& rule, const Property& property,
                      std::size_t at) {
  if (is_number(rule.type) && (property.number < rule.minimum || property.number > rule.maximum)) {
    cursor.refuse(rule.out_of_range, at, "property is out of range");
  }
  if (rule.is_topic) {
    constexpr std::size_t kLengthSize = 2;
    if (property.text.empty()) {
      cursor.refuse(ReasonCode::kProtocolError, at, "response topic is empty");
    }
    // MQTT-3.3.2-14
    if (const std::size_t wildcard = property.text.find_first_of("+#");
        wildcard != std::string_view::npos) {
      cursor.refuse(ReasonCode::kProtocolError, at + kLengthSize + wildcard,
                    "response topic has a wildcard");
    }
  }
}

}  // namespace

void check_properties(Cursor& list, PropertyPlace place, const DecodeContext& context,
                      CheckedProperties& checked) {
  checked.view = PropertiesView::from_checked(list.unread());
  std::size_t user_properties = 0;
  std::size_t authentication_data_at = 0;
  while (!list.empty()) {
    const std::size_t at = list.offset();
    const PropertyRule* rule = read_rule(list, place, context.sender, checked.present);
    if (rule == nullptr) {
      return;
    }
    const std::size_t value_at = list.offset();
    Property property;
    read_value<&Cursor::text>(list, rule->type, property);
    refuse_bad_value(list, *rule, property, value_at);
    checked.present |= std::uint64_t{1} << static_cast<std::uint8_t>(rule->id);
    switch (rule->id) {
      case PropertyId::kUserProperty:
        if (++user_properties > context.limits.user_properties_max) {
          list.refuse(ReasonCode::kQuotaExceeded, at, "too many user properties");
        }
        break;
      case PropertyId::kAuthenticationData:
        authentication_data_at = at;
        break;
      case PropertyId::kTopicAlias:
        checked.topic_alias = static_cast<std::uint16_t>(property.number);
        break;
      case PropertyId::kMessageExpiryInterval:
        checked.message_expiry_interval = property.number;
        break;
      default:
        break;
    }
  }
  if (checked.has(PropertyId::kAuthenticationData) &&
      !checked.has(PropertyId::kAuthenticationMethod)) {
    list.refuse(ReasonCode::kProtocolError, authentication_data_at,
                "authentication data without a method");  // E-119
  }
}

DecodeResult<PropertiesView> PropertiesView::check(ByteView raw, PropertyPlace place, Sender sender,
                                                   const CodecLimits& limits, std::size_t offset) {
  Cursor list(raw, offset);
  CheckedProperties checked;
  check_properties(list, place, {.sender = sender, .limits = limits}, checked);
  if (!list.ok()) {
    return fail(list.error());
  }
  return checked.view;
}

bool PropertiesView::Walk::next(Property& property) {
  if (rest_.empty()) {
    return false;
  }
  Cursor cursor(rest_, 0);
  const PropertyRule* rule = find_property_rule(cursor.varint(kCutOff));
  // The list was checked before, or is our own: what does not parse was damaged in our hands.
  CHECK(rule != nullptr);
  property = Property{};
  property.id = rule->id;
  read_value<&Cursor::unchecked_text>(cursor, rule->type, property);
  CHECK(cursor.ok());
  rest_ = cursor.unread();
  return true;
}

std::optional<Property> PropertiesView::find(PropertyId id) const {
  Walk list = walk();
  Property property;
  while (list.next(property)) {
    if (property.id == id) {
      return property;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> PropertiesView::number(PropertyId id) const {
  const auto property = find(id);
  return property ? std::optional(property->number) : std::nullopt;
}

std::optional<std::string_view> PropertiesView::text(PropertyId id) const {
  const auto property = find(id);
  return property ? std::optional(property->text) : std::nullopt;
}

void PropertiesWriter::number(PropertyId id, std::uint32_t value) {
  const PropertyRule* rule = find_property_rule(static_cast<std::uint8_t>(id));
  CHECK(rule != nullptr && is_number(rule->type));
  CHECK(value >= rule->minimum && value <= rule->maximum);
  switch (rule->type) {
    case PropertyType::kByte: {
      Writer writer(*out_, 2);
      writer.u8(static_cast<std::uint8_t>(id));
      writer.u8(static_cast<std::uint8_t>(value));
      break;
    }
    case PropertyType::kU16: {
      Writer writer(*out_, 3);
      writer.u8(static_cast<std::uint8_t>(id));
      writer.u16(static_cast<std::uint16_t>(value));
      break;
    }
    case PropertyType::kU32: {
      Writer writer(*out_, 5);
      writer.u8(static_cast<std::uint8_t>(id));
      writer.u32(value);
      break;
    }
    default: {
      Writer writer(*out_, 1 + varint_size(value));
      writer.u8(static_cast<std::uint8_t>(id));
      writer.varint(value);
      break;
    }
  }
}

void PropertiesWriter::text(PropertyId id, std::string_view value) {
  const PropertyRule* rule = find_property_rule(static_cast<std::uint8_t>(id));
  CHECK(rule != nullptr &&
        (rule->type == PropertyType::kString || rule->type == PropertyType::kBinary));
  Writer writer(*out_, 1 + Writer::text_size(value));
  writer.u8(static_cast<std::uint8_t>(id));
  writer.text(value);
}

void PropertiesWriter::pair(std::string_view name, std::string_view value) {
  Writer writer(*out_, 1 + Writer::text_size(name) + Writer::text_size(value));
  writer.u8(static_cast<std::uint8_t>(PropertyId::kUserProperty));
  writer.text(name);
  writer.text(value);
}

void PropertiesWriter::add(const Property& property) {
  const PropertyRule* rule = find_property_rule(static_cast<std::uint8_t>(property.id));
  CHECK(rule != nullptr);
  if (rule->type == PropertyType::kStringPair) {
    pair(property.text, property.value);
  } else if (is_number(rule->type)) {
    number(property.id, property.number);
  } else {
    text(property.id, property.text);
  }
}

}  // namespace godwit::mqtt
