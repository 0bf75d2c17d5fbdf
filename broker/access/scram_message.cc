#include "broker/access/scram_message.h"

#include <algorithm>

#include "base/base64.h"

namespace godwit::access {
namespace {

// The value of the attribute that the text begins with, up to the next comma, which is taken off
// with it; none if it begins otherwise, or if nothing follows the comma.
std::optional<std::string_view> take_attribute(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) {
    return std::nullopt;
  }
  text.remove_prefix(name.size());
  const std::size_t comma = text.find(',');
  const std::string_view value = text.substr(0, comma);
  if (comma == std::string_view::npos) {
    text = {};
    return value;
  }
  text.remove_prefix(comma + 1);
  return text.empty() ? std::nullopt : std::optional(value);
}

// A saslname: "=2C" stands for a comma and "=3D" for an equals sign.
std::optional<std::string> decode_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    if (text.starts_with("=2C")) {
      name += ',';
      text.remove_prefix(3);
    } else if (text.starts_with("=3D")) {
      name += '=';
      text.remove_prefix(3);
    } else if (text.front() == '=') {
      return std::nullopt;
    } else {
      name += text.front();
      text.remove_prefix(1);
    }
  }
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= kScramNonceBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

std::optional<ScramClientFirst> parse_client_first(std::string_view message) {
  // "n": the client knows no channel binding; "y": it thinks we do not. No authzid.
  if (message.size() > kScramMessageBytesMax ||
      (!message.starts_with("n,,") && !message.starts_with("y,,"))) {
    return std::nullopt;
  }
  ScramClientFirst first;
  first.gs2_header = message.substr(0, 3);
  first.bare = message.substr(3);
  std::string_view rest = first.bare;
  const auto name = take_attribute(rest, "n=");
  const auto nonce = take_attribute(rest, "r=");
  if (!name || !nonce || !is_nonce(*nonce) || !rest.empty()) {
    return std::nullopt;
  }
  auto user_name = decode_name(*name);
  if (!user_name) {
    return std::nullopt;
  }
  first.user_name = std::move(*user_name);
  first.nonce = *nonce;
  return first;
}

std::optional<ScramClientFinal> parse_client_final(std::string_view message) {
  if (message.size() > kScramMessageBytesMax) {
    return std::nullopt;
  }
  std::string_view rest = message;
  const auto binding = take_attribute(rest, "c=");
  const auto nonce = take_attribute(rest, "r=");
  const auto proof_text = take_attribute(rest, "p=");
  if (!binding || !nonce || !proof_text || !rest.empty()) {
    return std::nullopt;
  }
  const auto proof = from_base64(*proof_text);
  ScramClientFinal final_message;
  if (!proof || proof->size() != final_message.proof.size()) {
    return std::nullopt;
  }
  std::ranges::copy(*proof, final_message.proof.begin());
  final_message.channel_binding = *binding;
  final_message.nonce = *nonce;
  final_message.without_proof = message.substr(0, message.find(",p="));
  return final_message;
}

}  // namespace godwit::access
