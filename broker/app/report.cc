#include "broker/app/report.h"

#include <fmt/format.h>

#include <cstdio>

#include "broker/app/exit_code.h"

namespace godwit::app {

int report(const Problems& problems) {
  for (const Error& problem : problems) {
    fmt::print(stderr, "godwit: {}\n", problem.text);
  }
  return kExitUsage;
}

}  // namespace godwit::app
