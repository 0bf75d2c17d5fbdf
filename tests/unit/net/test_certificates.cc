#include "tests/unit/net/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "broker/net/openssl_pointers.h"
#include "broker/net/tls_pem.h"

namespace godwit::net::test {
namespace {

EVP_PKEY* new_key() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  CHECK(key != nullptr);
  return key;
}

template <class Write>
std::string to_pem(Write write) {
  const OpensslPointer<BIO> memory(BIO_new(BIO_s_mem()));
  CHECK(write(memory.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return to_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
  return to_pem([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  if (value.empty()) {
    return;
  }
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509* new_certificate(const CertificateSpec& spec, long serial, EVP_PKEY* key) {
  X509* certificate = X509_new();
  CHECK(X509_set_version(certificate, X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), spec.valid_from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), spec.valid_to_seconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.common_name.data()),
                             static_cast<int>(spec.common_name.size()), -1, 0);
  CHECK(X509_set_pubkey(certificate, key) == 1);
  return certificate;
}

}  // namespace

void TestCa::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void TestCa::Free::operator()(x509_st* certificate) const { X509_free(certificate); }

TestCa::TestCa(const std::string& name) : key_(new_key()) {
  certificate_.reset(new_certificate({.common_name = name}, serial_++, key_.get()));
  X509* self = certificate_.get();
  X509_set_issuer_name(self, X509_get_subject_name(self));
  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  CHECK(X509_sign(self, key_.get(), EVP_sha256()) > 0);
}

TestCa::~TestCa() = default;

TlsText TestCa::certificate() const { return {pem_of(certificate_.get()), "ca.pem"}; }

TlsCertificate TestCa::issue(const CertificateSpec& spec) {
  const OpensslPointer<EVP_PKEY> key(new_key());
  const OpensslPointer<X509> made(new_certificate(spec, serial_++, key.get()));
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  add_extension(made.get(), certificate_.get(), NID_subject_alt_name, spec.alternative_names);
  add_extension(made.get(), certificate_.get(), NID_ext_key_usage, spec.extended_key_usage);
  CHECK(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  return {.chain = {pem_of(made.get()), "server.pem"},
          .key = {pem_of(key.get()), "server.key"},
          .key_password = {}};
}

TlsText TestCa::crl(const std::vector<TlsCertificate>& revoked) const {
  const OpensslPointer<X509_CRL> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  ASN1_TIME* time = ASN1_TIME_new();
  X509_gmtime_adj(time, -60);
  X509_CRL_set1_lastUpdate(list.get(), time);
  for (const TlsCertificate& one : revoked) {
    const auto parsed = parse_certificates(one.chain);
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(parsed->front().get()));
    X509_REVOKED_set_revocationDate(entry, time);
    X509_CRL_add0_revoked(list.get(), entry);
  }
  X509_gmtime_adj(time, 3'600);
  X509_CRL_set1_nextUpdate(list.get(), time);
  ASN1_TIME_free(time);
  X509_CRL_sort(list.get());
  CHECK(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0);
  return {to_pem([&](BIO* out) { return PEM_write_bio_X509_CRL(out, list.get()); }), "crl.pem"};
}

TlsCertificate issue_for_server(TestCa& ca) {
  return ca.issue(
      {.common_name = "localhost", .alternative_names = "DNS:localhost,IP:127.0.0.1,IP:::1"});
}

}  // namespace godwit::net::test
