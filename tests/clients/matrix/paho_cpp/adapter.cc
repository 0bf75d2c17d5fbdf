// Paho C++: its asynchronous client, whose tokens are waited for.

#include <mqtt/async_client.h>

#include "../cpp/adapter.h"

namespace {

using matrix::require;
constexpr std::chrono::seconds kOperation{matrix::kOperationSeconds};

class PahoClient final : public matrix::Client {
 public:
  PahoClient(matrix::Door door, matrix::Events events)
      : door_(std::move(door)), events_(std::move(events)) {}

  std::optional<bool> connect(const matrix::ConnectRequest& request) override {
    client_.emplace(door_.uri(), request.client_id, mqtt::create_options(door_.protocol_level));
    client_->set_connection_lost_handler([this](const std::string&) { events_.lost(); });
    // 5.0 brokers say why they end a connection; then it counts as disconnected, not as lost.
    client_->set_disconnected_handler(
        [this](const mqtt::properties&, mqtt::ReasonCode) { events_.lost(); });
    client_->set_message_callback([this](const mqtt::const_message_ptr& message) {
      events_.message({.topic = message->get_topic(),
                       .qos = message->get_qos(),
                       .retain = message->is_retained(),
                       .payload = message->get_payload_str()});
    });
    mqtt::connect_options_builder builder;
    builder.mqtt_version(door_.protocol_level)
        .keep_alive_interval(std::chrono::seconds(matrix::kKeepAliveSeconds))
        .connect_timeout(kOperation)
        .automatic_reconnect(false);
    if (door_.is_v5()) {
      builder.clean_start(request.clean);
      const auto expiry =
          static_cast<std::int32_t>(request.clean ? 0 : matrix::kKeptSessionSeconds);
      builder.properties({{mqtt::property::SESSION_EXPIRY_INTERVAL, expiry}});
    } else {
      builder.clean_session(request.clean);
    }
    if (request.will) {
      builder.will(mqtt::message(request.will->topic, request.will->payload, request.will->qos,
                                 /*retained=*/false));
    }
    if (door_.is_encrypted()) {
      mqtt::ssl_options tls;
      tls.set_trust_store(door_.ca_file);
      tls.set_verify(true);
      builder.ssl(tls);
    }
    const auto token = client_->connect(builder.finalize());
    wait(token, "connect");
    return token->get_connect_response().is_session_present();
  }

  void subscribe(const std::vector<std::string>& filters, int qos) override {
    const auto token = client_->subscribe(mqtt::string_collection::create(filters),
                                          mqtt::iasync_client::qos_collection(filters.size(), qos));
    wait(token, "subscribe");
    const auto answer = token->get_subscribe_response();
    for (const auto code : answer.get_reason_codes()) {
      require(code <= mqtt::ReasonCode::GRANTED_QOS_2, "subscribe", "refused");
    }
  }

  void publish(const matrix::Message& message) override {
    wait(client_->publish(message.topic, message.payload.data(), message.payload.size(),
                          message.qos, message.retain),
         "publish");
  }

  void disconnect() override { wait(client_->disconnect(), "disconnect"); }

 private:
  static void wait(const mqtt::token_ptr& token, const char* what) {
    require(token->wait_for(kOperation), what, "no answer in time");
  }

  const matrix::Door door_;
  const matrix::Events events_;
  std::optional<mqtt::async_client> client_;
};

std::string version() {
  const auto byte = [](int shift) { return std::to_string(mqtt::VERSION >> shift & 0xFFU); };
  return byte(24) + "." + byte(16) + "." + byte(8);
}

}  // namespace

int main(int argc, char** argv) {
  return matrix::run({argv, argv + argc}, version(), [](const auto& door, matrix::Events events) {
    return std::make_unique<PahoClient>(door, std::move(events));
  });
}
