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
    {0x01, kByte, "Payload Format Indicator", kMessage, kPublish, "01"},
    {0x02, kU32, "Message Expiry Interval", kMessage, kPublish, "00 00 00 0A"},
    {0x03, kString, "Content Type", kMessage, kPublish, "00 04 'text'"},
    {0x08, kString, "Response Topic", kMessage, kPublish, "00 03 'r/t'"},
    {0x09, kBinary, "Correlation Data", kMessage, kPublish, "00 02 00 FF"},
    {0x0B, kVarint, "Subscription Identifier", "SUBSCRIBE ", kPublish, "80 80 01"},
    {0x11, kU32, "Session Expiry Interval", "CONNECT DISCONNECT ", kConnack, "FF FF FF FF"},
    {0x12, kString, "Assigned Client Identifier", kNowhere, kConnack, "00 02 'id'"},
    {0x13, kU16, "Server Keep Alive", kNowhere, kConnack, "00 00"},
    {0x15, kString, "Authentication Method", "CONNECT AUTH ", "CONNACK AUTH ", "00 01 'm'"},
    {0x16, kBinary, "Authentication Data", "CONNECT AUTH ", "CONNACK AUTH ", "00 01 00"},
    {0x17, kByte, "Request Problem Information", kConnect, kNowhere, "00"},
    {0x18, kU32, "Will Delay Interval", "WILL ", kNowhere, "00 00 00 00"},
    {0x19, kByte, "Request Response Information", kConnect, kNowhere, "01"},
    {0x1A, kString, "Response Information", kNowhere, kConnack, "00 02 'r/'"},
    {0x1C, kString, "Server Reference", kNowhere, "CONNACK DISCONNECT ", "00 03 'b:1'"},
    {0x1F, kString, "Reason String", kAcks, kServerAcks, "00 03 'why'"},
    {0x21, kU16, "Receive Maximum", kConnect, kConnack, "00 01"},
    {0x22, kU16, "Topic Alias Maximum", kConnect, kConnack, "00 00"},
    {0x23, kU16, "Topic Alias", kPublish, kPublish, "FF FF"},
    {0x24, kByte, "Maximum QoS", kNowhere, kConnack, "00"},
    {0x25, kByte, "Retain Available", kNowhere, kConnack, "01"},
    {0x26, kStringPair, "User Property",
     "CONNECT WILL PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE UNSUBSCRIBE DISCONNECT AUTH ",
     "CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH ",
     "00 01 'k' 00 01 'v'"},
    {0x27, kU32, "Maximum Packet Size", kConnect, kConnack, "00 00 00 01"},
    {0x28, kByte, "Wildcard Subscription Available", kNowhere, kConnack, "00"},
    {0x29, kByte, "Subscription Identifier Available", kNowhere, kConnack, "00"},
    {0x2A, kByte, "Shared Subscription Available", kNowhere, kConnack, "01"},
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
