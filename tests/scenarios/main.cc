// raft_scenarios: plays scripts against the consensus core and compares what it answers.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/mutant.h"
#include "tests/scenarios/stage.h"

namespace godwit::scenarios {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    give_up(fmt::format("cannot read {}", path));
  }
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Plays the script; its answers are those of now afterwards. Returns how many differ.
std::size_t play(Script& script, bool tell) {
  Stage stage;
  std::size_t differ = 0;
  for (Step& step : script.steps) {
    std::string answer = stage.run(step.command);
    if (answer != step.expected) {
      ++differ;
      if (tell) {
        fmt::print("  line {}: {}\n  expected:\n{}  now:\n{}", step.line, step.command,
                   step.expected, answer);
      }
      step.expected = std::move(answer);
    }
  }
  return differ;
}

bool play_file(const std::string& path, bool rewrite) {
  const std::string name = std::filesystem::path(path).stem().string();
  fmt::print("running {}\n", name);
  Script script = parse(read_file(path));
  const std::size_t differ = play(script, !rewrite);
  if (rewrite) {
    std::ofstream(path) << write(script);
    fmt::print("rewritten {}: {} answers changed\n", name, differ);
    return true;
  }
  fmt::print("{} {}\n", differ == 0 && !script.steps.empty() ? "ok" : "FAILED", name);
  return differ == 0 && !script.steps.empty();
}

std::vector<std::string> all_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(GODWIT_SCENARIOS)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace
}  // namespace godwit::scenarios

int main(int count, char** values) {
  using namespace godwit;  // NOLINT(google-build-using-namespace)
  bool rewrite = false;
  std::uint32_t mutant = 0;
  std::vector<std::string> files;
  CLI::App app{"Scripts against the consensus core; tests/scenarios/README.md", "raft_scenarios"};
  app.add_flag("--rewrite", rewrite, "take what the core answers now as expected");
  app.add_option("--mutant", mutant, "switch on a planted bug (preset mutants only)");
  app.add_option("files", files, "scripts; all of tests/data/raft unless told");
  CLI11_PARSE(app, count, values);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // A failed CHECK comes after the script's name.
  if (mutant != 0) {
#ifdef GODWIT_MUTANTS
    plant_mutant(mutant);
#else
    fmt::print("this build has no planted bugs; build the preset mutants\n");
    return 2;
#endif
  }
  int passed = 0;
  int failed = 0;
  for (const std::string& file : files.empty() ? scenarios::all_files() : files) {
    ++(scenarios::play_file(file, rewrite) ? passed : failed);
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed > 0 || passed == 0 ? 1 : 0;
}
