#include "broker/net/stream.h"

#include <utility>

#include "base/check.h"

namespace godwit::net {

Stream::Stream(std::vector<std::unique_ptr<Transform>> chain) : chain_(std::move(chain)) {
  CHECK(!chain_.empty());
}

StreamState Stream::receive(std::span<std::byte> input, StreamBuffers& buffers, DecodedSink& sink) {
  return push(0, input, buffers, sink);
}

StreamState Stream::push(std::size_t layer, std::span<std::byte> input, StreamBuffers& buffers,
                         DecodedSink& sink) {
  if (layer == chain_.size()) {
    sink.decoded(input);
    return StreamState::kOpen;
  }
  while (true) {
    buffers.reply.clear();
    const Transform::Inbound step = chain_[layer]->inbound(input, buffers.scratch, buffers.reply);
    if (!buffers.reply.empty()) {
      const ByteView reply(buffers.reply);
      encode_through(layer, {&reply, 1}, buffers, unsent_);
    }
    if (!step.output.empty()) {
      const StreamState above = push(layer + 1, step.output, buffers, sink);
      if (above != StreamState::kOpen) {
        return above;
      }
    }
    if (step.state != StreamState::kOpen) {
      return step.state;
    }
    if (!step.more) {
      return StreamState::kOpen;
    }
    input = {};
  }
}

void Stream::encode_through(std::size_t layers, std::span<const ByteView> chunks,
                            StreamBuffers& buffers, Bytes& output) {
  if (layers == 0) {
    for (const ByteView chunk : chunks) {
      append(output, chunk);
    }
    return;
  }
  if (layers == 1) {
    chain_[0]->outbound(chunks, output);
    return;
  }
  // Innermost first; the layer at the socket writes to `output`.
  Bytes from;
  from.swap(buffers.between);
  from.clear();
  chain_[layers - 1]->outbound(chunks, from);
  for (std::size_t layer = layers - 2; layer > 0; --layer) {
    Bytes to;
    const ByteView whole(from);
    chain_[layer]->outbound({&whole, 1}, to);
    from.swap(to);
  }
  const ByteView whole(from);
  chain_[0]->outbound({&whole, 1}, output);
  buffers.between.swap(from);
}

ByteView Stream::encode(std::span<const ByteView> chunks, StreamBuffers& buffers) {
  DCHECK(unsent().empty() && !finished_);
  buffers.encoded.clear();
  encode_through(chain_.size(), chunks, buffers, buffers.encoded);
  return buffers.encoded;
}

void Stream::keep_unsent(ByteView bytes) { append(unsent_, bytes); }

void Stream::finish(StreamBuffers& buffers) {
  if (std::exchange(finished_, true)) {
    return;
  }
  for (std::size_t layer = chain_.size(); layer > 0; --layer) {
    buffers.reply.clear();
    chain_[layer - 1]->finish(buffers.reply);
    if (buffers.reply.empty()) {
      continue;
    }
    const ByteView goodbye(buffers.reply);
    encode_through(layer - 1, {&goodbye, 1}, buffers, unsent_);
  }
}

void Stream::sent(std::size_t count) {
  DCHECK(count <= unsent().size());
  unsent_begin_ += count;
  if (unsent_begin_ != unsent_.size()) {
    return;
  }
  unsent_begin_ = 0;
  // An idle connection owns no buffer.
  Bytes().swap(unsent_);
}

}  // namespace godwit::net
