#include "tests/bench/tls_peer.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace godwit::bench {
namespace {

constexpr long kValidSeconds = 3600;

X509* make_certificate(EVP_PKEY* key, const std::string& address) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kValidSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kValidSeconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* common_name = reinterpret_cast<const unsigned char*>("bench");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("IP:" + address).c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

std::string write_temporary(X509* certificate) {
  std::string path = "/tmp/bench-ca-XXXXXX";
  std::FILE* file = ::fdopen(::mkstemp(path.data()), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  return path;
}

}  // namespace

TlsIdentity::TlsIdentity(const std::string& address) : context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = make_certificate(key, address);
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  ca_file_ = write_temporary(certificate);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TlsIdentity::~TlsIdentity() {
  SSL_CTX_free(context_);
  ::unlink(ca_file_.c_str());
}

TlsPeer::TlsPeer(const TlsIdentity& identity) : ssl_(SSL_new(identity.server_context())) {
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(ssl_);
}

TlsPeer::~TlsPeer() { SSL_free(ssl_); }

std::string TlsPeer::take(Bytes input) {
  if (!input.empty()) {
    BIO_write(SSL_get_rbio(ssl_), input.data(), static_cast<int>(input.size()));
  }
  std::string carried;
  std::array<char, 4096> part{};
  int size = SSL_read(ssl_, part.data(), static_cast<int>(part.size()));
  while (size > 0) {
    carried.append(part.data(), static_cast<std::size_t>(size));
    size = SSL_read(ssl_, part.data(), static_cast<int>(part.size()));
  }
  return carried;
}

void TlsPeer::write(const std::string& text) {
  SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
}

void TlsPeer::close() { SSL_shutdown(ssl_); }

Buffer TlsPeer::output() {
  Buffer bytes(BIO_pending(SSL_get_wbio(ssl_)));
  if (!bytes.empty()) {
    BIO_read(SSL_get_wbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  }
  return bytes;
}

int TlsPeer::version() const { return SSL_version(ssl_); }

}  // namespace godwit::bench
