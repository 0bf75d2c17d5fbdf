#include "broker/net/tls_transform.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "broker/net/tls_identity.h"
#include "broker/net/tls_io.h"

namespace godwit::net {
namespace {

// Plain bytes of the largest record (RFC 8446, section 5.1).
constexpr std::size_t kRecordBytesMax = std::size_t{16} << 10U;

}  // namespace

void TlsTransform::Free::operator()(ssl_st* connection) const { SSL_free(connection); }

TlsTransform::TlsTransform(std::shared_ptr<const TlsContext> context)
    : context_(std::move(context)) {}

TlsTransform::~TlsTransform() = default;

bool TlsTransform::begin() {
  connection_.reset(context_->new_connection());
  BIO* bio = connection_ == nullptr ? nullptr : BIO_new(context_->io_method());
  if (bio == nullptr) {
    fail_with("no memory");
    return false;
  }
  io_ = std::make_unique<TlsIo>();
  BIO_set_data(bio, io_.get());
  SSL_set_bio(connection_.get(), bio, bio);
  if (context_->is_client()) {
    SSL_set_connect_state(connection_.get());
  } else {
    SSL_set_accept_state(connection_.get());
  }
  return true;
}

void TlsTransform::start(Bytes& output) {
  if (!context_->is_client() || !begin()) {
    return;
  }
  io_->sink = &output;
  static_cast<void>(shake_hands());
  io_->sink = nullptr;
}

Transform::Inbound TlsTransform::inbound(std::span<std::byte> input, std::span<std::byte> scratch,
                                         Bytes& reply) {
  if (failed_ || (connection_ == nullptr && !begin())) {
    return {.output = {}, .state = StreamState::kFailed};
  }
  // Empty input: what is left of the last one.
  if (!input.empty()) {
    io_->source = input;
  }
  io_->sink = &reply;
  Inbound step;
  if (ready_ || shake_hands()) {
    step = read(scratch);
  } else if (failed_) {
    step.state = StreamState::kFailed;
  }
  io_->sink = nullptr;
  return step;
}

bool TlsTransform::shake_hands() {
  ERR_clear_error();
  const int outcome = SSL_do_handshake(connection_.get());
  if (outcome != 1) {
    static_cast<void>(state_after(outcome));
    return false;
  }
  const X509* shown = SSL_get0_peer_certificate(connection_.get());
  const CertificateIdentity kind = context_->identity();
  if (shown != nullptr && kind != CertificateIdentity::kNone &&
      certificate_name(shown, kind).empty()) {
    // Never somebody else: a client with a certificate is who it says, or nobody. It hears an end
    // in good order; there is no alert that would say it better.
    SSL_shutdown(connection_.get());
    fail_with("the certificate does not have the name that tells its user");
    return false;
  }
  ready_ = true;
  return true;
}

Transform::Inbound TlsTransform::read(std::span<std::byte> scratch) {
  std::size_t filled = 0;
  // At least one record, and more while the next one is sure to fit.
  while (filled == 0 || scratch.size() - filled >= kRecordBytesMax) {
    std::size_t count = 0;
    ERR_clear_error();
    const int outcome =
        SSL_read_ex(connection_.get(), scratch.data() + filled, scratch.size() - filled, &count);
    if (outcome != 1) {
      return {.output = scratch.first(filled), .state = state_after(outcome)};
    }
    filled += count;
    if (io_->source.empty() && SSL_has_pending(connection_.get()) == 0) {
      return {.output = scratch.first(filled)};
    }
  }
  return {.output = scratch.first(filled), .more = true};
}

StreamState TlsTransform::state_after(int outcome) {
  switch (SSL_get_error(connection_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
      return StreamState::kOpen;
    case SSL_ERROR_ZERO_RETURN:
      return StreamState::kClosed;
    default:
      break;
  }
  const long verified = SSL_get_verify_result(connection_.get());
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  if (verified != X509_V_OK) {
    reason = X509_verify_cert_error_string(verified);
  }
  fail_with(reason != nullptr ? reason : "protocol error");
  ERR_clear_error();
  return StreamState::kFailed;
}

void TlsTransform::fail_with(const char* problem) {
  problem_ = problem;
  failed_ = true;
}

void TlsTransform::outbound(std::span<const ByteView> input, Bytes& output) {
  if (!ready_ || failed_) {
    return;
  }
  io_->sink = &output;
  // Small chunks share records: a record costs as much as a kilobyte.
  std::array<std::byte, kRecordBytesMax> gathered;
  std::size_t filled = 0;
  for (ByteView chunk : input) {
    while (!chunk.empty()) {
      if (filled == 0 && (chunk.size() >= kRecordBytesMax || input.size() == 1)) {
        write_record(chunk.first(std::min(chunk.size(), kRecordBytesMax)));
        chunk = chunk.subspan(std::min(chunk.size(), kRecordBytesMax));
        continue;
      }
      const std::size_t count = std::min(chunk.size(), kRecordBytesMax - filled);
      std::memcpy(gathered.data() + filled, chunk.data(), count);
      filled += count;
      chunk = chunk.subspan(count);
      if (filled == kRecordBytesMax) {
        write_record(ByteView(gathered).first(std::exchange(filled, 0)));
      }
    }
  }
  write_record(ByteView(gathered).first(filled));
  io_->sink = nullptr;
}

void TlsTransform::write_record(ByteView bytes) {
  if (bytes.empty() || failed_) {
    return;
  }
  std::size_t count = 0;
  ERR_clear_error();
  const int outcome = SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &count);
  if (outcome != 1) {
    // Nothing blocks here: this is the end of the connection, which the next input reports.
    static_cast<void>(state_after(outcome));
    failed_ = true;
  }
}

void TlsTransform::finish(Bytes& output) {
  if (!ready_ || failed_) {
    return;
  }
  io_->sink = &output;
  ERR_clear_error();
  SSL_shutdown(connection_.get());
  ERR_clear_error();
  io_->sink = nullptr;
}

void TlsTransform::tell(PeerFacts& facts) const {
  const X509* shown = SSL_get0_peer_certificate(connection_.get());
  if (shown == nullptr || SSL_get_verify_result(connection_.get()) != X509_V_OK) {
    return;
  }
  facts.certificate_name = certificate_name(shown, context_->identity());
}

bool TlsTransform::resumed() const {
  return connection_ != nullptr && SSL_session_reused(connection_.get()) == 1;
}

}  // namespace godwit::net
