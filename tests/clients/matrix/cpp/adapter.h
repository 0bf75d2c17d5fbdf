#pragma once

// The common part of the adapters written in C++: reads commands from standard input, has them done
// by the library's Client, and writes events to standard output. README.md describes both.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace matrix {

// 3.1.1 clients lose a kept session when the broker says so; 5.0 clients say for how long they want
// it.
constexpr std::uint32_t kKeptSessionSeconds = 300;
constexpr int kKeepAliveSeconds = 60;
// How long a library may take for one operation; the runner gives up a little later.
constexpr int kOperationSeconds = 20;

enum class Transport { kTcp, kTls, kWs, kWss };

// Where the broker is and how to talk to it; the same for all connections of a process.
struct Door {
  Transport transport = Transport::kTcp;
  std::string host;
  int port = 0;
  int protocol_level = 4;  // 4 is MQTT 3.1.1, 5 is 5.0
  std::string ca_file;

  [[nodiscard]] bool is_v5() const { return protocol_level == 5; }
  [[nodiscard]] bool is_encrypted() const {
    return transport == Transport::kTls || transport == Transport::kWss;
  }
  // As Paho C and C++ want it.
  [[nodiscard]] std::string uri() const;
};

struct Will {
  std::string topic;
  int qos = 0;
  std::string payload;
};

struct ConnectRequest {
  std::string client_id;
  bool clean = true;
  std::optional<Will> will;
};

struct Message {
  std::string topic;
  int qos = 0;
  bool retain = false;
  std::string payload;
};

// What a connection says by itself. Threads: any, the events are written one after the other.
struct Events {
  std::function<void(const Message&)> message;
  std::function<void()> lost;
};

// One connection of a library. Every operation blocks until the broker has answered and throws
// std::runtime_error with the library's words if it failed. Thread: main.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Whether the broker had a session; none if the library does not tell.
  virtual std::optional<bool> connect(const ConnectRequest& request) = 0;
  virtual void subscribe(const std::vector<std::string>& filters, int qos) = 0;
  virtual void publish(const Message& message) = 0;
  virtual void disconnect() = 0;
};

using MakeClient = std::function<std::unique_ptr<Client>(const Door&, Events)>;

// Throws std::runtime_error("WHAT: WHY") unless it is true.
void require(bool is_true, const std::string& what, const std::string& why);

// Serves commands until `quit` or the end of standard input. `library`: its version.
int run(const std::vector<std::string>& arguments, const std::string& library,
        const MakeClient& make_client);

}  // namespace matrix
