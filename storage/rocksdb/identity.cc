#include "storage/rocksdb/identity.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "base/crc32c.h"
#include "base/hex.h"

namespace godwit::storage::rocks {
namespace {

constexpr std::string_view kTitle = "godwit store\n";
constexpr unsigned kVersion = 1;

std::optional<unsigned> digit(char letter) {
  if (letter >= '0' && letter <= '9') {
    return static_cast<unsigned>(letter - '0');
  }
  if (letter >= 'a' && letter <= 'f') {
    return static_cast<unsigned>(letter - 'a') + 10;
  }
  return std::nullopt;
}

Error damaged(const std::string& path) {
  return Error{
      fmt::format("{}: the file is damaged, so nobody can say whose data lies beside it. Put the "
                  "file back from "
                  "a backup. In a cluster, a node with an empty directory joins anew and gets its "
                  "data from the "
                  "others.",
                  path)};
}

// Takes `name value\n` from the front of `text`.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name) || text.size() <= name.size() ||
      text[name.size()] != ' ' || end <= name.size()) {
    return std::nullopt;
  }
  const std::string_view value = text.substr(name.size() + 1, end - name.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

std::string checksum_line(std::string_view text) {
  return fmt::format("crc32c {:08x}\n", crc32c(as_bytes(text)));
}

// Everything before the last line, if that is its checksum. In every version of the format, so that
// a damaged number of the version is not taken for another version.
std::optional<std::string_view> checked(std::string_view text) {
  constexpr std::size_t kLineBytes = 16;
  if (text.size() < kLineBytes || !text.starts_with(kTitle)) {
    return std::nullopt;
  }
  const std::string_view body = text.substr(0, text.size() - kLineBytes);
  return text.substr(body.size()) == checksum_line(body) ? std::optional(body) : std::nullopt;
}

std::optional<Id> take_id(std::string_view& text, std::string_view name) {
  const auto value = take_line(text, name);
  return value ? id_from_text(*value) : std::nullopt;
}

Result<void> compare_one(const std::string& path, std::string_view what, const Id& found,
                         const std::optional<Id>& expected) {
  if (!expected || *expected == found) {
    return {};
  }
  return fail(Error{fmt::format(
      "{}: this store is of the {} {}, but {} was expected. Give this node its own directory (a "
      "volume may be mounted in the wrong place), or an empty one to begin anew.",
      path, what, to_text(found), to_text(*expected))});
}

}  // namespace

std::string to_text(const Id& id) { return to_hex(id.bytes); }

std::optional<Id> id_from_text(std::string_view text) {
  Id id;
  if (text.size() != 2 * id.bytes.size()) {
    return std::nullopt;
  }
  for (std::size_t at = 0; at < id.bytes.size(); ++at) {
    const auto high = digit(text[2 * at]);
    const auto low = digit(text[2 * at + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    id.bytes.at(at) = static_cast<std::byte>(*high << 4U | *low);
  }
  return id;
}

std::string format_text(const Identity& identity) {
  std::string text =
      fmt::format("{}version {}\ncluster {}\nnode {}\ndisk {}\n", kTitle, kVersion,
                  to_text(identity.cluster), to_text(identity.node), to_text(identity.disk));
  return text + checksum_line(text);
}

Result<Identity> parse_format(const std::string& path, std::string_view text) {
  const auto body = checked(text);
  if (!body) {
    return fail(damaged(path));
  }
  std::string_view rest = body->substr(kTitle.size());
  const auto version = take_line(rest, "version");
  if (!version) {
    return fail(damaged(path));
  }
  if (*version != fmt::format("{}", kVersion)) {
    return fail(Error{fmt::format(
        "{}: the store has format version {}, and this program knows version {} only. Start the "
        "version of Godwit that wrote it, or a newer one.",
        path, *version, kVersion)});
  }
  const auto cluster = take_id(rest, "cluster");
  const auto node = take_id(rest, "node");
  const auto disk = take_id(rest, "disk");
  if (!cluster || !node || !disk || !rest.empty()) {
    return fail(damaged(path));
  }
  return Identity{*cluster, *node, *disk};
}

Result<void> compare(const std::string& path, const Identity& found,
                     const ExpectedIdentity& expected) {
  const std::array wanted = {std::tuple("cluster", found.cluster, expected.cluster),
                             std::tuple("node", found.node, expected.node),
                             std::tuple("disk", found.disk, expected.disk)};
  for (const auto& [what, id, expected_id] : wanted) {
    auto same = compare_one(path, what, id, expected_id);
    if (!same) {
      return same;
    }
  }
  return {};
}

}  // namespace godwit::storage::rocks
