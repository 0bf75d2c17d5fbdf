#include "broker/app/config_reference.h"

#include <fmt/format.h>

#include <iterator>

#include "broker/app/config_table.h"

namespace godwit::app {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Made by `godwit config reference`; change the rows in broker/app/option_rows_*.cc. -->

Every option has a name, `section.key`, and a default. What a configuration file says goes before
the default, and what the command line says goes before the file:

    godwit serve --config godwit.toml --set limits.queue_messages_max=50000 --bind 127.0.0.1:1883

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

On the command line `--set` takes any option, as often as needed; some have a flag of their own,
named below. `--set listener.tcp.1.bind=…` means the second `[[listener.tcp]]`. *Reloadable* options
need no restart in principle; there is no reload yet, so every change takes effect at the next
start.

Exit codes of `godwit`: 0 done, or stopped as asked (SIGTERM, SIGINT); 1 something failed while
running, or a second signal cut a stop short; 2 the command line, the configuration or the start is
wrong.
)";

std::string reference_of(const Option& option) {
  std::string name = fmt::format("`{}`", key_of(option));
  if (!option.flag.empty()) {
    name += fmt::format(" (`{}`)", option.flag);
  }
  return fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", name, type_text(option.type),
                     default_text(option), bounds_text(option), option.reloadable ? "yes" : "no",
                     option.help);
}

}  // namespace

std::string config_reference() {
  std::string page(kIntroduction);
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
