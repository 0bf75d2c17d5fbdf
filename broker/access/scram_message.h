// The two messages that a SCRAM client sends (RFC 5802, section 7), taken apart. Private to the
// room; pure. The views are into the message.
//
// Stricter than the grammar where nothing is lost: a message is bounded, and optional extensions,
// of which none is registered, are refused like mandatory ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/access/sha256.h"

namespace godwit::access {

inline constexpr std::size_t kScramMessageBytesMax = 2'048;
inline constexpr std::size_t kScramNonceBytesMax = 256;

struct ScramClientFirst {
  std::string_view gs2_header;  // With its last comma.
  std::string_view bare;        // What follows it.
  std::string user_name;
  std::string_view nonce;
};

// None also for a client that wants channel binding, which we do not announce, or to act as
// somebody else.
[[nodiscard]] std::optional<ScramClientFirst> parse_client_first(std::string_view message);

struct ScramClientFinal {
  std::string_view channel_binding;  // base64
  std::string_view nonce;
  Digest256 proof{};
  std::string_view without_proof;
};

[[nodiscard]] std::optional<ScramClientFinal> parse_client_final(std::string_view message);

}  // namespace godwit::access
