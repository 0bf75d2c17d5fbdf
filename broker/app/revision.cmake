# Writes the revision of the source into a file of its own, at each build and only if it has changed:
# cmake -DTOP=… -DOUT=… -P revision.cmake
cmake_minimum_required(VERSION 3.25)

set(revision "unknown")
execute_process(
  COMMAND git -C "${TOP}" rev-parse --short=12 HEAD
  OUTPUT_VARIABLE found
  OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE failed
  ERROR_QUIET
)
if(NOT failed)
  set(revision "${found}")
endif()
set(text
    [=[
#include "broker/app/version.h"

namespace godwit::app {

const std::string_view kRevision = "@revision@";

}  // namespace godwit::app
]=]
)
file(CONFIGURE OUTPUT "${OUT}" CONTENT "${text}" @ONLY)
