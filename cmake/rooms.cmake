# Rooms, their tests and their fuzz targets.
#
#   add_room(<room>
#     SOURCES <.cc files>  HEADERS <.h files>
#     MAY_USE <rooms>                 linked PUBLIC
#     PACKAGES <targets>              third party, PRIVATE
#     PUBLIC_PACKAGES <targets>)      third party that shows in the room's headers (rare)
#   add_room_executable(<name> SOURCES … MAY_USE <rooms> PACKAGES <targets>)
#   add_room_test(<room> SOURCES … MAY_USE <rooms> PACKAGES <targets>)
#   add_test_suite(<name> SOURCES … MAY_USE <rooms> PACKAGES <targets>)
#   add_testkit(<name> SOURCES … HEADERS … MAY_USE <rooms> PACKAGES <targets>)
#   add_fuzz_target(<name> SOURCES … MAY_USE <rooms>)
#
# A room is the static library room_<room>. What it may use is checked three times: its `#include`s
# against the table in tools/check_layers.py, its symbols by link_<room> (the whole room in an empty
# program with nothing but its declared dependencies; all of them: target link_tests), its headers
# by all_verify_interface_header_sets (each must compile alone).

# Rooms whose unit tests also run under the thread sanitizer in ./dev test.
set(GODWIT_THREADED_ROOMS base net)

add_custom_target(link_tests)
add_custom_target(unit_tests)
add_custom_target(threaded_tests)
add_custom_target(fuzz_targets)

# Sets `out` to the targets of the named rooms and testkits. A missing one ends up in `out_missing`.
function(_godwit_resolve out out_missing)
  set(targets "")
  set(missing "")
  foreach(name IN LISTS ARGN)
    if(TARGET room_${name})
      list(APPEND targets room_${name})
    elseif(TARGET ${name})
      list(APPEND targets ${name})
    else()
      list(APPEND missing ${name})
    endif()
  endforeach()
  set(${out} "${targets}" PARENT_SCOPE)
  set(${out_missing} "${missing}" PARENT_SCOPE)
endfunction()

# Somebody who builds one room of a half-built tree can go on; `./dev test` asks for all of it.
function(_godwit_skip what missing)
  list(JOIN missing ", " names)
  if(DEFINED ENV{GODWIT_COMPLETE})
    set(level FATAL_ERROR)
  else()
    set(level WARNING)
  endif()
  message(${level} "${what} is left out: it uses ${names}, which does not exist")
endfunction()

function(_godwit_reject_unknown call unparsed)
  if(unparsed)
    message(FATAL_ERROR "${call}: unknown arguments: ${unparsed}")
  endif()
endfunction()

