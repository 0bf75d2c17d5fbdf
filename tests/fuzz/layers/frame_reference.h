// The simplest reading of RFC 6455, section 5, that can be written: all bytes at once, a frame
// after the other. What the layer does has to agree with it.
#pragma once

#include "base/bytes.h"

namespace godwit::fuzz {

struct FrameReading {
  Bytes data;   // Payloads of data frames.
  Bytes pings;  // Payloads of pings, which want to be answered.
  unsigned ping_count = 0;
  bool failed = false;
  bool closed = false;
};

// Frames of a client to a server that speaks MQTT, and so takes no text.
[[nodiscard]] FrameReading read_frames(ByteView wire);

}  // namespace godwit::fuzz
