// The whole program behind main().
#pragma once

namespace godwit::app {

[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace godwit::app
