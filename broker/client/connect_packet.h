// Private to the room: CONNECT from the settings.
#pragma once

#include "base/bytes.h"
#include "broker/client/settings.h"

namespace godwit::client {

// Appends the packet. `clean_start` is that of this connection, not of the settings.
void append_connect(const ClientSettings& settings, bool clean_start, Bytes& out);

}  // namespace godwit::client
