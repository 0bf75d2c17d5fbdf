// How the harness says that something has lasted long enough: it closes our standard input.
#pragma once

namespace godwit::bench {

// Never waits. What is written there is read and dropped, a byte a call.
[[nodiscard]] bool input_ended();

}  // namespace godwit::bench
