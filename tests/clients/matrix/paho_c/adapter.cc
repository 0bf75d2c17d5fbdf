// Paho C: the synchronous API (MQTTClient), whose callbacks come in a thread of the library's.

#include <MQTTClient.h>

#include <algorithm>

#include "../cpp/adapter.h"

namespace {

using matrix::require;

constexpr const char* kNoFilter = "unused";
constexpr int kConnectAttemptsMax = 3;
constexpr int kDisconnectMilliseconds = 5000;
constexpr unsigned long kOperationMilliseconds = matrix::kOperationSeconds * 1000UL;

void require_success(int code, const char* what) {
  const char* text = MQTTClient_strerror(code);
  require(code == MQTTCLIENT_SUCCESS, what, text == nullptr ? std::to_string(code) : text);
}

class PahoClient final : public matrix::Client {
 public:
  PahoClient(matrix::Door door, matrix::Events events)
      : door_(std::move(door)), events_(std::move(events)) {}

  ~PahoClient() override {
    if (handle_ != nullptr) {
      MQTTClient_destroy(&handle_);
    }
  }

  std::optional<bool> connect(const matrix::ConnectRequest& request) override {
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    create.MQTTVersion = door_.protocol_level;
    require_success(
        MQTTClient_createWithOptions(&handle_, door_.uri().c_str(), request.client_id.c_str(),
                                     MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create),
        "create");
    require_success(MQTTClient_setCallbacks(handle_, this, &on_lost, &on_message, nullptr),
                    "callbacks");
    MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
    if (door_.is_v5()) {
      options = MQTTClient_connectOptions_initializer5;
      options.cleanstart = static_cast<int>(request.clean);
    } else {
      options.cleansession = static_cast<int>(request.clean);
    }
    options.MQTTVersion = door_.protocol_level;
    options.keepAliveInterval = matrix::kKeepAliveSeconds;
    options.connectTimeout = matrix::kOperationSeconds;
    MQTTClient_SSLOptions tls = MQTTClient_SSLOptions_initializer;
    tls.trustStore = door_.ca_file.c_str();
    tls.verify = 1;  // Also the name in the certificate.
    if (door_.is_encrypted()) {
      options.ssl = &tls;
    }
    MQTTClient_willOptions will = MQTTClient_willOptions_initializer;
    if (request.will) {
      will.topicName = request.will->topic.c_str();
      will.qos = request.will->qos;
      will.payload.len = static_cast<int>(request.will->payload.size());
      will.payload.data = request.will->payload.data();
      options.will = &will;
    }
    return open(options, request.clean);
  }

  void subscribe(const std::vector<std::string>& filters, int qos) override {
    std::vector<char*> pointers;
    for (const auto& filter : filters) {
      pointers.push_back(const_cast<char*>(filter.c_str()));  // It only reads them.
    }
    std::vector<int> levels(filters.size(), qos);
    const int count = static_cast<int>(filters.size());
    if (!door_.is_v5()) {
      require_success(MQTTClient_subscribeMany(handle_, count, pointers.data(), levels.data()),
                      "subscribe");
      require(std::all_of(levels.begin(), levels.end(), [](int code) { return code <= 2; }),
              "subscribe", "refused");
      return;
    }
    const MQTTResponse answer =
        MQTTClient_subscribeMany5(handle_, count, pointers.data(), levels.data(), nullptr, nullptr);
    const int first = answer.reasonCode;
    // One filter has one code, and no list.
    const bool granted =
        answer.reasonCodes == nullptr ||
        std::all_of(answer.reasonCodes, answer.reasonCodes + answer.reasonCodeCount,
                    [](int code) { return code <= 2; });
    MQTTResponse_free(answer);
    require(first >= 0 && first <= 2 && granted, "subscribe", std::to_string(first));
  }

