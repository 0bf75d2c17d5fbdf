#include "broker/app/config_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "broker/app/config_table.h"
#include "broker/app/profile.h"

namespace godwit::app {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Made by `godwit config reference`; change the rows in broker/app/option_rows_*.cc. -->

Every option has a name, `section.key`, and a default. A configuration file goes before the default,
the environment before the file, and the command line before all:

    GODWIT_IO_THREADS=2 godwit serve --config godwit.toml --set limits.queue_messages_max=50000

The file is TOML, a section is a table:

```toml
io_threads = 2

[listener.tcp]
bind = "*:1883"

[access]
password_file = "passwords"   # beside this file

[limits]
queue_messages_max = 50000
queue_bytes_max = "256 MiB"
```

An unknown option, a value of the wrong type or out of its bounds, or a combination that cannot be
meant stops the start: all of them are listed, each with file and line, and the exit code is 2.
`godwit config check --config FILE` does the same without starting.

`godwit config sample` prints a file with every option commented out, to begin with. `godwit config
show` takes the flags of `serve` and prints what it would start with, and for each value where it
comes from: default, profile, file and line, variable or flag; `--changed` leaves the defaults out,
`--json` is for programs. Secrets are shown as `***`. The TOML that it prints can be used as a file
once the secrets are filled in.

On the command line `--set` takes any option, as often as needed; some have a flag of their own,
named below. In the environment an option is `GODWIT_` and its name in upper case, with two
underscores for each dot: `GODWIT_LIMITS__QUEUE_MESSAGES_MAX`. A number says which one of a section
that may stand several times, counted from 0: `listener.tcp.1.bind` after `--set`, or
`GODWIT_LISTENER__TCP__1__BIND`, is the second `[[listener.tcp]]`, which is made if need be. Relative
paths begin in the folder of the file that names them, otherwise in the working directory.

`GODWIT_CONFIG` names the configuration file as `--config` does, `GODWIT_PROFILE` the profile. Any
other variable with `GODWIT_` stops the start like an unknown option, except those that Kubernetes
sets for services called `godwit` or `godwit-…`, known by name and value: `…_SERVICE_HOST`,
`…_SERVICE_PORT`, `…_SERVICE_PORT_MQTT`, `…_PORT`, `…_PORT_1883_TCP` and the latter with `_PROTO`,
`_PORT` and `_ADDR`.

SIGHUP reads everything again: the file and the environment's and the command line's share of it
stay as they were at the start, the files that options name are read anew. A mistake anywhere leaves
everything as it was (`reload_refused` in the log, `godwit_config_reload_failed` 1). Else *reloadable*
options hold at once, and for each other one that has changed the log says `restart_needed`.
Connections stay; new rules hold for those that are there, users and certificates for new ones.
Certificate files are also looked at without a signal, see `tls.reload_check_seconds`. In development
mode SIGHUP ends the broker, as the closing of a terminal should.

Exit codes of `godwit`: 0 done, or stopped as asked (SIGTERM, SIGINT); 1 something failed while
running, or a second signal cut a stop short; 2 the command line, the configuration or the start is
wrong; 27 `godwit sub --timeout` has run out.
)";

std::string reference_of(const Option& option) {
  std::string name = fmt::format("`{}`", key_of(option));
  if (!option.flag.empty()) {
    name += fmt::format(" (`{}`)", option.flag);
  }
  const std::string type =
      fmt::format("{}{}", type_text(option.type), option.secret ? ", secret" : "");
  return fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", name, type, default_text(option),
                     bounds_text(option), option.reloadable ? "yes" : "no", option.help);
}

// What the option is when the profile is all that is said.
OptionValue value_in(const ProfileDescription& profile, std::string_view name) {
  const Option& option = *find_option(name);
  Config config;
  const Section& section = section_of(option);
  if (section.repeatable()) {
    section.resize(config, 1);
  }
  config.profile = profile.profile;
  Origins origins;
  apply_profile(config, origins);
  return option.field.read(config, 0);
}

// One row an option that a profile sets, one column a profile.
std::string profiles_chapter() {
  std::string page =
      "\n## Profiles\n\n"
      "`--profile NAME` or `GODWIT_PROFILE` chooses what is set and forbidden together. What a "
      "file, "
      "the\nenvironment or a flag sets goes before the settings of the profile; what a profile "
      "forbids stops the\nstart.\n\n";
  std::string head = "| Option |";
  std::string line = "|---|";
  std::vector<std::string_view> names;
  for (const ProfileDescription& profile : profiles()) {
    fmt::format_to(std::back_inserter(page), "- `{}`: {}\n", profile.name, profile.help);
    fmt::format_to(std::back_inserter(head), " `{}` |", profile.name);
    line += "---|";
    for (const ProfileSetting& setting : profile.settings) {
      if (std::ranges::find(names, setting.option) == names.end()) {
        names.push_back(setting.option);
      }
    }
  }
  fmt::format_to(std::back_inserter(page), "\n{}\n{}\n", head, line);
  for (const std::string_view name : names) {
    fmt::format_to(std::back_inserter(page), "| `{}` |", name);
    for (const ProfileDescription& profile : profiles()) {
      fmt::format_to(std::back_inserter(page), " `{}` |",
                     value_text(*find_option(name), value_in(profile, name)));
    }
    page += '\n';
  }
  return page;
}

}  // namespace

std::string config_reference() {
  std::string page(kIntroduction);
  page += profiles_chapter();
  for (const Section& section : sections()) {
    const std::string title = section.name.empty() ? "Top" : fmt::format("`[{}]`", section.name);
    fmt::format_to(std::back_inserter(page), "\n## {}\n\n{}\n\n", title, section.help);
    page += "| Option | Type | Default | Bounds | Reloadable | Meaning |\n";
    page += "|---|---|---|---|---|---|\n";
    for (const Option& option : options()) {
      if (section_of(option).name == section.name) {
        page += reference_of(option);
      }
    }
  }
  return page;
}

}  // namespace godwit::app
