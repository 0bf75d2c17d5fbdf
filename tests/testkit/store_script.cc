#include "tests/testkit/store_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace godwit::testkit {
namespace {

using storage::Batch;
using storage::Reader;
using storage::Table;

using Words = std::vector<std::string_view>;

Words words_of(std::string_view line) {
  Words words;
  while (true) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
      return words;
    }
    line.remove_prefix(begin);
    const auto end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Bytes bytes_of(std::string_view word) {
  Bytes bytes;
  for (std::size_t at = 0; at < word.size(); ++at) {
    unsigned value = static_cast<unsigned char>(word[at]);
    if (word[at] == '%') {
      std::from_chars(word.data() + at + 1, word.data() + at + 3, value, 16);
      at += 2;
    }
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

std::string text_of(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    const bool plain = value > ' ' && value < 0x7f && value != '%';
    text += plain ? std::string(1, static_cast<char>(value)) : fmt::format("%{:02x}", value);
  }
  return text;
}

Table table_of(std::string_view word) {
  const auto found = std::find(storage::kTableNames.begin(), storage::kTableNames.end(), word);
  if (found == storage::kTableNames.end()) {
    throw std::runtime_error(fmt::format("no table is called {}", word));
  }
  return static_cast<Table>(found - storage::kTableNames.begin());
}

class Player {
 public:
  explicit Player(storage::Store& store) : store_(store) {}

  void run(const Words& words) {
    static const std::map<std::string_view, void (Player::*)(const Words&)> kCommands = {
        {"put", &Player::put},
        {"remove", &Player::remove},
        {"remove_range", &Player::clear},
        {"write", &Player::write},
        {"get", &Player::get},
        {"scan", &Player::scan},
        {"snapshot", &Player::snapshot},
        {"old_get", &Player::old_get},
        {"old_scan", &Player::old_scan}};
    const auto found = kCommands.find(words.front());
    if (found == kCommands.end()) {
      throw std::runtime_error(fmt::format("no command is called {}", words.front()));
    }
    (this->*found->second)(words);
  }

  [[nodiscard]] std::string answers() && { return std::move(answers_); }

 private:
  void put(const Words& words) {
    batch_.put(table_of(words.at(1)), bytes_of(words.at(2)),
               words.size() > 3 ? bytes_of(words[3]) : Bytes());
  }
  void remove(const Words& words) { batch_.remove(table_of(words.at(1)), bytes_of(words.at(2))); }
  void clear(const Words& words) {
    batch_.remove_range(table_of(words.at(1)), bytes_of(words.at(2)), bytes_of(words.at(3)));
  }
  void write(const Words& words) {
    store_.write(batch_, words.size() > 1 ? storage::Sync::kYes : storage::Sync::kNo);
    batch_.clear();
  }
  void get(const Words& words) { get_from(store_, words); }
  void scan(const Words& words) { scan_from(store_, words); }
  void snapshot(const Words& /*words*/) { snapshot_ = store_.snapshot(); }
  void old_get(const Words& words) { get_from(*snapshot_, words); }
  void old_scan(const Words& words) { scan_from(*snapshot_, words); }

  void get_from(const Reader& reader, const Words& words) {
    const auto value = reader.get(table_of(words.at(1)), bytes_of(words.at(2)));
    if (!value) {
      answers_ += fmt::format("error {}\n", value.error().text);
    } else {
      answers_ += *value ? fmt::format("{}\n", text_of(**value)) : "nothing\n";
    }
  }

  void scan_from(const Reader& reader, const Words& words) {
    storage::KeyRange range;
    range.first = words.size() > 2 ? bytes_of(words[2]) : Bytes();
    range.end = words.size() > 3 ? bytes_of(words[3]) : Bytes();
    const auto cursor = reader.scan(table_of(words.at(1)), range);
    std::string line;
    while (true) {
      const auto row = cursor->next();
      if (!row) {
        line += fmt::format(" error {}", row.error().text);
        break;
      }
      if (!*row) {
        break;
      }
      line += fmt::format(" {}={}", text_of((*row)->key), text_of((*row)->value));
    }
    answers_ += line.empty() ? "nothing\n" : line.substr(1) + "\n";
  }

  storage::Store& store_;
  Batch batch_;
  std::unique_ptr<Reader> snapshot_;
  std::string answers_;
};

template <class Visit>
void for_each_line(std::string_view script, Visit visit) {
  while (!script.empty()) {
    const auto end = std::min(script.find('\n'), script.size());
    visit(script.substr(0, end));
    script.remove_prefix(std::min(end + 1, script.size()));
  }
}

// Draws words of random commands.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  std::string key() {
    static constexpr std::array<std::string_view, 5> kLetters = {"a", "b", "c", "%00", "%ff"};
    std::string key(kLetters.at(below(5)));
    for (std::size_t more = below(3); more > 0; --more) {
      key += kLetters.at(below(5));
    }
    return key;
  }
  std::string_view table() { return below(4) == 0 ? "queue" : "session"; }
  std::string line(std::size_t number) {
    static constexpr std::array<std::string_view, 4> kReads = {"get", "scan", "old_get",
                                                               "old_scan"};
    switch (below(10)) {
      case 0:
        return "write";
      case 1:
        return below(3) == 0 ? "snapshot" : "write sync";
      case 2:
        return fmt::format("remove_range {} {} {}", table(), key(), key());
      case 3:
        return fmt::format("remove {} {}", table(), key());
      case 4:
      case 5:
      case 6:
        return fmt::format("put {} {} v{}", table(), key(), number);
      default: {
        const auto read = kReads.at(below(4));
        const bool range = read.ends_with("scan") && below(3) == 0;
        return range ? fmt::format("{} {} {} {}", read, table(), key(), key())
                     : fmt::format("{} {} {}", read, table(), key());
      }
    }
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace

std::string play(std::string_view script, storage::Store& store) {
  Player player(store);
  for_each_line(script, [&](std::string_view line) {
    const Words words = words_of(line);
    if (!words.empty() && words.front()[0] != '#' && words.front()[0] != '=') {
      player.run(words);
    }
  });
  return std::move(player).answers();
}

std::string random_script(std::uint64_t seed, std::size_t lines) {
  Draw draw(seed);
  std::string script = "snapshot\n";
  for (std::size_t number = 0; number < lines; ++number) {
    script += draw.line(number) + "\n";
  }
  return script + "write\nscan session\nscan queue\n";
}

std::string expected_answers(std::string_view script) {
  std::string answers;
  for_each_line(script, [&](std::string_view line) {
    if (line.starts_with("= ")) {
      answers += std::string(line.substr(2)) + "\n";
    }
  });
  return answers;
}

}  // namespace godwit::testkit