# One library: static, or INTERFACE while there are only headers.
function(_godwit_add_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;PUBLIC_LINKS;PRIVATE_LINKS")
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(visibility PUBLIC)
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE_LINKS})
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_PRIVATE_LINKS})
  endif()
  target_include_directories(${target} ${visibility} "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} ${visibility} ${arg_PUBLIC_LINKS})
  if(arg_HEADERS)
    target_sources(
      ${target}
      ${visibility}
      FILE_SET HEADERS
      BASE_DIRS "${PROJECT_SOURCE_DIR}"
      FILES ${arg_HEADERS}
    )
  endif()
endfunction()

function(add_room room)
  cmake_parse_arguments(
    PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;MAY_USE;PACKAGES;PUBLIC_PACKAGES"
  )
  _godwit_reject_unknown("add_room(${room})" "${arg_UNPARSED_ARGUMENTS}")
  _godwit_resolve(rooms missing ${arg_MAY_USE})
  if(missing)
    _godwit_skip("room ${room}" "${missing}")
    return()
  endif()
  _godwit_add_library(
    room_${room}
    SOURCES ${arg_SOURCES}
    HEADERS ${arg_HEADERS}
    PUBLIC_LINKS ${rooms} ${arg_PUBLIC_PACKAGES}
    PRIVATE_LINKS ${arg_PACKAGES}
  )
  if(arg_SOURCES)
    set(main "${CMAKE_CURRENT_BINARY_DIR}/link_${room}.cc")
    file(CONFIGURE OUTPUT "${main}" CONTENT "int main() {}\n" @ONLY)
    add_executable(link_${room} EXCLUDE_FROM_ALL "${main}")
    target_link_libraries(link_${room} PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,room_${room}>")
    add_dependencies(link_tests link_${room})
  endif()
endfunction()

function(add_room_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MAY_USE;PACKAGES")
  _godwit_reject_unknown("add_room_executable(${name})" "${arg_UNPARSED_ARGUMENTS}")
  _godwit_resolve(rooms missing ${arg_MAY_USE})
  if(missing)
    _godwit_skip("program ${name}" "${missing}")
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${rooms} ${arg_PACKAGES})
endfunction()

function(add_testkit name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;MAY_USE;PACKAGES")
  _godwit_reject_unknown("add_testkit(${name})" "${arg_UNPARSED_ARGUMENTS}")
  # Testkits speak GoogleTest; a machine that only runs the broker has none.
  if(NOT GTest_FOUND)
    return()
  endif()
  _godwit_resolve(rooms missing ${arg_MAY_USE})
  if(missing)
    _godwit_skip("testkit ${name}" "${missing}")
    return()
  endif()
  _godwit_add_library(
    ${name}
    SOURCES ${arg_SOURCES}
    HEADERS ${arg_HEADERS}
    PUBLIC_LINKS ${rooms} ${arg_PACKAGES}
  )
endfunction()

# One GoogleTest program and one CTest test: starting a sanitized program once is cheap, once per
# test is not. The names are printed by the program; the report file lets ./dev count them.
function(_godwit_add_gtest name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MAY_USE;PACKAGES;LABELS")
  _godwit_reject_unknown("test ${name}" "${arg_UNPARSED_ARGUMENTS}")
  if(NOT GTest_FOUND OR GODWIT_FUZZ)
    return()
  endif()
  _godwit_resolve(rooms missing ${arg_MAY_USE})
  if(missing)
    _godwit_skip("test ${name}" "${missing}")
    return()
  endif()
  add_executable(${name} EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${rooms} ${arg_PACKAGES} GTest::gmock_main)
  target_compile_definitions(${name} PRIVATE GODWIT_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  add_dependencies(unit_tests ${name})
  if(threaded IN_LIST arg_LABELS)
    add_dependencies(threaded_tests ${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(
    ${name}
    PROPERTIES LABELS "${arg_LABELS}" ENVIRONMENT
               "GTEST_OUTPUT=xml:${CMAKE_BINARY_DIR}/gtest/${name}.xml"
  )
endfunction()

# The tests of one room, tests/unit/<room>/: the program unit_<room>.
function(add_room_test room)
  set(labels unit)
  if(room IN_LIST GODWIT_THREADED_ROOMS)
    list(APPEND labels threaded)
  endif()
  # Keywords and their values are passed on; the room itself comes last, as one more of MAY_USE.
  _godwit_add_gtest(unit_${room} LABELS ${labels} ${ARGN} MAY_USE ${room})
endfunction()

# Tests of more than one room, such as tests/conformance: the program <name>.
function(add_test_suite name)
  _godwit_add_gtest(${name} LABELS suite ${ARGN})
endfunction()

# A libFuzzer program in the preset `fuzz`; elsewhere the same harness with a main that replays the
# corpus tests/data/fuzz/<name>/ as a test.
function(add_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MAY_USE;PACKAGES")
  _godwit_reject_unknown("add_fuzz_target(${name})" "${arg_UNPARSED_ARGUMENTS}")
  _godwit_resolve(rooms missing ${arg_MAY_USE})
  if(missing)
    _godwit_skip("fuzz target ${name}" "${missing}")
    return()
  endif()
  add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_include_directories(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(fuzz_${name} PRIVATE ${rooms} ${arg_PACKAGES})
  add_dependencies(fuzz_targets fuzz_${name})
  if(GODWIT_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc")
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} "${PROJECT_SOURCE_DIR}/tests/data/fuzz/${name}")
    set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz)
  endif()
endfunction()
