// The layers between a client's socket and its packets.
#pragma once

#include <memory>

#include "base/random.h"
#include "base/result.h"
#include "broker/app/pub_sub.h"
#include "broker/net/stream.h"

namespace godwit::app {

// Null for plain TCP. Reads the files that the transport names. The error is a sentence about what
// cannot be used. `random` outlives the stream.
[[nodiscard]] Result<std::unique_ptr<net::Stream>> make_client_stream(
    const ClientTransport& transport, Random& random);

}  // namespace godwit::app
