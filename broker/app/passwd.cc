#include "broker/app/passwd.h"

#include <fmt/format.h>

#include <cstdio>

#include "broker/app/ask_password.h"
#include "broker/app/exit_code.h"
#include "broker/app/file.h"
#include "broker/app/report.h"
#include "broker/crypto/password_hasher.h"
#include "broker/crypto/scram_hasher.h"

namespace godwit::app {
namespace {

tl::unexpected<Problems> refuse(std::string text) { return fail(Problems{Error{std::move(text)}}); }

Result<access::PasswordFile, Problems> read_password_file(const std::string& file) {
  const Result<std::string> text = read_whole_file(file, kPasswordFileBytesMax);
  if (!text) {
    return refuse(text.error().text);
  }
  auto parsed = access::PasswordFile::parse(*text, file);
  if (!parsed) {
    return fail(std::move(parsed.error()));
  }
  return std::move(*parsed);
}

Result<void, Problems> write_password_file(const std::string& file,
                                           const access::PasswordFile& users) {
  if (const Result<void> written = replace_file(file, users.text()); !written) {
    return refuse(written.error().text);
  }
  return {};
}

}  // namespace

Result<void, Problems> set_user(const std::string& file, std::string_view user_name,
                                std::string_view password, const access::PasswordHasher& hasher) {
  if (!access::PasswordFile::valid_user_name(user_name)) {
    return refuse("a user name is 1 to 256 bytes, without `:` and control characters");
  }
  if (password.empty()) {
    return refuse("the password is empty");
  }
  if (password.size() > kPasswordBytesMax) {
    return refuse(fmt::format("the password is longer than {} bytes", kPasswordBytesMax));
  }
  access::PasswordFile users;
  if (file_exists(file)) {
    auto read = read_password_file(file);
    if (!read) {
      return fail(std::move(read.error()));
    }
    users = std::move(*read);
  }
  const Result<std::string> hash = hasher.hash(password);
  if (!hash) {
    return refuse(hash.error().text);
  }
  users.set(user_name, *hash);
  return write_password_file(file, users);
}

Result<void, Problems> erase_user(const std::string& file, std::string_view user_name) {
  auto users = read_password_file(file);
  if (!users) {
    return fail(std::move(users.error()));
  }
  if (!users->erase(user_name)) {
    return refuse(fmt::format("{}: there is no user `{}`", file, user_name));
  }
  return write_password_file(file, *users);
}

int run_passwd(const PasswdCommand& command) {
  if (command.erase) {
    const auto erased = erase_user(command.file, command.user_name);
    return erased ? kExitOk : report(erased.error());
  }
  Result<access::SecretBytes> password =
      command.from_standard_input ? read_password_line(0) : ask_password_twice();
  if (!password) {
    return report({password.error()});
  }
  const crypto::Argon2PasswordHasher argon2;
  const crypto::ScramHasher scram(command.iterations);
  const auto set =
      set_user(command.file, command.user_name, as_text(password->view()),
               command.scram ? static_cast<const access::PasswordHasher&>(scram) : argon2);
  return set ? kExitOk : report(set.error());
}

}  // namespace godwit::app
