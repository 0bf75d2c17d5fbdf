// Why the client does not send what it was asked to. Nothing has been sent; the connection stands.
#pragma once

#include <cstdint>
#include <string_view>

namespace godwit::client {

enum class RequestError : std::uint8_t {
  kOffline,             // Before CONNACK, or after the end.
  kWindowFull,          // As many messages are unfinished as the server or our limits allow: wait.
  kOutputFull,          // The socket has not taken output_bytes_max bytes yet: wait.
  kTooManyRequests,     // requests_max requests are not answered yet: wait.
  kTooLarge,            // Over the server's Maximum Packet Size (MQTT-3.2.2-15).
  kQosNotSupported,     // Over the server's Maximum QoS (MQTT-3.2.2-11).
  kRetainNotSupported,  // MQTT-3.2.2-14
  kWildcardSubscriptionsNotSupported,
  kSubscriptionIdentifiersNotSupported,
  kSharedSubscriptionsNotSupported,
};

// A sentence's end: "the message is larger than the broker takes".
[[nodiscard]] std::string_view request_error_text(RequestError error);

// Whether the same request may be taken later on this connection.
[[nodiscard]] constexpr bool is_passing(RequestError error) {
  return error == RequestError::kWindowFull || error == RequestError::kOutputFull ||
         error == RequestError::kTooManyRequests;
}

}  // namespace godwit::client
