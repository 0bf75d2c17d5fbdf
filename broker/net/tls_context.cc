#include "broker/net/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "broker/net/openssl_pointers.h"
#include "broker/net/tls_io.h"
#include "broker/net/tls_pem.h"

namespace godwit::net {
namespace {

// AEAD with forward secrecy only; the cheapest first, since all of them are good.
constexpr const char* kCiphersOf12 =
    "ECDHE+AES128+AESGCM:ECDHE+AES256+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr const char* kCiphersOf13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// A client's whole chain; each certificate costs a signature to check.
constexpr long kClientChainBytesMax = 32L << 10U;
constexpr int kClientChainDepthMax = 8;
// Clients open one connection at a time.
constexpr std::size_t kTicketsPerConnection = 1;

using Problems = std::vector<Error>;

ssl_ctx_st* make_context(bool is_client, TlsVersion minimum) {
  SSL_CTX* context = SSL_CTX_new(is_client ? TLS_client_method() : TLS_server_method());
  CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context,
                                minimum == TlsVersion::k1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Buffers only where bytes wait; writes are whole or fail.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  CHECK(SSL_CTX_set_cipher_list(context, kCiphersOf12) == 1);
  CHECK(SSL_CTX_set_ciphersuites(context, kCiphersOf13) == 1);
  return context;
}

void note(Problems& problems, Error error) { problems.push_back(std::move(error)); }

// The certificate, its key, and that they belong together.
void use_certificate(SSL_CTX* context, const TlsCertificate& settings, Problems& problems) {
  auto chain = parse_certificates(settings.chain);
  auto key = parse_key(settings.key, settings.key_password);
  if (!chain) {
    note(problems, chain.error());
  }
  if (!key) {
    note(problems, key.error());
  }
  if (!chain || !key) {
    return;
  }
  const OpensslPointer<STACK_OF(X509)> others(sk_X509_new_null());
  for (std::size_t i = 1; i < chain->size(); ++i) {
    CHECK(sk_X509_push(others.get(), (*chain)[i].release()) > 0);
  }
  ERR_clear_error();
  if (SSL_CTX_use_cert_and_key(context, chain->front().get(), key->get(), others.get(), 1) != 1) {
    note(problems,
         Error{settings.key.name + ": is not the key of the certificate in " + settings.chain.name +
               ", or one of the two is too weak: " + take_openssl_error()});
  }
}

void trust(SSL_CTX* context, const TlsText& ca, bool tell_names, Problems& problems) {
  auto certificates = parse_certificates(ca);
  if (!certificates) {
    note(problems, certificates.error());
    return;
  }
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const OpensslPointer<X509>& certificate : *certificates) {
    if (X509_STORE_add_cert(store, certificate.get()) != 1) {
      note(problems, Error{ca.name + ": a certificate cannot be used: " + take_openssl_error()});
    }
    if (tell_names) {
      SSL_CTX_add_client_CA(context, certificate.get());
    }
  }
}

void use_crl(SSL_CTX* context, const TlsText& text, Problems& problems) {
  auto lists = parse_crls(text);
  if (!lists) {
    note(problems, lists.error());
    return;
  }
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const OpensslPointer<X509_CRL>& list : *lists) {
    if (X509_STORE_add_crl(store, list.get()) != 1) {
      note(problems, Error{text.name + ": a list cannot be used: " + take_openssl_error()});
    }
  }
  // The whole chain: a revoked CA is no better than a revoked client.
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

int verify_mode(ClientCertificates wanted) {
  switch (wanted) {
    case ClientCertificates::kRequired:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    case ClientCertificates::kOptional:
      return SSL_VERIFY_PEER;
    case ClientCertificates::kOff:
      break;
  }
  return SSL_VERIFY_NONE;
}

// A session is resumed only where its client would be believed again: a ticket from before a change
// of the CA or the revocation list is worth nothing.
void bind_tickets_to_trust(SSL_CTX* context, const TlsServerSettings& settings) {
  std::string trusted = std::to_string(verify_mode(settings.client_certificates));
  trusted += settings.client_ca.pem;
  trusted += '\0';
  trusted += settings.crl ? settings.crl->pem : "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  CHECK(EVP_Digest(trusted.data(), trusted.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
        1);
  CHECK(SSL_CTX_set_session_id_context(context, digest.data(), size) == 1);
}

void set_tickets(SSL_CTX* context, const TlsServerSettings& settings) {
  bind_tickets_to_trust(context, settings);
  if (!settings.ticket_key) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    return;
  }
  SSL_CTX_set_num_tickets(context, kTicketsPerConnection);
  TlsTicketKey key = *settings.ticket_key;
  CHECK(SSL_CTX_set_tlsext_ticket_keys(context, key.data(), static_cast<long>(key.size())) == 1);
}

bool is_ip_address(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

// "mqtt" as ALPN writes it: its length, then itself.
std::string in_alpn_form(const std::string& protocol) {
  return static_cast<char>(protocol.size()) + protocol;
}

}  // namespace

void TlsContext::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsContext::FreeMethod::operator()(bio_method_st* method) const { BIO_meth_free(method); }

TlsContext::TlsContext(bool is_client) : io_method_(make_tls_io_method()), is_client_(is_client) {}

