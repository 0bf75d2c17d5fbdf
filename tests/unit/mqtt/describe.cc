#include "tests/unit/mqtt/describe.h"

#include <string_view>

namespace godwit::mqtt::test {
namespace {

// Printable text as it is, the rest as \xNN.
std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out + "'";
}

std::string number(unsigned long long value) { return std::to_string(value); }

std::string flag(std::string_view name, bool value) {
  return " " + std::string(name) + (value ? "=1" : "=0");
}

std::string field(std::string_view name, const std::string& value) {
  return " " + std::string(name) + "=" + value;
}

std::string describe_value(const Property& property, PropertyType type) {
  switch (type) {
    case PropertyType::kString:
    case PropertyType::kBinary:
      return quoted(property.text);
    case PropertyType::kStringPair:
      return quoted(property.text) + ":" + quoted(property.value);
    default:
      return number(property.number);
  }
}

bool is_field_of_publish(PropertyId id) {
  return id == PropertyId::kTopicAlias || id == PropertyId::kMessageExpiryInterval;
}

// Nothing for an empty list. `skip` is told each property's identifier.
template <class Skip>
std::string describe_properties_but(PropertiesView properties, Skip skip) {
  std::string out;
  PropertiesView::Walk walk = properties.walk();
  Property property;
  while (walk.next(property)) {
    if (!skip(property.id)) {
      const PropertyRule* rule = find_property_rule(static_cast<std::uint8_t>(property.id));
      out += out.empty() ? "" : ", ";
      out += std::string(rule->name) + "=" + describe_value(property, rule->type);
    }
  }
  return out.empty() ? out : " properties={" + out + "}";
}

std::string describe_properties(PropertiesView properties) {
  return describe_properties_but(properties, [](PropertyId) { return false; });
}

std::string describe_qos(Qos qos) { return field("qos", number(static_cast<unsigned>(qos))); }

std::string describe_id(PacketId id) { return field("id", number(id.value())); }

std::string describe_code(ReasonCode code) {
  return field("code", std::string(reason_code_name(code)));
}

std::string describe_codes(ByteView codes) {
  std::string out;
  for (const std::byte code : codes) {
    out += out.empty() ? "" : ", ";
    out += reason_code_name(static_cast<ReasonCode>(code));
  }
  return " codes={" + out + "}";
}

std::string describe_version(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::k3_1:
      return " 3.1";
    case ProtocolVersion::k3_1_1:
      return " 3.1.1";
    case ProtocolVersion::k5_0:
      return " 5.0";
  }
  return " ?";
}

// "'a/b' qos=1 nl=0 rap=0 rh=0", with the parts of a shared filter.
std::string describe_request(const FilterRequest& request, bool with_options) {
  std::string out = quoted(request.filter.text());
  if (request.filter.is_shared()) {
    out += field("share", quoted(request.filter.share_name()));
    out += field("pattern", quoted(request.filter.pattern()));
  }
  if (with_options) {
    const SubscriptionOptions& options = request.options;
    out += describe_qos(options.qos) + flag("nl", options.no_local);
    out += flag("rap", options.retain_as_published);
    out += field("rh", number(static_cast<unsigned>(options.retain_handling)));
  }
  return out;
}

std::string describe_requests(FilterRequests requests, bool with_options) {
  std::string out;
  FilterRequest request;
  while (requests.next(request)) {
    out += out.empty() ? "" : ", ";
    out += describe_request(request, with_options);
  }
  return " filters={" + out + "}";
}

struct Describe {
  std::string operator()(const Connect& packet) const {
    std::string out = "CONNECT" + describe_version(packet.version);
    out += flag("clean_start", packet.clean_start);
    out += field("keep_alive", number(packet.keep_alive_seconds));
    out += field("client_id", quoted(packet.client_id));
    if (packet.will) {
      const Will& will = *packet.will;
      out += " will={" + describe_qos(will.qos).substr(1) + flag("retain", will.retain);
      out += field("topic", quoted(will.topic.text()));
      out += field("payload", quoted(as_text(will.payload)));
      out += describe_properties(will.properties) + "}";
    }
    out += packet.user_name ? field("user_name", quoted(*packet.user_name)) : "";
    out += packet.password ? field("password", quoted(as_text(*packet.password))) : "";
    return out + describe_properties(packet.properties);
  }
  std::string operator()(const Connack& packet) const {
    return "CONNACK" + flag("session_present", packet.session_present) +
           describe_code(packet.reason_code) + describe_properties(packet.properties);
  }
  std::string operator()(const Publish& packet) const {
    std::string out = "PUBLISH" + describe_qos(packet.qos) + flag("dup", packet.dup);
    out += flag("retain", packet.retain) + field("topic", quoted(packet.topic.text()));
    out += packet.packet_id != kNoPacketId ? describe_id(packet.packet_id) : "";
    out += field("payload", quoted(as_text(packet.payload)));
    out += packet.topic_alias != 0 ? field("alias", number(packet.topic_alias)) : "";
    out += packet.message_expiry_interval ? field("expiry", number(*packet.message_expiry_interval))
                                          : "";
    return out + describe_properties_but(packet.properties, is_field_of_publish);
  }
  std::string operator()(const PublishAck& packet) const {
    return std::string(packet_type_name(packet.type)) + describe_id(packet.packet_id) +
           describe_code(packet.reason_code) + describe_properties(packet.properties);
  }
  std::string operator()(const Subscribe& packet) const {
    return "SUBSCRIBE" + describe_id(packet.packet_id) + describe_requests(packet.requests, true) +
           describe_properties(packet.properties);
  }
  std::string operator()(const Suback& packet) const {
    return "SUBACK" + describe_id(packet.packet_id) + describe_codes(packet.reason_codes) +
           describe_properties(packet.properties);
  }
  std::string operator()(const Unsubscribe& packet) const {
    return "UNSUBSCRIBE" + describe_id(packet.packet_id) +
           describe_requests(packet.requests, false) + describe_properties(packet.properties);
  }
  std::string operator()(const Unsuback& packet) const {
    return "UNSUBACK" + describe_id(packet.packet_id) + describe_codes(packet.reason_codes) +
           describe_properties(packet.properties);
  }
  std::string operator()(const Pingreq&) const { return "PINGREQ"; }
  std::string operator()(const Pingresp&) const { return "PINGRESP"; }
  std::string operator()(const Disconnect& packet) const {
    return "DISCONNECT" + describe_code(packet.reason_code) +
           describe_properties(packet.properties);
  }
  std::string operator()(const Auth& packet) const {
    return "AUTH" + describe_code(packet.reason_code) + describe_properties(packet.properties);
  }
};

}  // namespace

std::string describe(const Packet& packet) { return std::visit(Describe{}, packet); }

}  // namespace godwit::mqtt::test