  void publish(const matrix::Message& message) override {
    MQTTClient_deliveryToken token = 0;
    const int size = static_cast<int>(message.payload.size());
    const int retain = static_cast<int>(message.retain);
    if (door_.is_v5()) {
      const MQTTResponse answer =
          MQTTClient_publish5(handle_, message.topic.c_str(), size, message.payload.data(),
                              message.qos, retain, nullptr, &token);
      const int reason = answer.reasonCode;
      MQTTResponse_free(answer);
      require_success(reason, "publish");
    } else {
      require_success(MQTTClient_publish(handle_, message.topic.c_str(), size,
                                         message.payload.data(), message.qos, retain, &token),
                      "publish");
    }
    require_success(MQTTClient_waitForCompletion(handle_, token, kOperationMilliseconds),
                    "publish");
  }

  void disconnect() override {
    wait_for_callbacks();
    require_success(door_.is_v5() ? MQTTClient_disconnect5(handle_, kDisconnectMilliseconds,
                                                           MQTTREASONCODE_SUCCESS, nullptr)
                                  : MQTTClient_disconnect(handle_, kDisconnectMilliseconds),
                    "disconnect");
  }

 private:
  // The library frees a message under the callback that is just being told of it. The thread that
  // calls back also takes the answer to this request, so it is past every message before.
  void wait_for_callbacks() {
    if (door_.is_v5()) {
      MQTTResponse_free(MQTTClient_unsubscribe5(handle_, kNoFilter, nullptr));
    } else {
      MQTTClient_unsubscribe(handle_, kNoFilter);
    }
  }

  // The library gives up now and then while it opens a WebSocket over TLS, with every broker; its
  // users connect again, and so does this.
  std::optional<bool> open(MQTTClient_connectOptions& options, bool clean) {
    const int attempts = door_.transport == matrix::Transport::kWss ? kConnectAttemptsMax : 1;
    int code = MQTTCLIENT_FAILURE;
    for (int attempt = 0; attempt < attempts && code == MQTTCLIENT_FAILURE; ++attempt) {
      code = door_.is_v5() ? connect_v5(options, clean) : MQTTClient_connect(handle_, &options);
    }
    require_success(code, "connect");
    if (door_.is_v5()) {
      return std::nullopt;  // options.returned is only filled for 3.1.1.
    }
    return options.returned.sessionPresent != 0;
  }

  int connect_v5(MQTTClient_connectOptions& options, bool clean) {
    MQTTProperties properties = MQTTProperties_initializer;
    if (!clean) {
      MQTTProperty expiry = {};
      expiry.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL;
      expiry.value.integer4 = matrix::kKeptSessionSeconds;
      MQTTProperties_add(&properties, &expiry);
    }
    const MQTTResponse answer = MQTTClient_connect5(handle_, &options, &properties, nullptr);
    MQTTProperties_free(&properties);
    const int reason = answer.reasonCode;
    MQTTResponse_free(answer);
    return reason;
  }

  static void on_lost(void* self, char* /*cause*/) {
    static_cast<PahoClient*>(self)->events_.lost();
  }

  static int on_message(void* self, char* topic, int topic_size, MQTTClient_message* message) {
    // The size is 0 unless the topic holds a U+0000.
    const auto size = static_cast<std::size_t>(topic_size);
    static_cast<PahoClient*>(self)->events_.message(
        {.topic = size == 0 ? std::string(topic) : std::string(topic, size),
         .qos = message->qos,
         .retain = message->retained != 0,
         .payload = std::string(static_cast<const char*>(message->payload),
                                static_cast<std::size_t>(message->payloadlen))});
    MQTTClient_freeMessage(&message);
    MQTTClient_free(topic);
    return 1;
  }

  const matrix::Door door_;
  const matrix::Events events_;
  MQTTClient handle_ = nullptr;
};

std::string version() {
  for (auto* entry = MQTTClient_getVersionInfo(); entry != nullptr && entry->name != nullptr;
       ++entry) {
    if (std::string(entry->name) == "Version") {
      return entry->value;
    }
  }
  return "unknown";
}

}  // namespace

int main(int argc, char** argv) {
  MQTTClient_init_options options = MQTTClient_init_options_initializer;
  options.do_openssl_init = 1;
  MQTTClient_global_init(&options);
  return matrix::run({argv, argv + argc}, version(), [](const auto& door, matrix::Events events) {
    return std::make_unique<PahoClient>(door, std::move(events));
  });
}
