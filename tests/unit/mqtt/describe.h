// A packet as one line of text with every field in it: tests compare it with what they expect,
// fuzzers with what comes back from the encoder.
//
//   PUBLISH qos=1 dup=0 retain=0 topic='a/b' id=7 payload='x' alias=3 properties={Content Type='t'}
//
// Of a PUBLISH, topic alias and message expiry stand for themselves and not among the properties.
#pragma once

#include <string>

#include "broker/mqtt/packet.h"

namespace godwit::mqtt::test {

[[nodiscard]] std::string describe(const Packet& packet);

}  // namespace godwit::mqtt::test
