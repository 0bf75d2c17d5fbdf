#include "broker/app/config_load.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/app/address.h"
#include "broker/app/file.h"

namespace godwit::app {
namespace {

constexpr std::size_t kConfigBytesMax = std::size_t{1} << 20U;

void read_file_settings(const std::string& file, std::vector<Setting>& settings,
                        Problems& problems) {
  const Result<std::string> text = read_whole_file(file, kConfigBytesMax);
  if (!text) {
    problems.push_back(text.error());
    return;
  }
  read_toml(*text, file, settings, problems);
}

// `--bind` names all listeners: those of the file go.
void drop_replaced_listeners(std::vector<Setting>& settings, const std::vector<Setting>& flags) {
  const bool replaced =
      std::ranges::any_of(flags, [](const Setting& setting) { return setting.origin == "--bind"; });
  if (!replaced) {
    return;
  }
  std::erase_if(settings,
                [](const Setting& setting) { return setting.option.starts_with("listener.tcp."); });
}

void check_loopback(std::string_view option, const std::string& bind, Problems& problems) {
  const auto addresses = parse_bind(bind);
  if (!addresses) {
    return;  // Reported when it was set, or kHttpOff.
  }
  const bool loopback = std::ranges::all_of(*addresses, &BindAddress::loopback);
  if (loopback) {
    return;
  }
  problems.push_back(Error{fmt::format(
      "{}: development mode lets everybody in and so binds loopback addresses only, not `{}`; "
      "leave --development out and name a password file, or bind 127.0.0.1",
      option, bind)});
}

void check_access(const Config& config, Problems& problems) {
  if (config.development || config.access.allow_anonymous || !config.access.password_file.empty()) {
    return;
  }
  problems.push_back(Error{
      "access: nobody could connect. Write a password file (`godwit passwd FILE USER`) and name it "
      "as access.password_file (--password-file FILE), or try the broker out on this machine with "
      "--development. `access.allow_anonymous = true` lets everybody in."});
}

}  // namespace

void check_combinations(const Config& config, Problems& problems) {
  check_access(config, problems);
  if (config.development) {
    for (const TcpListenerConfig& listener : config.tcp_listeners) {
      check_loopback("listener.tcp.bind", listener.bind, problems);
    }
    check_loopback("http.bind", config.http.bind, problems);
  }
}

Result<Config, Problems> load_config(const ConfigSources& sources) {
  Problems problems = sources.problems;
  std::vector<Setting> settings;
  if (sources.file.has_value()) {
    read_file_settings(*sources.file, settings, problems);
  }
  drop_replaced_listeners(settings, sources.flags);
  settings.insert(settings.end(), sources.flags.begin(), sources.flags.end());

  Config config;
  config.development = sources.development;
  apply_settings(settings, config, problems);
  if (problems.empty()) {
    check_combinations(config, problems);
  }
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  if (config.development) {
    config.access.allow_anonymous = true;
  }
  return config;
}

}  // namespace godwit::app