TlsContext::~TlsContext() = default;

TlsContext::Built TlsContext::server(const TlsServerSettings& settings) {
  Problems problems;
  std::shared_ptr<TlsContext> context(new TlsContext(false));
  context->set_up_server(settings, problems);
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return std::shared_ptr<const TlsContext>(std::move(context));
}

TlsContext::Built TlsContext::client(const TlsClientSettings& settings) {
  Problems problems;
  std::shared_ptr<TlsContext> context(new TlsContext(true));
  context->set_up_client(settings, problems);
  if (!problems.empty()) {
    return fail(std::move(problems));
  }
  return std::shared_ptr<const TlsContext>(std::move(context));
}

void TlsContext::set_up_server(const TlsServerSettings& settings, Problems& problems) {
  context_.reset(make_context(false, settings.minimum_version));
  SSL_CTX* context = context_.get();
  identity_ = settings.identity;
  application_protocol_ = settings.application_protocol;
  use_certificate(context, settings.certificate, problems);
  if (settings.client_certificates != ClientCertificates::kOff) {
    trust(context, settings.client_ca, true, problems);
    if (settings.crl) {
      use_crl(context, *settings.crl, problems);
    }
  }
  SSL_CTX_set_verify(context, verify_mode(settings.client_certificates), nullptr);
  SSL_CTX_set_verify_depth(context, kClientChainDepthMax);
  SSL_CTX_set_max_cert_list(context, kClientChainBytesMax);
  set_tickets(context, settings);
  add_named(settings, problems);
  SSL_CTX_set_cert_cb(context, &TlsContext::choose_certificate, this);
  if (!application_protocol_.empty()) {
    SSL_CTX_set_alpn_select_cb(context, &TlsContext::choose_protocol, this);
  }
  note_expiry(context);
}

// These hold a certificate and its chain; a connection never belongs to one of them, because trust,
// tickets and protocols are those of the first context.
void TlsContext::add_named(const TlsServerSettings& settings, Problems& problems) {
  for (const TlsCertificate& certificate : settings.by_server_name) {
    by_name_.emplace_back(make_context(false, settings.minimum_version));
    use_certificate(by_name_.back().get(), certificate, problems);
    note_expiry(by_name_.back().get());
  }
}

void TlsContext::set_up_client(const TlsClientSettings& settings, Problems& problems) {
  context_.reset(make_context(true, TlsVersion::k1_2));
  SSL_CTX* context = context_.get();
  host_ = settings.host;
  verify_ = settings.verify;
  if (settings.ca) {
    trust(context, *settings.ca, false, problems);
  } else if (verify_) {
    CHECK(SSL_CTX_set_default_verify_paths(context) == 1);
  }
  if (settings.certificate) {
    use_certificate(context, *settings.certificate, problems);
  }
  SSL_CTX_set_verify(context, verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!settings.application_protocol.empty()) {
    const std::string form = in_alpn_form(settings.application_protocol);
    CHECK(SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(form.data()),
                                  static_cast<unsigned>(form.size())) == 0);
  }
}

void TlsContext::note_expiry(ssl_ctx_st* context) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  std::tm broken_down{};
  if (certificate == nullptr ||
      ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &broken_down) != 1) {
    return;
  }
  not_after_seconds_ = std::min<std::int64_t>(not_after_seconds_, timegm(&broken_down));
}

ssl_st* TlsContext::new_connection() const {
  SSL* connection = SSL_new(context_.get());
  if (connection == nullptr || !is_client_) {
    return connection;
  }
  if (is_ip_address(host_)) {
    if (verify_) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host_.c_str());
    }
  } else {
    SSL_set_tlsext_host_name(connection, host_.c_str());
    if (verify_) {
      SSL_set1_host(connection, host_.c_str());
    }
  }
  return connection;
}

int TlsContext::choose_certificate(ssl_st* connection, void* self) {
  const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) {
    return 1;
  }
  for (const ContextPointer& holder : static_cast<const TlsContext*>(self)->by_name_) {
    SSL_CTX* held = holder.get();
    if (X509_check_host(SSL_CTX_get0_certificate(held), name, 0, 0, nullptr) == 1) {
      STACK_OF(X509)* chain = nullptr;
      SSL_CTX_get0_chain_certs(held, &chain);
      return SSL_use_cert_and_key(connection, SSL_CTX_get0_certificate(held),
                                  SSL_CTX_get0_privatekey(held), chain, 1);
    }
  }
  return 1;
}

// NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's.
int TlsContext::choose_protocol(ssl_st* /*connection*/, const unsigned char** chosen,
                                unsigned char* chosen_size, const unsigned char* offered,
                                unsigned offered_size, void* self) {
  const std::string ours =
      in_alpn_form(static_cast<const TlsContext*>(self)->application_protocol_);
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, chosen_size, reinterpret_cast<const unsigned char*>(ours.data()),
      static_cast<unsigned>(ours.size()), offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;  // The client knows others: MQTT is spoken all the same.
  }
  // `found` points into `ours`, which goes; the client's list stays.
  for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
    if (offered[at] == *chosen_size && std::memcmp(offered + at + 1, found, *chosen_size) == 0) {
      *chosen = offered + at + 1;
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace godwit::net
