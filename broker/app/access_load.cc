#include "broker/app/access_load.h"

#include <algorithm>
#include <utility>

#include "broker/access/scram_sha256.h"
#include "broker/app/file.h"
#include "broker/app/passwd.h"

namespace godwit::app {
namespace {

constexpr std::size_t kRulesFileBytesMax = std::size_t{64} << 20U;

void load_users(const std::string& file, Access& access, Problems& problems) {
  const Result<std::string> text = read_whole_file(file, kPasswordFileBytesMax);
  if (!text) {
    problems.push_back(text.error());
    return;
  }
  auto users = access::PasswordFile::parse(*text, file);
  if (!users) {
    add_problems(users.error(), problems);
    return;
  }
  access.users = std::move(*users);
  access.password_file_is_readable_by_others = readable_by_others(file);
}

void load_rules(const std::string& file, Access& access, Problems& problems) {
  const Result<std::string> text = read_whole_file(file, kRulesFileBytesMax);
  if (!text) {
    problems.push_back(text.error());
    return;
  }
  auto policy = access::Policy::parse(*text, file);
  if (!policy) {
    add_problems(policy.error(), problems);
    return;
  }
  access.policy = std::move(*policy);
}

access::AuthenticationMethods make_methods(const access::PasswordFile& users,
                                           const AuthenticatorPorts& ports) {
  access::AuthenticationMethods::List methods;
  const auto has_verifier = [](const auto& user) {
    return access::ScramVerifier::is_form(user.second);
  };
  if (std::ranges::any_of(users.hashes(), has_verifier)) {
    methods.push_back(std::make_unique<access::ScramSha256>(
        users, access::ScramSha256::Ports{ports.sha256, ports.fill_random}));
  }
  return access::AuthenticationMethods(std::move(methods));
}

}  // namespace

std::shared_ptr<const access::Authenticators> make_authenticators(const Access& access,
                                                                  bool allow_anonymous,
                                                                  const AuthenticatorPorts& ports) {
  return std::make_shared<const access::Authenticators>(access::Authenticators{
      .passwords = {access.users, {ports.hasher, ports.sha256}, allow_anonymous},
      .methods = make_methods(access.users, ports)});
}

Result<Access, Problems> load_access(const AccessConfig& config) {
  Access access;
  Problems problems;
  if (!config.password_file.empty()) {
    load_users(config.password_file, access, problems);
  }
  if (config.rules_file.empty()) {
    access.policy = access::Policy::allow_all();
  } else {
    load_rules(config.rules_file, access, problems);
  }
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return access;
}

}  // namespace godwit::app
