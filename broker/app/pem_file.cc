#include "broker/app/pem_file.h"

#include <cstddef>
#include <utility>

#include "broker/app/file.h"

namespace godwit::app {
namespace {

constexpr std::size_t kPemBytesMax = std::size_t{4} << 20U;

}  // namespace

Result<net::TlsText> read_pem(const std::string& file) {
  Result<std::string> text = read_whole_file(file, kPemBytesMax);
  if (!text) {
    return fail(std::move(text.error()));
  }
  return net::TlsText{.pem = std::move(*text), .name = file};
}

}  // namespace godwit::app
