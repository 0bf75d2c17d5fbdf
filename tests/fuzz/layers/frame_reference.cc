#include "tests/fuzz/layers/frame_reference.h"

#include <cstdint>

namespace godwit::fuzz {
namespace {

struct Frame {
  bool last = false;
  bool reserved = false;
  bool masked = false;
  unsigned opcode = 0;
  unsigned short_length = 0;
  std::uint64_t length = 0;
  std::size_t header_size = 0;  // 0: not all of it is there.
  Bytes mask = Bytes(4);
};

unsigned at(ByteView bytes, std::size_t index) { return std::to_integer<unsigned>(bytes[index]); }

Frame read_header(ByteView wire) {
  Frame frame;
  if (wire.size() < 2) {
    return frame;
  }
  frame.last = (at(wire, 0) & 128U) != 0;
  frame.reserved = (at(wire, 0) & 112U) != 0;
  frame.opcode = at(wire, 0) & 15U;
  frame.masked = (at(wire, 1) & 128U) != 0;
  frame.short_length = at(wire, 1) & 127U;
  const std::size_t more = frame.short_length == 127 ? 8 : frame.short_length == 126 ? 2 : 0;
  const std::size_t size = 2 + more + (frame.masked ? 4 : 0);
  if (wire.size() < size) {
    return frame;
  }
  frame.length = more == 0 ? frame.short_length : 0;
  for (std::size_t i = 0; i < more; ++i) {
    frame.length = frame.length * 256 + at(wire, 2 + i);
  }
  for (std::size_t i = 0; i < 4 && frame.masked; ++i) {
    frame.mask[i] = wire[2 + more + i];
  }
  frame.header_size = size;
  return frame;
}

bool opcode_is_known(unsigned opcode) {
  return opcode == 0 || opcode == 1 || opcode == 2 || opcode == 8 || opcode == 9 || opcode == 10;
}

bool allowed(const Frame& frame, bool in_message) {
  const bool control = frame.opcode >= 8;
  if (control && (!frame.last || frame.short_length > 125)) {
    return false;
  }
  if (frame.short_length == 126 && frame.length < 126) {
    return false;
  }
  if (frame.short_length == 127 && (frame.length < 65'536 || frame.length >= 1ULL << 63U)) {
    return false;
  }
  if (!frame.masked || frame.opcode == 1) {
    return false;
  }
  return control || (frame.opcode == 0) == in_message;
}

bool close_is_good(const Bytes& payload) {
  if (payload.empty()) {
    return true;
  }
  if (payload.size() == 1) {
    return false;
  }
  const unsigned code = at(payload, 0) * 256 + at(payload, 1);
  const bool reserved = code == 1004 || code == 1005 || code == 1006;
  return (code >= 1000 && code <= 1014 && !reserved) || (code >= 3000 && code <= 4999);
}

}  // namespace

FrameReading read_frames(ByteView wire) {
  FrameReading reading;
  bool in_message = false;
  while (!reading.failed && !reading.closed) {
    // What the first two bytes show is an error before the rest has come.
    if (wire.size() >= 2 && ((at(wire, 0) & 112U) != 0 || !opcode_is_known(at(wire, 0) & 15U))) {
      reading.failed = true;
      break;
    }
    const Frame frame = read_header(wire);
    if (frame.header_size == 0) {
      break;
    }
    if (!allowed(frame, in_message)) {
      reading.failed = true;
      break;
    }
    wire = wire.subspan(frame.header_size);
    Bytes payload;
    for (std::size_t i = 0; i < wire.size() && i < frame.length; ++i) {
      payload.push_back(wire[i] ^ frame.mask[i % 4]);
    }
    const bool complete = payload.size() == frame.length;
    wire = wire.subspan(payload.size());
    if (frame.opcode < 8) {
      append(reading.data, payload);
      in_message = complete ? !frame.last : in_message;
    }
    if (!complete) {
      break;
    }
    if (frame.opcode == 9) {
      append(reading.pings, payload);
      ++reading.ping_count;
    }
    if (frame.opcode == 8) {
      reading.closed = close_is_good(payload);
      reading.failed = !reading.closed;
    }
  }
  return reading;
}

}  // namespace godwit::fuzz
