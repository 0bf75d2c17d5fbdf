// The bytes of what a client does. The buffer is the caller's and is emptied first.
#pragma once

#include "base/bytes.h"
#include "tests/model/actions.h"

namespace godwit::model {

void write(const ConnectAction& connect, Bytes& out);
void write(const PublishAction& publish, mqtt::ProtocolVersion version, Bytes& out);
void write(const SubscribeAction& subscribe, mqtt::ProtocolVersion version, Bytes& out);
void write_unsubscribe(FilterIndex filter, std::uint16_t id, mqtt::ProtocolVersion version,
                       Bytes& out);
void write_ack(mqtt::PacketType type, std::uint16_t id, bool refused, mqtt::ProtocolVersion version,
               Bytes& out);
void write_disconnect(bool keep_will, std::optional<std::uint32_t> session_expiry_seconds,
                      mqtt::ProtocolVersion version, Bytes& out);

}  // namespace godwit::model
