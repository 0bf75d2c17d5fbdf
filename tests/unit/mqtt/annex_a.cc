#include "tests/unit/mqtt/annex_a.h"

#include "tests/unit/mqtt/wire.h"

namespace godwit::mqtt::test {
namespace {

constexpr std::string_view kNowhere = "";
constexpr std::string_view kPublish = "PUBLISH ";
constexpr std::string_view kMessage = "PUBLISH WILL ";
constexpr std::string_view kConnect = "CONNECT ";
constexpr std::string_view kConnack = "CONNACK ";
constexpr std::string_view kAcks = "PUBACK PUBREC PUBREL PUBCOMP DISCONNECT AUTH ";
constexpr std::string_view kServerAcks =
    "PUBACK PUBREC PUBREL PUBCOMP DISCONNECT AUTH CONNACK SUBACK UNSUBACK ";

using enum PropertyType;

const AnnexRow kAnnexA[] = {
    {0x01, "Payload Format Indicator", kByte, kMessage, kPublish, "01"},
    {0x02, "Message Expiry Interval", kU32, kMessage, kPublish, "00 00 00 0A"},
    {0x03, "Content Type", kString, kMessage, kPublish, "00 04 'text'"},
    {0x08, "Response Topic", kString, kMessage, kPublish, "00 03 'r/t'"},
    {0x09, "Correlation Data", kBinary, kMessage, kPublish, "00 02 00 FF"},
    {0x0B, "Subscription Identifier", kVarint, "SUBSCRIBE ", kPublish, "80 80 01"},
    {0x11, "Session Expiry Interval", kU32, "CONNECT DISCONNECT ", kConnack, "FF FF FF FF"},
    {0x12, "Assigned Client Identifier", kString, kNowhere, kConnack, "00 02 'id'"},
    {0x13, "Server Keep Alive", kU16, kNowhere, kConnack, "00 00"},
    {0x15, "Authentication Method", kString, "CONNECT AUTH ", "CONNACK AUTH ", "00 01 'm'"},
    {0x16, "Authentication Data", kBinary, "CONNECT AUTH ", "CONNACK AUTH ", "00 01 00"},
    {0x17, "Request Problem Information", kByte, kConnect, kNowhere, "00"},
    {0x18, "Will Delay Interval", kU32, "WILL ", kNowhere, "00 00 00 00"},
    {0x19, "Request Response Information", kByte, kConnect, kNowhere, "01"},
    {0x1A, "Response Information", kString, kNowhere, kConnack, "00 02 'r/'"},
    {0x1C, "Server Reference", kString, kNowhere, "CONNACK DISCONNECT ", "00 03 'b:1'"},
    {0x1F, "Reason String", kString, kAcks, kServerAcks, "00 03 'why'"},
    {0x21, "Receive Maximum", kU16, kConnect, kConnack, "00 01"},
    {0x22, "Topic Alias Maximum", kU16, kConnect, kConnack, "00 00"},
    {0x23, "Topic Alias", kU16, kPublish, kPublish, "FF FF"},
    {0x24, "Maximum QoS", kByte, kNowhere, kConnack, "00"},
    {0x25, "Retain Available", kByte, kNowhere, kConnack, "01"},
    {0x26, "User Property", kStringPair,
     "CONNECT WILL PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE UNSUBSCRIBE DISCONNECT AUTH ",
     "CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH ",
     "00 01 'k' 00 01 'v'"},
    {0x27, "Maximum Packet Size", kU32, kConnect, kConnack, "00 00 00 01"},
    {0x28, "Wildcard Subscription Available", kByte, kNowhere, kConnack, "00"},
    {0x29, "Subscription Identifier Available", kByte, kNowhere, kConnack, "00"},
    {0x2A, "Shared Subscription Available", kByte, kNowhere, kConnack, "01"},
};

const Place kPlaces[] = {
    {"CONNECT ", PropertyPlace::kConnect, true, false, "10", "00 04 'MQTT' 05 02 00 00", "00 00"},
    {"WILL ", PropertyPlace::kWill, true, false, "10", "00 04 'MQTT' 05 06 00 00 00 00 00",
     "00 01 'w' 00 00"},
    {"CONNACK ", PropertyPlace::kConnack, false, true, "20", "00 00", ""},
    {"PUBLISH ", PropertyPlace::kPublish, true, true, "30", "00 01 'a'", ""},
    {"PUBACK ", PropertyPlace::kPuback, true, true, "40", "00 01 00", ""},
    {"PUBREC ", PropertyPlace::kPubrec, true, true, "50", "00 01 00", ""},
    {"PUBREL ", PropertyPlace::kPubrel, true, true, "62", "00 01 00", ""},
    {"PUBCOMP ", PropertyPlace::kPubcomp, true, true, "70", "00 01 00", ""},
    {"SUBSCRIBE ", PropertyPlace::kSubscribe, true, false, "82", "00 01", "00 01 'a' 00"},
    {"SUBACK ", PropertyPlace::kSuback, false, true, "90", "00 01", "00"},
    {"UNSUBSCRIBE ", PropertyPlace::kUnsubscribe, true, false, "A2", "00 01", "00 01 'a'"},
    {"UNSUBACK ", PropertyPlace::kUnsuback, false, true, "B0", "00 01", "00"},
    {"DISCONNECT ", PropertyPlace::kDisconnect, true, true, "E0", "81", ""},
    {"AUTH ", PropertyPlace::kAuth, true, true, "F0", "18", ""},
};

// "PUBLISH " is no part of "UNSUBACK PUBACK ", but "SUBSCRIBE " is one of "UNSUBSCRIBE ".
bool names(std::string_view column, std::string_view place) {
  for (std::size_t at = column.find(place); at != std::string_view::npos;
       at = column.find(place, at + 1)) {
    if (at == 0 || column[at - 1] == ' ') {
      return true;
    }
  }
  return false;
}

}  // namespace

std::span<const AnnexRow> annex_a() { return kAnnexA; }

std::span<const Place> places() { return kPlaces; }

bool may_send(const Place& place, Sender sender) {
  return sender == Sender::kClient ? place.client_sends : place.server_sends;
}

bool is_allowed(const AnnexRow& row, const Place& place, Sender sender) {
  return names(sender == Sender::kClient ? row.from_client : row.from_server, place.name);
}

Bytes with_list(const Place& place, ByteView list, std::size_t& list_at) {
  Bytes body = wire(place.before);
  std::size_t length = list.size();
  do {
    const unsigned more = length >= 128 ? 0x80 : 0;
    body.push_back(static_cast<std::byte>((length & 0x7FU) | more));
    length >>= 7U;
  } while (length != 0);
  const std::size_t list_at_body = body.size();
  append(body, list);
  append(body, wire(place.after));
  Bytes bytes = packet(wire(place.first)[0], body);
  list_at = bytes.size() - body.size() + list_at_body;
  return bytes;
}

Bytes property_bytes(const AnnexRow& row) {
  Bytes bytes{static_cast<std::byte>(row.id)};
  append(bytes, wire(row.value));
  return bytes;
}

Bytes company(const AnnexRow& row, const Place& place) {
  constexpr std::uint8_t kMethod = 0x15;
  constexpr std::uint8_t kData = 0x16;
  const bool needs_method = place.place == PropertyPlace::kAuth || row.id == kData;
  return needs_method && row.id != kMethod ? wire("15 00 01 'm'") : Bytes{};
}

}  // namespace godwit::mqtt::test
