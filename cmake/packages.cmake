# Third-party libraries, found once. Rooms name the targets in PACKAGES:
#
#   fmt::fmt  tl::expected  Threads::Threads  asio::asio  OpenSSL::SSL  OpenSSL::Crypto
#   PkgConfig::argon2  prometheus-cpp::core  CLI11::CLI11  tomlplusplus::tomlplusplus
#   spdlog::spdlog  nlohmann_json::nlohmann_json  protobuf::libprotobuf-lite  benchmark::benchmark
#   RocksDB::rocksdb-shared
#
# The Debian packages that bring them are listed in deploy/packages.txt.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
# Debian builds it for the configuration "None" alone, with assertions; any of ours links it.
find_package(RocksDB 7.8 REQUIRED)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)

find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(asio::asio INTERFACE IMPORTED)
target_include_directories(asio::asio SYSTEM INTERFACE "${ASIO_INCLUDE_DIR}")
target_compile_definitions(asio::asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
target_link_libraries(asio::asio INTERFACE Threads::Threads)

# Without the test packages the broker still builds, so that trying it out needs less.
find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(STATUS "GoogleTest not found: unit tests are left out")
endif()
# The same for the small benchmarks.
find_package(benchmark QUIET)
if(NOT benchmark_FOUND)
  message(STATUS "Google Benchmark not found: tests/bench/micro is left out")
endif()
