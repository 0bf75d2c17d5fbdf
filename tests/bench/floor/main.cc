// floor_relay PORT [turn|each]
#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/bench/floor/relay.h"

int main(int argc, char** argv) {
  using godwit::bench::Relay;
  const int port = argc >= 2 ? std::atoi(argv[1]) : 0;
  const bool each = argc == 3 && std::strcmp(argv[2], "each") == 0;
  const bool turn = argc == 2 || (argc == 3 && std::strcmp(argv[2], "turn") == 0);
  if (port <= 0 || port > 65535 || (!each && !turn)) {
    std::fputs("usage: floor_relay PORT [turn|each]\n", stderr);
    return 2;
  }
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  ::signal(SIGPIPE, SIG_IGN);
  Relay relay(each ? Relay::Sending::kEach : Relay::Sending::kPerTurn);
  if (!relay.listen(static_cast<std::uint16_t>(port))) {
    std::perror("floor_relay: listen");
    return 1;
  }
  relay.run();
}
