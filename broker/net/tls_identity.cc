#include "broker/net/tls_identity.h"

#include <openssl/x509v3.h>

#include <string_view>

#include "broker/mqtt/utf8.h"
#include "broker/net/openssl_pointers.h"

namespace godwit::net {
namespace {

std::string checked(std::string_view name) {
  // A NUL inside is how a certificate pretends to be another's.
  if (name.size() > kCertificateNameBytesMax || mqtt::find_invalid_utf8(name)) {
    return {};
  }
  return std::string(name);
}

std::string common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) {
    return {};
  }
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first));
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, value);
  if (size < 0) {
    return {};
  }
  std::string name = checked({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
  OPENSSL_free(text);
  return name;
}

std::string alternative_name(const X509* certificate, int kind) {
  const OpensslPointer<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != kind) {
      continue;
    }
    // DNS, mail and URI are all IA5 strings.
    const ASN1_STRING* value = name->d.ia5;
    return checked({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                    static_cast<std::size_t>(ASN1_STRING_length(value))});
  }
  return {};
}

}  // namespace

std::string certificate_name(const X509* certificate, CertificateIdentity kind) {
  switch (kind) {
    case CertificateIdentity::kCommonName:
      return common_name(certificate);
    case CertificateIdentity::kSanDns:
      return alternative_name(certificate, GEN_DNS);
    case CertificateIdentity::kSanEmail:
      return alternative_name(certificate, GEN_EMAIL);
    case CertificateIdentity::kSanUri:
      return alternative_name(certificate, GEN_URI);
    case CertificateIdentity::kNone:
      break;
  }
  return {};
}

}  // namespace godwit::net
