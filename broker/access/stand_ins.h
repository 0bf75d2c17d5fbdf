// What is used in place of the hash of a user that does not exist, so that neither the time of an
// answer nor what it says tells who exists.
//
// The stand-in of a name is always the same while the file is, and takes its costs from the entries
// of the file in the proportion in which they occur there. What it is drawn by comes from the
// file's contents, so whoever may not read the file cannot foretell it, and every node that has the
// file gives the same answers. A changed file changes the salts of stand-ins and not those of
// users.
//
// Thread: any, once made. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "broker/access/password_file.h"
#include "broker/access/scram_verifier.h"
#include "broker/access/sha256.h"

namespace godwit::access {

class StandIns {
 public:
  // `sha256` outlives it.
  StandIns(const PasswordFile& file, const Sha256& sha256);

  // A hash to verify against and to forget the answer: it may be another user's.
  [[nodiscard]] std::string_view hash(std::string_view user_name) const;
  // With keys that no password has.
  [[nodiscard]] ScramVerifier verifier(std::string_view user_name) const;

 private:
  [[nodiscard]] Digest256 draw(std::string_view purpose, std::string_view user_name) const;

  const Sha256* sha256_;
  Digest256 key_;
  std::vector<std::string> hashes_;
  struct ScramCost {
    std::uint32_t iterations;
    std::size_t salt_size;
  };
  std::vector<ScramCost> scram_costs_;
};

}  // namespace godwit::access
