// libmosquitto: a connection has a thread of the library's; operations wait for its callbacks.

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

#include "../cpp/adapter.h"

namespace {

using matrix::require;

void require_success(int code, const char* what) {
  require(code == MOSQ_ERR_SUCCESS, what, mosquitto_strerror(code));
}

class MosquittoClient final : public matrix::Client {
 public:
  MosquittoClient(matrix::Door door, matrix::Events events)
      : door_(std::move(door)), events_(std::move(events)) {}

  ~MosquittoClient() override {
    if (handle_ != nullptr) {
      mosquitto_disconnect(handle_);
      mosquitto_loop_stop(handle_, false);
      mosquitto_destroy(handle_);
    }
  }

  std::optional<bool> connect(const matrix::ConnectRequest& request) override {
    handle_ = mosquitto_new(request.client_id.c_str(), request.clean, this);
    require(handle_ != nullptr, "mosquitto_new", "no handle");
    require_success(mosquitto_int_option(handle_, MOSQ_OPT_PROTOCOL_VERSION, door_.protocol_level),
                    "version");
    mosquitto_connect_v5_callback_set(handle_, &on_connect);
    mosquitto_disconnect_callback_set(handle_, &on_disconnect);
    mosquitto_subscribe_callback_set(handle_, &on_subscribe);
    mosquitto_publish_callback_set(handle_, &on_acknowledged);
    mosquitto_message_callback_set(handle_, &on_message);
    if (request.will) {
      const auto& will = *request.will;
      require_success(
          mosquitto_will_set(handle_, will.topic.c_str(), static_cast<int>(will.payload.size()),
                             will.payload.data(), will.qos, false),
          "will");
    }
    if (door_.is_encrypted()) {
      require_success(
          mosquitto_tls_set(handle_, door_.ca_file.c_str(), nullptr, nullptr, nullptr, nullptr),
          "tls");
    }
    open(request.clean);
    require_success(mosquitto_loop_start(handle_), "loop");
    wait_for("connect", [this] { return connack_.has_value(); });
    require(connack_->reason == 0, "connect", mosquitto_reason_string(connack_->reason));
    return connack_->session_present;
  }

  void subscribe(const std::vector<std::string>& filters, int qos) override {
    std::vector<char*> pointers;
    for (const auto& filter : filters) {
      pointers.push_back(const_cast<char*>(filter.c_str()));  // It only reads them.
    }
    int id = 0;
    require_success(mosquitto_subscribe_multiple(handle_, &id, static_cast<int>(pointers.size()),
                                                 pointers.data(), qos, 0, nullptr),
                    "subscribe");
    wait_for_answer("subscribe", id);
    const std::lock_guard lock(mutex_);
    require(!refused_, "subscribe", "refused");
  }

  void publish(const matrix::Message& message) override {
    int id = 0;
    require_success(mosquitto_publish(handle_, &id, message.topic.c_str(),
                                      static_cast<int>(message.payload.size()),
                                      message.payload.data(), message.qos, message.retain),
                    "publish");
    wait_for_answer("publish", id);
  }

  void disconnect() override {
    require_success(mosquitto_disconnect(handle_), "disconnect");
    wait_for("disconnect", [this] { return ended_; });
  }

 private:
  struct Connack {
    int reason = 0;
    bool session_present = false;
  };

  void open(bool clean) {
    mosquitto_property* properties = nullptr;
    if (door_.is_v5() && !clean) {
      require_success(mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                                   matrix::kKeptSessionSeconds),
                      "property");
    }
    const int code = mosquitto_connect_bind_v5(handle_, door_.host.c_str(), door_.port,
                                               matrix::kKeepAliveSeconds, nullptr, properties);
    mosquitto_property_free_all(&properties);
    require_success(code, "connect");
  }

  template <class Condition>
  void wait_for(const char* what, Condition condition) {
    std::unique_lock lock(mutex_);
    require(news_.wait_for(lock, std::chrono::seconds(matrix::kOperationSeconds), condition), what,
            "no answer in time");
  }

  void wait_for_answer(const char* what, int id) {
    wait_for(what, [this, id] { return answered_.erase(id) > 0; });
  }

  // Runs `change` in the thread of the library, and wakes whoever waits.
  template <class Change>
  static void note(void* self, Change change) {
    auto& client = *static_cast<MosquittoClient*>(self);
    const std::lock_guard lock(client.mutex_);
    change(client);
    client.news_.notify_all();
  }

  static void on_connect(mosquitto* /*handle*/, void* self, int reason, int flags,
                         const mosquitto_property* /*properties*/) {
    note(self, [&](auto& client) { client.connack_ = Connack{reason, (flags & 1) != 0}; });
  }
  static void on_disconnect(mosquitto* handle, void* self, int reason) {
    note(self, [](auto& client) { client.ended_ = true; });
    if (reason != 0) {
      mosquitto_disconnect(handle);  // Or it would connect again.
      static_cast<MosquittoClient*>(self)->events_.lost();
    }
  }
  static void on_subscribe(mosquitto* /*handle*/, void* self, int id, int count,
                           const int* granted) {
    const bool refused = std::any_of(granted, granted + count, [](int code) { return code > 2; });
    note(self, [&](auto& client) {
      client.answered_.insert(id);
      client.refused_ = client.refused_ || refused;
    });
  }
  static void on_acknowledged(mosquitto* /*handle*/, void* self, int id) {
    note(self, [id](auto& client) { client.answered_.insert(id); });
  }
  static void on_message(mosquitto* /*handle*/, void* self, const mosquitto_message* message) {
    const auto* bytes = static_cast<const char*>(message->payload);
    const auto size = static_cast<std::size_t>(message->payloadlen);
    static_cast<MosquittoClient*>(self)->events_.message(
        {.topic = message->topic,
         .qos = message->qos,
         .retain = message->retain,
         .payload = size == 0 ? std::string() : std::string(bytes, size)});
  }

  const matrix::Door door_;
  const matrix::Events events_;
  mosquitto* handle_ = nullptr;

  std::mutex mutex_;
  std::condition_variable news_;
  // Guarded by mutex_.
  std::optional<Connack> connack_;
  bool ended_ = false;
  bool refused_ = false;
  std::set<int> answered_;
};

std::string version() {
  int major = 0;
  int minor = 0;
  int revision = 0;
  mosquitto_lib_version(&major, &minor, &revision);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(revision);
}

}  // namespace

int main(int argc, char** argv) {
  mosquitto_lib_init();
  const int code =
      matrix::run({argv, argv + argc}, version(), [](const auto& door, matrix::Events events) {
        return std::make_unique<MosquittoClient>(door, std::move(events));
      });
  mosquitto_lib_cleanup();
  return code;
}
