#include "broker/net/tls_pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <string_view>

namespace godwit::net {
namespace {

OpensslPointer<BIO> reader_of(const std::string& text) {
  return OpensslPointer<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Error problem(const TlsText& text, std::string_view what) {
  return Error{text.name + ": " + std::string(what)};
}

// For PEM_read_*: never asks the terminal, which is what OpenSSL does without it.
int give_password(char* buffer, int size, int /*writing*/, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.empty() || text.size() > static_cast<std::size_t>(size)) {
    return -1;
  }
  std::ranges::copy(text, buffer);
  return static_cast<int>(text.size());
}

// True if reading stopped because there is no further PEM block, not at a broken one.
bool stopped_at_the_end() {
  const unsigned long last = ERR_peek_last_error();
  return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

template <class Object, class Read>
Result<std::vector<OpensslPointer<Object>>> parse_all(const TlsText& text, std::string_view kind,
                                                      Read read) {
  const OpensslPointer<BIO> reader = reader_of(text.pem);
  std::vector<OpensslPointer<Object>> found;
  std::string no_password;
  ERR_clear_error();
  while (Object* one = read(reader.get(), nullptr, give_password, &no_password)) {
    found.emplace_back(one);
  }
  if (!stopped_at_the_end()) {
    return fail(problem(text, "a broken " + std::string(kind) + ": " + take_openssl_error()));
  }
  ERR_clear_error();
  if (found.empty()) {
    return fail(problem(text, "holds no " + std::string(kind) + " in PEM"));
  }
  return found;
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Result<std::vector<OpensslPointer<X509>>> parse_certificates(const TlsText& text) {
  return parse_all<X509>(text, "certificate", PEM_read_bio_X509);
}

Result<std::vector<OpensslPointer<X509_CRL>>> parse_crls(const TlsText& text) {
  return parse_all<X509_CRL>(text, "revocation list", PEM_read_bio_X509_CRL);
}

Result<OpensslPointer<EVP_PKEY>> parse_key(const TlsText& text, const std::string& password) {
  const OpensslPointer<BIO> reader = reader_of(text.pem);
  std::string its_password = password;
  ERR_clear_error();
  OpensslPointer<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader.get(), nullptr, give_password, &its_password));
  std::ranges::fill(its_password, '\0');
  if (key != nullptr) {
    ERR_clear_error();
    return key;
  }
  const bool encrypted = text.pem.find("ENCRYPTED") != std::string::npos;
  const std::string why = take_openssl_error();
  if (encrypted) {
    return fail(problem(text, password.empty() ? "the key is encrypted; give its key_password"
                                               : "the key does not open with this key_password"));
  }
  return fail(problem(text, "holds no private key in PEM that can be used: " + why));
}

}  // namespace godwit::net
