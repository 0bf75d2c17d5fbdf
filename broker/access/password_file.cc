#include "broker/access/password_file.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/check.h"
#include "broker/access/lines.h"
#include "broker/access/scram_verifier.h"

namespace godwit::access {
namespace {

constexpr std::size_t kUserNameBytesMax = 256;

// What a hash may ask of us when it is verified. A file that asks for more was not meant.
constexpr std::uint32_t kMemoryKibMin = 8;
constexpr std::uint32_t kMemoryKibMax = 1U << 20U;
constexpr std::uint32_t kPassesMax = 64;
constexpr std::uint32_t kLanesMax = 16;
// In base64 without padding: salts of 8 to 64 bytes, hashes of 16 to 64.
constexpr std::size_t kSaltTextMin = 11;
constexpr std::size_t kHashTextMin = 22;
constexpr std::size_t kBase64TextMax = 86;

// Nobody's: salt and digest are made up, so no password is known to fit. Today's default cost.
constexpr std::string_view kDummyHash =
    "$argon2id$v=19$m=19456,t=2,p=1$Z29kd2l0LWR1bW15LXNhbA$"
    "R09EV0lUIERVTU1ZIEhBU0ggT0YgTk8gUEFTU1dPUkQ";

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) {
    return false;
  }
  text.remove_prefix(expected.size());
  return true;
}

bool take_number(std::string_view& text, std::uint32_t min, std::uint32_t max) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < min || value > max) {
    return false;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

bool take_base64(std::string_view& text, std::size_t min, std::size_t max) {
  const auto size =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_base64) - text.begin());
  if (size < min || size > max) {
    return false;
  }
  text.remove_prefix(size);
  return true;
}

// The PHC string form, with bounds on what it costs.
bool is_argon2id(std::string_view hash) {
  return take(hash, "$argon2id$v=19$m=") && take_number(hash, kMemoryKibMin, kMemoryKibMax) &&
         take(hash, ",t=") && take_number(hash, 1, kPassesMax) && take(hash, ",p=") &&
         take_number(hash, 1, kLanesMax) && take(hash, "$") &&
         take_base64(hash, kSaltTextMin, kBase64TextMax) && take(hash, "$") &&
         take_base64(hash, kHashTextMin, kBase64TextMax) && hash.empty();
}

// Says what is wrong with a line, if anything is. Never repeats a hash.
std::optional<std::string> find_fault(std::string_view user_name, std::string_view hash) {
  if (!PasswordFile::valid_user_name(user_name)) {
    return "the user name is empty, over 256 bytes long, or has a control character";
  }
  if (!is_argon2id(hash) && !ScramVerifier::parse(hash)) {
    return "the password hash of \"" + std::string(user_name) +
           "\" is neither a valid $argon2id$v=19$m=…,t=…,p=…$salt$hash nor a valid "
           "SCRAM-SHA-256$iterations:salt$key:key; set it with godwit passwd";
  }
  return std::nullopt;
}

}  // namespace

Result<PasswordFile, std::vector<Error>> PasswordFile::parse(std::string_view text,
                                                             std::string_view file_name) {
  PasswordFile file;
  std::vector<Error> errors;
  std::map<std::string_view, std::size_t> first_line;
  Lines lines(text);
  std::string_view line;
  while (lines.next(line)) {
    if (line.empty()) {
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      errors.push_back(
          error_at(file_name, lines.number(), "a line is name:hash, and nothing else"));
      continue;
    }
    const std::string_view user_name = line.substr(0, colon);
    const std::string_view hash = line.substr(colon + 1);
    if (auto fault = find_fault(user_name, hash)) {
      errors.push_back(error_at(file_name, lines.number(), *fault));
      continue;
    }
    const auto [first, is_new] = first_line.try_emplace(user_name, lines.number());
    if (!is_new) {
      errors.push_back(error_at(file_name, lines.number(),
                                "\"" + std::string(user_name) + "\" stands in line " +
                                    std::to_string(first->second) + " already"));
      continue;
    }
    file.set(user_name, hash);
  }
  if (!errors.empty()) {
    return fail(std::move(errors));
  }
  return file;
}

const std::string* PasswordFile::find(std::string_view user_name) const {
  const auto found = hashes_.find(user_name);
  return found == hashes_.end() ? nullptr : &found->second;
}

std::string_view PasswordFile::dummy_hash() { return kDummyHash; }

void PasswordFile::set(std::string_view user_name, std::string_view encoded_hash) {
  CHECK(valid_user_name(user_name));
  CHECK(encoded_hash.find('\n') == std::string_view::npos);
  hashes_.insert_or_assign(std::string(user_name), std::string(encoded_hash));
}

bool PasswordFile::erase(std::string_view user_name) {
  const auto found = hashes_.find(user_name);
  if (found == hashes_.end()) {
    return false;
  }
  hashes_.erase(found);
  return true;
}

std::string PasswordFile::text() const {
  std::string text;
  for (const auto& [user_name, hash] : hashes_) {
    text.append(user_name).append(":").append(hash).append("\n");
  }
  return text;
}

bool PasswordFile::valid_user_name(std::string_view user_name) {
  const auto forbidden = [](char c) {
    return c == ':' || static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
  };
  return !user_name.empty() && user_name.size() <= kUserNameBytesMax &&
         std::ranges::none_of(user_name, forbidden);
}

}  // namespace godwit::access
