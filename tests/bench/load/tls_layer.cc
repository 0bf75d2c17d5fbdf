#include "tests/bench/load/tls_layer.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

namespace godwit::bench {
namespace {

// What one SSL_read is given at least: a whole record.
constexpr std::size_t kRecordBytesMax = 16384;

std::string last_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();  // Left there it would be taken for the next connection's.
  return reason != nullptr ? reason : "no reason given";
}

// ---- The BIO between OpenSSL and the buffers of the transport

TlsLayer::Wire& wire_of(BIO* bio) { return *static_cast<TlsLayer::Wire*>(BIO_get_data(bio)); }

int read_wire(BIO* bio, char* out, std::size_t size, std::size_t* taken) {
  BIO_clear_retry_flags(bio);
  TlsLayer::Wire& wire = wire_of(bio);
  if (wire.input.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *taken = std::min(size, wire.input.size());
  std::memcpy(out, wire.input.data(), *taken);
  wire.input = wire.input.subspan(*taken);
  return 1;
}

int write_wire(BIO* bio, const char* data, std::size_t size, std::size_t* taken) {
  BIO_clear_retry_flags(bio);
  TlsLayer::Wire& wire = wire_of(bio);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
  wire.output->insert(wire.output->end(), bytes, bytes + size);
  *taken = size;
  return 1;
}

long control_wire(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace

// ---- TlsContext

void TlsContext::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsContext::FreeMethod::operator()(bio_method_st* method) const { BIO_meth_free(method); }

TlsContext::TlsContext(const TlsSettings& settings)
    : context_(SSL_CTX_new(TLS_client_method())),
      method_(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench wire")) {
  if (context_ == nullptr || method_ == nullptr) {
    problem_ = "OpenSSL: " + last_error();
    return;
  }
  BIO_meth_set_read_ex(method_.get(), read_wire);
  BIO_meth_set_write_ex(method_.get(), write_wire);
  BIO_meth_set_ctrl(method_.get(), control_wire);
  configure(settings);
}

TlsContext::~TlsContext() = default;

void TlsContext::configure(const TlsSettings& settings) {
  SSL_CTX* context = context_.get();
  const int version = settings.version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  // Thousands of idle connections must fit beside the broker's.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_file(context, settings.ca_file.c_str()) != 1) {
    problem_ = "--ca " + settings.ca_file + ": no certificates in PEM can be read there";
    ERR_clear_error();
    return;
  }
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(context), settings.peer_address.c_str()) !=
      1) {
    problem_ = "--host " + settings.peer_address + ": not an address";
    ERR_clear_error();
  }
}

// ---- TlsLayer

void TlsLayer::FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsLayer::TlsLayer(const TlsContext& context) : ssl_(SSL_new(context.native())) {
  BIO* bio = BIO_new(context.method());
  if (ssl_ == nullptr || bio == nullptr) {
    BIO_free(bio);
    ssl_.reset();
    return;
  }
  BIO_set_data(bio, wire_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // Owns it from here on.
  SSL_set_connect_state(ssl_.get());
}

TlsLayer::~TlsLayer() = default;

bool TlsLayer::connected(Buffer& below) {
  if (ssl_ == nullptr) {
    return fail("OpenSSL: " + last_error());
  }
  wire_->output = &below;
  return shake_hands();
}

bool TlsLayer::shake_hands() {
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    return fail_after(result, "TLS handshake");
  }
  set_ready();
  return true;
}

bool TlsLayer::decode(Bytes input, Scratch& above, Buffer& below) {
  wire_->input = input;
  wire_->output = &below;
  if (!ready() && !shake_hands()) {
    return false;
  }
  return !ready() || read(above);
}

bool TlsLayer::read(Scratch& above) {
  std::size_t taken = 0;
  int result = 1;
  while (result == 1) {
    const std::span<std::uint8_t> room = above.room(kRecordBytesMax);
    result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &taken);
    above.take(result == 1 ? taken : 0);
  }
  return fail_after(result, "TLS");
}

// True when all that is missing is more input.
bool TlsLayer::fail_after(int result, const char* what) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ) {
    return true;
  }
  if (error == SSL_ERROR_ZERO_RETURN) {
    return fail({});  // The peer said that it ends here.
  }
  const long verdict = SSL_get_verify_result(ssl_.get());
  const std::string why =
      verdict != X509_V_OK ? X509_verify_cert_error_string(verdict) : last_error();
  ERR_clear_error();
  return fail(std::string(what) + ": " + why);
}

bool TlsLayer::encode(Bytes above, Buffer& below) {
  wire_->output = &below;
  std::size_t taken = 0;
  // The wire takes everything, so a write is never partial.
  const int result = SSL_write_ex(ssl_.get(), above.data(), above.size(), &taken);
  return result == 1 || fail_after(result, "TLS");
}

}  // namespace godwit::bench
