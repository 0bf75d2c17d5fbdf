// godwit_load: one run of the load generator. Exit status 0: the run took place, whatever the
// result says; 1: the clients did not come up or did not finish; 2: wrong command line.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/bench/load/connect_rate.h"
#include "tests/bench/load/idle.h"
#include "tests/bench/load/layer_factory.h"
#include "tests/bench/load/options.h"
#include "tests/bench/load/pubsub.h"
#include "tests/bench/load/retained.h"

namespace {

using godwit::bench::Mode;
using godwit::bench::Options;

// Beyond --limit the process ends even if its own loop does not.
constexpr double kGraceSeconds = 60;

void prepare_process(const Options& options) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  // A paced message is due to the microsecond; the usual slack of 50 would send them in pairs.
  ::prctl(PR_SET_TIMERSLACK, 1);
  ::signal(SIGPIPE, SIG_IGN);
  const double longest = options.limit_seconds + options.hold_seconds + kGraceSeconds;
  ::alarm(static_cast<unsigned>(longest));
}

bool run(const Options& options) {
  switch (options.mode) {
    case Mode::kPubSub:
      return godwit::bench::PubSub(options).run();
    case Mode::kIdle:
      return godwit::bench::Idle(options).run();
    case Mode::kConnectRate:
      return godwit::bench::ConnectRate(options).run();
    case Mode::kRetain:
      return godwit::bench::Retain(options).run();
    case Mode::kFetch:
      return godwit::bench::Fetch(options).run();
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(godwit::bench::usage().c_str(), stdout);
    return 0;
  }
  Options options;
  if (const std::string wrong = godwit::bench::parse_options(argc, argv, options); !wrong.empty()) {
    std::fprintf(stderr, "godwit_load: %s\n", wrong.c_str());
    return 2;
  }
  if (const std::string wrong = godwit::bench::LayerFactory(options).problem(); !wrong.empty()) {
    std::fprintf(stderr, "godwit_load: %s\n", wrong.c_str());
    return 2;
  }
  prepare_process(options);
  return run(options) ? 0 : 1;
}
