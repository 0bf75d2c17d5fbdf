#include "broker/net/tls_io.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace godwit::net {
namespace {

TlsIo& io_of(BIO* bio) { return *static_cast<TlsIo*>(BIO_get_data(bio)); }

int read(BIO* bio, char* to, std::size_t wanted, std::size_t* count) {
  std::span<std::byte>& source = io_of(bio).source;
  BIO_clear_retry_flags(bio);
  if (source.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *count = std::min(wanted, source.size());
  std::memcpy(to, source.data(), *count);
  source = source.subspan(*count);
  return 1;
}

int write(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
  Bytes* sink = io_of(bio).sink;
  CHECK(sink != nullptr);
  append(*sink, {reinterpret_cast<const std::byte*>(from), size});
  *count = size;
  return 1;
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

}  // namespace

BIO_METHOD* make_tls_io_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "span");
  CHECK(method != nullptr);
  BIO_meth_set_read_ex(method, read);
  BIO_meth_set_write_ex(method, write);
  BIO_meth_set_ctrl(method, control);
  BIO_meth_set_create(method, create);
  return method;
}

}  // namespace godwit::net
