#include "broker/net/stream.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace godwit::net {

Stream::Stream(std::vector<std::unique_ptr<Transform>> chain)
    : layer_count_(static_cast<std::uint8_t>(chain.size())) {
  CHECK(!chain.empty() && chain.size() <= kLayersMax);
  std::ranges::move(chain, chain_.begin());
}

StreamState Stream::receive(std::span<std::byte> input, StreamBuffers& buffers, DecodedSink& sink) {
  const StreamState state = push(0, input, buffers, sink);
  if (state != StreamState::kOpen) {
    return state;
  }
  if (started_ < layer_count_) {
    start_layers(buffers);
  }
  if (!ready_ && all_ready()) {
    become_ready(sink);
  }
  drop_layers_done();
  return state;
}

void Stream::start(StreamBuffers& buffers) {
  start_layers(buffers);
  ready_ = all_ready();
}

bool Stream::all_ready() const {
  return std::ranges::all_of(layers(), [](const auto& layer) { return layer->ready(); });
}

void Stream::start_layers(StreamBuffers& buffers) {
  while (started_ < layer_count_ && (started_ == 0 || chain_[started_ - 1U]->ready())) {
    buffers.reply.clear();
    chain_[started_]->start(buffers.reply);
    if (!buffers.reply.empty()) {
      const ByteView words(buffers.reply);
      encode_through(started_, {&words, 1}, buffers, unsent_);
    }
    ++started_;
  }
}

void Stream::become_ready(DecodedSink& sink) {
  ready_ = true;
  sink.ready(facts());
}

PeerFacts Stream::facts() const {
  PeerFacts facts;
  for (const auto& layer : layers()) {
    if (layer->ready()) {
      layer->tell(facts);
    }
  }
  return facts;
}

// The layers nearest to the socket only: those above lie in the way of nothing.
void Stream::drop_layers_done() {
  while (ready_ && layer_count_ > 0 && !chain_[0]->needed()) {
    std::shift_left(chain_.begin(), chain_.end(), 1);
    --layer_count_;
    --started_;
  }
}

Stream::Failure Stream::failure() const {
  if (failed_ >= layer_count_) {
    return {};
  }
  return {chain_[failed_]->layer(), chain_[failed_]->problem()};
}

StreamState Stream::push(std::size_t layer, std::span<std::byte> input, StreamBuffers& buffers,
                         DecodedSink& sink) {
  if (layer == layer_count_) {
    if (!ready_) {
      become_ready(sink);
    }
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
      failed_ = static_cast<std::uint8_t>(layer);
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
  encode_through(layer_count_, chunks, buffers, buffers.encoded);
  return buffers.encoded;
}

void Stream::keep_unsent(ByteView bytes) { append(unsent_, bytes); }

void Stream::finish(StreamBuffers& buffers) {
  if (std::exchange(finished_, true)) {
    return;
  }
  for (std::size_t layer = layer_count_; layer > 0; --layer) {
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
  unsent_begin_ += static_cast<std::uint32_t>(count);
  if (unsent_begin_ != unsent_.size()) {
    return;
  }
  unsent_begin_ = 0;
  // An idle connection owns no buffer.
  Bytes().swap(unsent_);
}

}  // namespace godwit::net
