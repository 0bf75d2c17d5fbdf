// What may lie between MQTT and the socket: TLS, WebSocket, or one upon the other. A layer knows
// neither socket nor clock; bytes go in, bytes are appended to what the caller gives. One object
// belongs to one connection. Thread: the generator's one.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tests/bench/load/scratch.h"
#include "tests/bench/load/wire.h"

namespace godwit::bench {

class Layer {
 public:
  virtual ~Layer() = default;

  // What is below is there: appends what this side says first. Once, before anything else. False,
  // here and below: the peer or its certificate is wrong, problem() says how, and the connection
  // is of no more use.
  virtual bool connected(Buffer& below) = 0;

  // Takes all of `input`, however it was cut. Appends what it carried to `above`, which is valid
  // also when the answer is false, and what must be answered to `below`.
  virtual bool decode(Bytes input, Scratch& above, Buffer& below) = 0;

  // Appends `above`, which is not empty, as one unit of this layer: a TLS record (more beyond
  // 16 KiB), a WebSocket frame. Only when ready().
  virtual bool encode(Bytes above, Buffer& below) = 0;

  // The handshake is done; what is above may begin.
  [[nodiscard]] bool ready() const { return ready_; }
  // Empty as long as nothing is wrong, and after an orderly end.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 protected:
  void set_ready() { ready_ = true; }
  // For `return fail("…");`.
  bool fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

 private:
  bool ready_ = false;
  std::string problem_;
};

// What passes from one layer of a stack to the other on its way. Shared by all connections, of
// which only one is being worked on at a time.
struct StackScratch {
  Scratch inward;
  Buffer outward;
};

// Two layers as one: WebSocket (upper) over TLS (lower).
class StackedLayer final : public Layer {
 public:
  StackedLayer(std::unique_ptr<Layer> lower, std::unique_ptr<Layer> upper, StackScratch& scratch);

  bool connected(Buffer& below) override;
  bool decode(Bytes input, Scratch& above, Buffer& below) override;
  bool encode(Bytes above, Buffer& below) override;

 private:
  bool advance(Scratch& above);
  bool pass_down(Buffer& below);

  std::unique_ptr<Layer> lower_;
  std::unique_ptr<Layer> upper_;
  StackScratch& scratch_;
  bool upper_connected_ = false;
};

}  // namespace godwit::bench
