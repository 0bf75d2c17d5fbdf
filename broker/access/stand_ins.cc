#include "broker/access/stand_ins.h"

#include <cstdint>

namespace godwit::access {
namespace {

constexpr std::size_t kUsualSaltBytes = 16;

std::size_t choose(const Digest256& digest, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    number = number << 8U | std::to_integer<std::uint64_t>(digest[i]);
  }
  return number % count;
}

}  // namespace

StandIns::StandIns(const PasswordFile& file, const Sha256& sha256)
    : sha256_(&sha256), key_(sha256.hash(as_bytes(file.text()))) {
  for (const auto& [user_name, hash] : file.hashes()) {
    hashes_.push_back(hash);
    if (const auto verifier = ScramVerifier::parse(hash)) {
      scram_costs_.push_back({verifier->iterations, verifier->salt.size()});
    }
  }
  if (hashes_.empty()) {
    hashes_.emplace_back(PasswordFile::dummy_hash());
  }
  if (scram_costs_.empty()) {
    scram_costs_.push_back({kScramIterationsMin, kUsualSaltBytes});
  }
}

std::string_view StandIns::hash(std::string_view user_name) const {
  return hashes_[choose(draw("hash", user_name), hashes_.size())];
}

ScramVerifier StandIns::verifier(std::string_view user_name) const {
  const ScramCost& cost = scram_costs_[choose(draw("cost", user_name), scram_costs_.size())];
  ScramVerifier verifier{.iterations = cost.iterations,
                         .salt = {},
                         .stored_key = draw("stored key", user_name),
                         .server_key = draw("server key", user_name)};
  const Digest256 first = draw("salt", user_name);
  const Digest256 second = draw("more salt", user_name);
  append(verifier.salt, first);
  append(verifier.salt, second);
  verifier.salt.resize(cost.salt_size);  // At most 64.
  return verifier;
}

Digest256 StandIns::draw(std::string_view purpose, std::string_view user_name) const {
  std::string text(purpose);
  text.append(":").append(user_name);
  return sha256_->hmac(key_, as_bytes(text));
}

}  // namespace godwit::access
