// SCRAM messages of any bytes: they are refused or taken apart so that the parts make the message
// again, and nobody gets in without the password.
//
// Input: a client's messages, one a line.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "base/check.h"
#include "broker/access/scram_message.h"
#include "broker/access/scram_sha256.h"
#include "broker/crypto/sha256.h"

namespace {

namespace access = godwit::access;
namespace crypto = godwit::crypto;
using godwit::as_bytes;
using godwit::Bytes;
using godwit::to_base64;

void check_parts(std::string_view message) {
  if (const auto first = access::parse_client_first(message)) {
    CHECK(std::string(first->gs2_header) + std::string(first->bare) == message);
    CHECK(!first->user_name.empty() && !first->nonce.empty());
  }
  if (const auto last = access::parse_client_final(message)) {
    CHECK(std::string(last->without_proof) + ",p=" + to_base64(last->proof) == message);
  }
}

const access::ScramSha256& method() {
  static const crypto::OpensslSha256 kSha256;
  static const access::ScramSha256 kMethod = [] {
    access::PasswordFile file;
    file.set("user", access::ScramVerifier::make("pencil", Bytes(16), 4'096, kSha256).text());
    return access::ScramSha256(file, {kSha256, [](std::span<std::byte>) {}});
  }();
  return kMethod;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto exchange = method().begin();
  while (!rest.empty()) {
    const std::string_view message = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(message.size() < rest.size() ? message.size() + 1 : message.size());
    check_parts(message);
    const auto answer = exchange->step(as_bytes(message));
    CHECK(answer.verdict == access::AuthenticationVerdict::kContinue ||
          answer.verdict == access::AuthenticationVerdict::kBadCredentials);
  }
  return 0;
}
