#include "broker/net/stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/unit/net/test_transforms.h"

namespace godwit::net::test {
namespace {

class CollectingSink final : public DecodedSink {
 public:
  void ready(const PeerFacts& /*facts*/) override {}
  void decoded(std::span<std::byte> bytes) override {
    text += as_text(bytes);
    ++calls;
  }
  std::string text;
  int calls = 0;
};

Stream make_stream(std::unique_ptr<Transform> first, std::unique_ptr<Transform> second = nullptr) {
  std::vector<std::unique_ptr<Transform>> chain;
  chain.push_back(std::move(first));
  if (second != nullptr) {
    chain.push_back(std::move(second));
  }
  return Stream(std::move(chain));
}

Stream frames() { return make_stream(std::make_unique<FrameTransform>()); }
Stream frames_in_pairs() {
  return make_stream(std::make_unique<DoublingTransform>(), std::make_unique<FrameTransform>());
}

// As the peer of `frames_in_pairs` sends it.
Bytes on_the_wire(std::string_view text) {
  return DoublingTransform::doubled(FrameTransform::frame(text));
}

TEST(Stream, decodes_what_one_layer_speaks) {
  Stream stream = frames();
  StreamBuffers buffers(1024);
  CollectingSink sink;
  Bytes input = FrameTransform::frame("hello");
  append(input, FrameTransform::frame(" world"));
  EXPECT_EQ(stream.receive(input, buffers, sink), StreamState::kOpen);
  EXPECT_EQ(sink.text, "hello world");
  EXPECT_TRUE(stream.unsent().empty());
}

TEST(Stream, decodes_the_same_from_any_split_of_the_bytes) {
  Bytes wire = on_the_wire("first message");
  append(wire, on_the_wire("second"));
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    Stream stream = frames_in_pairs();
    StreamBuffers buffers(1024);
    CollectingSink sink;
    Bytes left(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(cut));
    Bytes right(wire.begin() + static_cast<std::ptrdiff_t>(cut), wire.end());
    EXPECT_EQ(stream.receive(left, buffers, sink), StreamState::kOpen);
    EXPECT_EQ(stream.receive(right, buffers, sink), StreamState::kOpen);
    EXPECT_EQ(sink.text, "first messagesecond") << "cut at " << cut;
  }
}

TEST(Stream, a_layer_may_give_its_output_in_several_goes) {
  Stream stream = frames_in_pairs();
  StreamBuffers buffers(4);  // Four bytes at a time out of the first layer.
  CollectingSink sink;
  Bytes input = on_the_wire("a text longer than the second buffer");
  EXPECT_EQ(stream.receive(input, buffers, sink), StreamState::kOpen);
  EXPECT_EQ(sink.text, "a text longer than the second buffer");
}

TEST(Stream, encodes_through_all_layers_from_the_inside_out) {
  Stream stream = frames_in_pairs();
  StreamBuffers buffers(1024);
  const ByteView chunks[] = {as_bytes("one"), as_bytes("two")};
  const ByteView encoded = stream.encode(chunks, buffers);
  Bytes expected = on_the_wire("one");
  append(expected, on_the_wire("two"));
  EXPECT_EQ(as_text(encoded), as_text(expected));
  EXPECT_TRUE(stream.unsent().empty());
}

TEST(Stream, what_a_layer_answers_goes_through_the_layers_below_it) {
  Stream stream = frames_in_pairs();
  StreamBuffers buffers(1024);
  CollectingSink sink;
  Bytes input = on_the_wire("?ping");
  append(input, on_the_wire("data"));
  EXPECT_EQ(stream.receive(input, buffers, sink), StreamState::kOpen);
  EXPECT_EQ(sink.text, "data");
  EXPECT_EQ(as_text(stream.unsent()), as_text(on_the_wire("!ping")));
}

TEST(Stream, an_end_said_by_a_layer_ends_the_stream) {
  Stream stream = frames();
  StreamBuffers buffers(1024);
  CollectingSink sink;
  Bytes input = FrameTransform::frame("last");
  input.push_back(std::byte{0});
  EXPECT_EQ(stream.receive(input, buffers, sink), StreamState::kClosed);
  EXPECT_EQ(sink.text, "last");
}

TEST(Stream, a_failure_leaves_an_alert_behind) {
  Stream stream = frames_in_pairs();
  StreamBuffers buffers(1024);
  CollectingSink sink;
  Bytes input = on_the_wire("good");
  append(input, as_bytes("\x01\x07"));
  EXPECT_EQ(stream.receive(input, buffers, sink), StreamState::kFailed);
  EXPECT_EQ(sink.text, "good");
  EXPECT_EQ(as_text(stream.unsent()), "alert");
}

TEST(Stream, what_the_socket_did_not_take_is_kept_in_order) {
  Stream stream = frames();
  StreamBuffers buffers(1024);
  const ByteView chunk = as_bytes("hello");
  const Bytes encoded = [&] {
    const ByteView view = stream.encode({&chunk, 1}, buffers);
    return Bytes(view.begin(), view.end());
  }();
  stream.keep_unsent(ByteView(encoded).subspan(2));
  EXPECT_EQ(as_text(stream.unsent()), as_text(ByteView(encoded).subspan(2)));
  stream.sent(1);
  EXPECT_EQ(as_text(stream.unsent()), as_text(ByteView(encoded).subspan(3)));
  stream.sent(3);
  EXPECT_TRUE(stream.unsent().empty());
}

TEST(Stream, says_goodbye_in_every_layer_once) {
  Stream stream = frames_in_pairs();
  StreamBuffers buffers(1024);
  stream.finish(buffers);
  // The inner layer's goodbye is still encoded by the outer one, whose own comes last and bare.
  const Bytes inner = {std::byte{0}};
  EXPECT_EQ(as_text(stream.unsent()),
            std::string(as_text(DoublingTransform::doubled(inner))) + "bye");
  stream.finish(buffers);
  EXPECT_EQ(stream.unsent().size(), 5U);
}

}  // namespace
}  // namespace godwit::net::test
