// `godwit pub`.
#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

#include "broker/app/file.h"
#include "broker/app/pub_sub_lines.h"
#include "broker/app/pub_sub_session.h"
#include "broker/mqtt/properties.h"

namespace godwit::app {
namespace {

// What a PUBLISH can carry, nearly; the broker's own limit comes first.
constexpr std::size_t kPayloadBytesMax = mqtt::kPacketSizeCeiling;

class Publisher final : public PubSubSession {
 public:
  explicit Publisher(const PubCommand& command)
      : PubSubSession("pub", command.connection), command_(command) {
    mqtt::PropertiesWriter writer(properties_);
    for (const client::UserProperty& property : command.user_properties) {
      writer.pair(property.name, property.value);
    }
  }

  int run() {
    if (std::holds_alternative<StandardInputLines>(command_.payload)) {
      if (connect()) {
        send_lines();
      }
      return end();
    }
    const Result<std::string> payload = read_payload();
    if (!payload) {
      report(payload.error().text);
      return kExitUsage;
    }
    if (connect()) {
      send_repeated(*payload);
    }
    return end();
  }

 private:
  enum class Outcome : std::uint8_t { kSent, kWait, kFailed };

  [[nodiscard]] Result<std::string> read_payload() const {
    if (const auto* text = std::get_if<TextPayload>(&command_.payload)) {
      return text->text;
    }
    if (const auto* file = std::get_if<FilePayload>(&command_.payload)) {
      return read_whole_file(file->path, kPayloadBytesMax);
    }
    if (std::holds_alternative<StandardInputPayload>(command_.payload)) {
      return read_to_end(STDIN_FILENO, kPayloadBytesMax);
    }
    return std::string();
  }

  // Hands one message over.
  Outcome publish(std::string_view payload) {
    const auto id = client().publish({.topic = mqtt::TopicName::from_checked(command_.topic),
                                      .payload = as_bytes(payload),
                                      .properties = mqtt::PropertiesView::from_checked(properties_),
                                      .message_expiry_interval = std::nullopt,
                                      .qos = command_.qos,
                                      .retain = command_.retain},
                                     now());
    if (id) {
      return Outcome::kSent;
    }
    if (client::is_passing(id.error())) {
      return Outcome::kWait;
    }
    if (client().online()) {  // Otherwise the end was reported already.
      report(fmt::format("cannot publish {} bytes: {}", payload.size(),
                         client::request_error_text(id.error())));
    }
    return Outcome::kFailed;
  }

  // The same, waiting while the broker or the network is busy. False if it is over.
  bool publish_in_time(std::string_view payload) {
    Outcome outcome = publish(payload);
    while (outcome == Outcome::kWait && turn()) {
      outcome = publish(payload);
    }
    return outcome == Outcome::kSent;
  }

  bool pause(Duration duration) {
    const Instant until = now() + duration;
    while (now() < until) {
      if (!turn(until)) {
        return false;
      }
    }
    return true;
  }

  void send_repeated(const std::string& payload) {
    for (std::uint32_t i = 0; i < command_.repeat; ++i) {
      if (i > 0 && !pause(command_.repeat_delay)) {
        return;
      }
      if (!publish_in_time(payload)) {
        return;
      }
    }
  }

  void send_lines() {
    LineReader lines(STDIN_FILENO, kPayloadBytesMax);
    while (!lines.done()) {
      while (const std::optional<std::string_view> line = lines.next()) {
        if (!publish_in_time(*line)) {
          return;
        }
      }
      if (lines.done()) {
        return;
      }
      pollfd input{.fd = lines.descriptor(), .events = POLLIN, .revents = 0};
      if (!turn(kNever, {&input, 1})) {
        return;
      }
      if (input.revents == 0) {
        continue;
      }
      if (const auto filled = lines.fill(); !filled) {
        return report(filled.error().text);
      }
    }
  }

  // Waits for what is not acknowledged yet.
  int end() {
    while (client().in_flight() > 0 && client().online() && !interrupted() && turn()) {
    }
    if (client().in_flight() > 0 && !failed()) {
      report(fmt::format("interrupted; {} messages are not acknowledged", client().in_flight()));
    }
    return finish();
  }

  void published(mqtt::PacketId, mqtt::ReasonCode reason) override {
    if (is_error(reason)) {
      report(fmt::format("the broker refused a message to `{}`: {}", command_.topic,
                         reason_code_name(reason)));
    }
  }

  const PubCommand& command_;
  Bytes properties_;
};

}  // namespace

int run_pub(const PubCommand& command) { return Publisher(command).run(); }

}  // namespace godwit::app
