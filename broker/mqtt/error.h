// What a decoder says of bytes that are not MQTT.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "broker/mqtt/reason_code.h"

namespace godwit::mqtt {

struct DecodeError {
  ReasonCode reason;      // What a 5.0 peer is told: 0x81 malformed, 0x82 protocol error, ...
  std::size_t offset;     // Of the first offending byte, from the start of the packet.
  std::string_view what;  // A literal for the log: "packet identifier is 0".
};

template <class T>
using DecodeResult = Result<T, DecodeError>;

}  // namespace godwit::mqtt
