// The layers between a client's socket and its packets.
#pragma once

#include <memory>

#include "base/result.h"
#include "broker/app/pub_sub.h"
#include "broker/net/stream.h"

namespace godwit::app {

// Null for plain TCP. The error is a sentence about what cannot be used.
[[nodiscard]] Result<std::unique_ptr<net::Stream>> make_client_stream(
    const ClientTransport& transport);

}  // namespace godwit::app
