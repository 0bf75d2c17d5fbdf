// What goes where: packets of clients by type, mail of other fronts by kind, timers by state.
// Private to the room.
#pragma once

#include "broker/front/parts.h"

namespace godwit::front {

// The largest packet this connection may send in its present state.
[[nodiscard]] std::uint32_t packet_size_max(const Connection& connection,
                                            const FrontSettings& settings);

// A whole packet. The connection is open or awaits its CONNECT.
void dispatch(Front::Parts& parts, Connection& connection, const mqtt::Frame& frame, Instant now);
// Bytes that cannot be the beginning of a packet, or of one too large.
void refuse_frame(Front::Parts& parts, Connection& connection, mqtt::PacketType type,
                  const mqtt::DecodeError& error, Instant now);
// The answer to a connection's question who it is.
void take_authentication(Front::Parts& parts, Connection& connection,
                         access::AuthenticationResult result, Instant now);
void take_control(Front::Parts& parts, const ControlMail& mail, Instant now);
// The timer of a connection has fired: its CONNECT is late, or its keep alive has run out.
void connection_due(Front::Parts& parts, Connection& connection, Instant now);

}  // namespace godwit::front
