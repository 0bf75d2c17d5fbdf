// User names and password hashes, a user a line: `name:$argon2id$v=19$m=…,t=…,p=…$salt$hash`, or
// `name:SCRAM-SHA-256$…` for whoever may prove the password without sending it (scram_verifier.h).
// `godwit passwd` writes it. Pure: text in, text out; hashing is behind the port below.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace godwit::access {

// Hashing of passwords. Slow on purpose (about 20 ms and 19 MiB): called from a bounded pool of
// threads, never from an I/O thread. Implemented in broker/crypto. Thread: any.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  [[nodiscard]] virtual Result<std::string> hash(std::string_view password) const = 0;
  // Constant time in the password. False also for a hash that cannot be read.
  [[nodiscard]] virtual bool verify(std::string_view encoded_hash,
                                    std::string_view password) const = 0;
};

class PasswordFile {
 public:
  // All mistakes at once, each with file and line.
  [[nodiscard]] static Result<PasswordFile, std::vector<Error>> parse(std::string_view text,
                                                                      std::string_view file_name);

  // Null for a user that does not exist; stand_ins.h has what is verified against then.
  [[nodiscard]] const std::string* find(std::string_view user_name) const;
  // Nobody's, at today's default cost.
  [[nodiscard]] static std::string_view dummy_hash();
  using Hashes = std::map<std::string, std::string, std::less<>>;
  [[nodiscard]] const Hashes& hashes() const { return hashes_; }  // By user name.

  void set(std::string_view user_name, std::string_view encoded_hash);
  bool erase(std::string_view user_name);
  // Sorted by name, as written to disk.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::size_t size() const { return hashes_.size(); }

  // A user name that can stand in the file: not empty, no `:`, no control character, at most 256
  // bytes.
  [[nodiscard]] static bool valid_user_name(std::string_view user_name);

 private:
  Hashes hashes_;
};

}  // namespace godwit::access
