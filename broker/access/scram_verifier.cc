#include "broker/access/scram_verifier.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/base64.h"

namespace godwit::access {
namespace {

constexpr std::string_view kPrefix = "SCRAM-SHA-256$";
constexpr std::size_t kSaltBytesMin = 8;
constexpr std::size_t kSaltBytesMax = 64;

// The text up to `end`, which is taken off with it; none if there is no such end.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

std::optional<std::uint32_t> read_iterations(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < kScramIterationsMin ||
      value > kScramIterationsMax) {
    return std::nullopt;
  }
  return value;
}

std::optional<Digest256> read_digest(std::string_view text) {
  const auto bytes = from_base64(text);
  Digest256 digest{};
  if (!bytes || bytes->size() != digest.size()) {
    return std::nullopt;
  }
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

}  // namespace

ScramVerifier ScramVerifier::make(std::string_view password, Bytes salt, std::uint32_t iterations,
                                  const Sha256& sha256) {
  const Digest256 salted = sha256.pbkdf2(as_bytes(password), salt, iterations);
  const Digest256 client_key = sha256.hmac(salted, as_bytes("Client Key"));
  return {.iterations = iterations,
          .salt = std::move(salt),
          .stored_key = sha256.hash(client_key),
          .server_key = sha256.hmac(salted, as_bytes("Server Key"))};
}

std::optional<ScramVerifier> ScramVerifier::parse(std::string_view text) {
  if (!is_form(text)) {
    return std::nullopt;
  }
  text.remove_prefix(kPrefix.size());
  const auto iterations_text = take_until(text, ':');
  const auto salt_text = take_until(text, '$');
  const auto stored_text = take_until(text, ':');
  if (!iterations_text || !salt_text || !stored_text) {
    return std::nullopt;
  }
  const auto iterations = read_iterations(*iterations_text);
  auto salt = from_base64(*salt_text);
  const auto stored_key = read_digest(*stored_text);
  const auto server_key = read_digest(text);
  if (!iterations || !salt || salt->size() < kSaltBytesMin || salt->size() > kSaltBytesMax ||
      !stored_key || !server_key) {
    return std::nullopt;
  }
  return ScramVerifier{*iterations, std::move(*salt), *stored_key, *server_key};
}

bool ScramVerifier::is_form(std::string_view text) { return text.starts_with(kPrefix); }

std::string ScramVerifier::text() const {
  std::string text(kPrefix);
  text.append(std::to_string(iterations)).append(":").append(to_base64(salt));
  text.append("$").append(to_base64(stored_key)).append(":").append(to_base64(server_key));
  return text;
}

bool ScramVerifier::fits(std::string_view password, const Sha256& sha256) const {
  return equal_in_constant_time(make(password, salt, iterations, sha256).stored_key, stored_key);
}

}  // namespace godwit::access
