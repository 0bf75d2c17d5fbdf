// The cheapest thing that can stand where a broker stands: what sockets alone cost. One thread, one
// epoll, just enough MQTT framing for godwit_load. It forwards a PUBLISH to the subscribers of
// exactly that topic and answers what QoS 1 and 2 demand; it checks nothing and keeps nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace godwit::bench {

class Relay {
 public:
  enum class Sending {
    kPerTurn,  // Output is gathered and leaves in one send per connection at the end of a turn.
    kEach,     // Every packet leaves by its own send.
  };

  explicit Relay(Sending sending);

  // Listens on 127.0.0.1. False when the port is taken.
  bool listen(std::uint16_t port);
  // Serves until the process is ended.
  [[noreturn]] void run();

 private:
  using Buffer = std::vector<std::uint8_t>;

  struct Client {
    int fd = -1;
    bool dirty = false;
    bool blocked = false;
    bool mqtt5 = false;
    std::uint16_t last_packet_id = 0;
    std::size_t output_sent = 0;
    Buffer output;
    Buffer rest;
    std::vector<std::string> topics;
  };

  // A packet of the input. Not const: a packet id is patched in place before it is copied on.
  struct Packet {
    std::span<std::uint8_t> whole;
    std::span<std::uint8_t> body;
  };

  struct TopicHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view topic) const {
      return std::hash<std::string_view>{}(topic);
    }
  };

  void accept_all();
  void drop(Client& client);
  void read(Client& client);
  static bool cut(std::span<std::uint8_t> input, Packet& packet);

  void handle(Client& client, const Packet& packet);
  void connect(Client& client, const Packet& packet);
  void subscribe(Client& client, const Packet& packet);
  void publish(Client& client, const Packet& packet);
  void answer(Client& client, unsigned header, std::uint8_t high, std::uint8_t low);

  void put(Client& client, std::span<const std::uint8_t> bytes);
  void flush(Client& client);
  void flush_all();
  void watch_writable(Client& client, bool on);

  Sending sending_;
  int epoll_ = -1;
  int listener_ = -1;
  Buffer input_;
  std::unordered_map<std::string, std::vector<Client*>, TopicHash, std::equal_to<>> subscribers_;
  std::vector<Client*> dirty_;
  // The dead are freed at the end of a turn, when nothing points at them any more.
  std::vector<std::unique_ptr<Client>> dead_;
};

}  // namespace godwit::bench
