#include "adapter.h"

#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace matrix {
namespace {

constexpr int kWillBytes = 16;
constexpr std::uint32_t kFnvBasis = 2166136261U;
constexpr std::uint32_t kFnvPrime = 16777619U;
constexpr int kPayloadPeriod = 251;

struct TransportNames {
  Transport transport;
  const char* name;
  const char* scheme;
};
constexpr std::array<TransportNames, 4> kTransports = {{
    {Transport::kTcp, "tcp", "tcp"},
    {Transport::kTls, "tls", "ssl"},
    {Transport::kWs, "ws", "ws"},
    {Transport::kWss, "wss", "wss"},
}};

std::string payload_of(int size, int seed) {
  std::string payload(static_cast<std::size_t>(size), '\0');
  for (int at = 0; at < size; ++at) {
    payload[static_cast<std::size_t>(at)] = static_cast<char>((seed + at) % kPayloadPeriod);
  }
  return payload;
}

std::uint32_t checksum(const std::string& payload) {
  std::uint32_t sum = kFnvBasis;
  for (const char byte : payload) {
    sum = (sum ^ static_cast<unsigned char>(byte)) * kFnvPrime;
  }
  return sum;
}

// Reads and serves the commands. Events come from threads of the library as well: output_ has them
// written one after the other.
class Server {
 public:
  Server(Door door, const MakeClient& make_client)
      : door_(std::move(door)), make_client_(make_client) {}

  void say(const std::string& line) {
    const std::lock_guard lock(output_);
    std::cout << line << std::endl;  // The runner waits for it.
  }

  // False at the end.
  bool serve(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    std::string name;
    words >> command >> name;
    if (command == "quit" || command.empty()) {
      return false;
    }
    try {
      dispatch(command, name, words);
    } catch (const std::exception& error) {
      say("error " + name + " " + command + ": " + error.what());
    }
    return true;
  }

 private:
  void dispatch(const std::string& command, const std::string& name, std::istringstream& words) {
    if (command == "connect") {
      connect(name, words);
    } else if (command == "subscribe") {
      subscribe(name, words);
    } else if (command == "publish") {
      publish(name, words);
    } else if (command == "disconnect") {
      clients_.at(name)->disconnect();
      clients_.erase(name);
      say("disconnected " + name);
    } else {
      throw std::runtime_error("no such command");
    }
  }

  void connect(const std::string& name, std::istringstream& words) {
    ConnectRequest request;
    words >> request.client_id >> request.clean;
    Will will;
    if (int seed = 0; words >> will.topic >> will.qos >> seed) {
      will.payload = payload_of(kWillBytes, seed);
      request.will = will;
    }
    clients_.erase(name);
    auto client = make_client_(
        door_, {.message = [this, name](const Message& message) { say_message(name, message); },
                .lost = [this, name] { say("lost " + name); }});
    const auto session_present = client->connect(request);
    clients_[name] = std::move(client);
    say("connected " + name + " " +
        (session_present ? std::to_string(static_cast<int>(*session_present)) : "unknown"));
  }

  void subscribe(const std::string& name, std::istringstream& words) {
    std::string filter;
    int qos = 0;
    words >> filter >> qos;
    std::vector<std::string> filters;
    if (int count = 0; words >> count) {
      for (int number = 0; number < count; ++number) {
        filters.push_back(filter + "/" + std::to_string(number));
      }
    } else {
      filters.push_back(filter);
    }
    clients_.at(name)->subscribe(filters, qos);
    say("subscribed " + name);
  }

  void publish(const std::string& name, std::istringstream& words) {
    Message message;
    int size = 0;
    int seed = 0;
    words >> message.topic >> message.qos >> message.retain >> size >> seed;
    message.payload = payload_of(size, seed);
    clients_.at(name)->publish(message);
    say("published " + name);
  }

  void say_message(const std::string& name, const Message& message) {
    std::ostringstream line;
    line << "message " << name << " " << message.topic << " " << message.qos << " "
         << static_cast<int>(message.retain) << " " << message.payload.size() << " "
         << checksum(message.payload);
    say(line.str());
  }

  const Door door_;
  const MakeClient& make_client_;
  std::mutex output_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
};

Door parse_door(const std::vector<std::string>& arguments) {
  require(arguments.size() == 6, "arguments", "TRANSPORT HOST PORT PROTOCOL_LEVEL CA_FILE");
  for (const auto& known : kTransports) {
    if (arguments[1] == known.name) {
      return {.transport = known.transport,
              .host = arguments[2],
              .port = std::stoi(arguments[3]),
              .protocol_level = std::stoi(arguments[4]),
              .ca_file = arguments[5]};
    }
  }
  throw std::runtime_error("no transport " + arguments[1]);
}

}  // namespace

std::string Door::uri() const {
  std::string text;
  for (const auto& known : kTransports) {
    if (known.transport == transport) {
      text = known.scheme;
    }
  }
  text += "://" + host + ":" + std::to_string(port);
  return transport == Transport::kWs || transport == Transport::kWss ? text + "/mqtt" : text;
}

void require(bool is_true, const std::string& what, const std::string& why) {
  if (!is_true) {
    throw std::runtime_error(what + ": " + why);
  }
}

int run(const std::vector<std::string>& arguments, const std::string& library,
        const MakeClient& make_client) {
  try {
    Server server(parse_door(arguments), make_client);
    server.say("ready " + library);
    for (std::string line; std::getline(std::cin, line) && server.serve(line);) {
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}

}  // namespace matrix
