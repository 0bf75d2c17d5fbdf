#include "tests/unit/net/stream_pair.h"

#include <algorithm>

namespace godwit::net::test {

Bytes StreamEnd::take_unsent(std::size_t count) {
  const ByteView unsent = stream_->unsent();
  const ByteView taken = unsent.first(std::min(count, unsent.size()));
  Bytes bytes(taken.begin(), taken.end());
  stream_->sent(bytes.size());
  return bytes;
}

void StreamEnd::feed(std::span<std::byte> bytes) {
  if (state == StreamState::kOpen) {
    state = stream_->receive(bytes, buffers, *this);
  }
}

void StreamPair::carry(std::size_t piece) {
  while (true) {
    Bytes to_server = client.take_unsent(piece);
    server.feed(to_server);
    Bytes to_client = server.take_unsent(piece);
    client.feed(to_client);
    if (to_server.empty() && to_client.empty()) {
      return;
    }
  }
}

std::unique_ptr<Stream> stream_of(std::unique_ptr<Transform> first,
                                  std::unique_ptr<Transform> second,
                                  std::unique_ptr<Transform> third) {
  std::vector<std::unique_ptr<Transform>> chain;
  for (std::unique_ptr<Transform>* layer : {&first, &second, &third}) {
    if (*layer != nullptr) {
      chain.push_back(std::move(*layer));
    }
  }
  return std::make_unique<Stream>(std::move(chain));
}

}  // namespace godwit::net::test
