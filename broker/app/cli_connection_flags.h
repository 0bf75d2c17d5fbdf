// The flags of `godwit pub` and `godwit sub` that say how to connect, and as whom.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "broker/app/pub_sub.h"

namespace godwit::app {

class ConnectionFlags {
 public:
  // CLI11 keeps references to the members.
  void add_to(CLI::App& command);

  // Out of all flags and files that they name. The error is a sentence.
  [[nodiscard]] Result<PubSubConnection> connection() const;
  // The topic in --url, or empty.
  [[nodiscard]] Result<std::string> url_topic() const;

 private:
  void add_identity(CLI::App& command);
  void add_will(CLI::App& command);
  void add_transport(CLI::App& command);
  [[nodiscard]] Result<ClientTransport> transport() const;
  [[nodiscard]] Result<void> read_identity(client::ClientSettings& settings) const;
  [[nodiscard]] Result<void> read_session(client::ClientSettings& settings) const;
  [[nodiscard]] Result<void> read_will(client::ClientSettings& settings) const;

  std::optional<std::string> url_;
  std::optional<std::string> host_;
  std::optional<std::uint16_t> port_;
  std::string id_;
  std::optional<std::string> user_name_;
  std::optional<std::string> password_;
  std::optional<std::string> password_file_;
  std::string protocol_ = "5";
  std::uint16_t keep_alive_seconds_ = 60;
  bool keep_session_ = false;
  std::optional<std::uint32_t> session_expiry_seconds_;
  std::optional<std::string> will_topic_;
  std::optional<std::string> will_payload_;
  std::optional<std::uint32_t> will_qos_;
  bool will_retain_ = false;
  ClientTransport transport_;
  bool websocket_tls_ = false;
  std::optional<std::string> path_;
};

}  // namespace godwit::app
