# Language, warnings, tools and the kinds of build. Presets choose through GODWIT_SANITIZE,
# GODWIT_HARDEN, GODWIT_FUZZ, GODWIT_MUTANTS and CMAKE_BUILD_TYPE; nothing else sets compiler flags.

set(GODWIT_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, for example address,undefined")
option(GODWIT_HARDEN "Hardening flags for binaries that face a network" OFF)
option(GODWIT_FUZZ "Build the fuzz targets as libFuzzer binaries (needs clang)" OFF)
option(GODWIT_MUTANTS "Planted bugs that can be switched on (base/mutant.h); never for use" OFF)
option(GODWIT_WERROR "Treat warnings as errors" ON)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wpedantic)
# A designated initializer names what it sets; the rest has its default, and that is the point.
add_compile_options(-Wno-missing-field-initializers)
if(GODWIT_WERROR)
  add_compile_options(-Werror)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
  # Asio 1.22 does not recognise the coroutines of clang by itself.
  add_compile_definitions(ASIO_HAS_CO_AWAIT=1 ASIO_HAS_STD_COROUTINE=1)
else()
  # g++ 12 reports these falsely inside the standard library once it inlines (GCC bug 105651 and
  # others). The address sanitizer and the analyzer of clang-tidy look at the same mistakes.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized)
  add_compile_options(-Wno-error=array-bounds -Wno-error=stringop-overflow)
endif()

# Static libraries linked into position-independent executables only: -fPIE, which keeps the
# inlining that -fPIC forbids.
add_compile_options(-fPIE)
add_link_options(-pie)

# __FILE__ in assertions and logs names the path inside the tree, on every machine alike.
add_compile_options("-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")

if(GODWIT_SANITIZE)
  add_compile_options(
    -fsanitize=${GODWIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
  )
  add_link_options(-fsanitize=${GODWIT_SANITIZE})
  if(GODWIT_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan) # Fences are not understood by the sanitizer; they may stay.
  endif()
endif()

if(GODWIT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "GODWIT_FUZZ needs clang; use the preset `fuzz`")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(GODWIT_MUTANTS)
  add_compile_definitions(GODWIT_MUTANTS)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

if(GODWIT_HARDEN)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
