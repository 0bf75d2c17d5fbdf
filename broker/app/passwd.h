// `godwit passwd`: sets or removes one user of a password file.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "broker/access/password_file.h"
#include "broker/app/cli.h"

namespace godwit::app {

inline constexpr std::size_t kPasswordFileBytesMax = std::size_t{64} << 20U;
// Longer ones cannot be sent: MQTT has two bytes for the length.
inline constexpr std::size_t kPasswordBytesMax = 65'535;

// Reads the file (a missing one is empty), changes it and replaces it. Errors are all the mistakes
// of a file that cannot be read, or one sentence.
[[nodiscard]] Result<void, Problems> set_user(const std::string& file, std::string_view user_name,
                                              std::string_view password,
                                              const access::PasswordHasher& hasher);
[[nodiscard]] Result<void, Problems> erase_user(const std::string& file,
                                                std::string_view user_name);

// The whole subcommand, with its questions. Returns the exit code.
[[nodiscard]] int run_passwd(const PasswdCommand& command);

}  // namespace godwit::app
