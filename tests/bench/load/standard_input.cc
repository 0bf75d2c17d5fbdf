#include "tests/bench/load/standard_input.h"

#include <poll.h>
#include <unistd.h>

namespace godwit::bench {

bool input_ended() {
  pollfd standard_input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&standard_input, 1, 0) <= 0) {
    return false;
  }
  char byte = 0;
  return ::read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace godwit::bench
