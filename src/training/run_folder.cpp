#include "jcs/training/run_folder.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/training/event_file.hpp"

namespace jcs::training {

namespace {

bool is_ours(const std::string& name) {
  static const std::set<std::string> kNames = {
      "last.ckpt",   "best.safetensors", "final.safetensors", "metrics.csv",
      "config.yaml", "run.json",         "samples.png",       "model_card.md"};
  return kNames.contains(name) || (name.starts_with("epoch-") && name.ends_with(".ckpt")) ||
         EventFile::is_name(name);
}

}  // namespace

bool is_file_of_run(const std::filesystem::path& folder, const std::filesystem::path& file) {
  std::error_code ignored;
  // A link's own name counts as well as what it leads to.
  for (const auto& path : {std::filesystem::absolute(file, ignored),
                           std::filesystem::weakly_canonical(file, ignored)}) {
    if (is_ours(path.filename().string()) &&
        std::filesystem::equivalent(path.parent_path(), folder, ignored)) {
      return true;
    }
  }
  return false;
}

RunFolder::RunFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    throw OutputError(
        {"folder of the run cannot be created: " + error.message(), folder_.string()});
  }
}

std::filesystem::path RunFolder::checkpoint_of(std::int64_t epoch) const {
  std::string number = std::to_string(epoch);
  number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
  return folder_ / ("epoch-" + number + ".ckpt");
}

void RunFolder::write_metrics(const std::vector<EpochRecord>& epochs) const {
  const auto scored = std::find_if(epochs.begin(), epochs.end(),
                                   [](const EpochRecord& e) { return !e.scores.empty(); });
  const std::size_t columns = scored == epochs.end() ? 0 : scored->scores.size();
  std::string text = "epoch,iterations,learning_rate,loss,seconds,slices_per_second,waiting";
  for (std::size_t i = 0; i < columns; ++i) {
    // The training's own loss has that name already.
    const std::string& name = scored->scores[i].first;
    text += "," + (name == "loss" ? "validation_loss" : name);
  }
  text += "\n";
  for (const EpochRecord& epoch : epochs) {
    text += joined({std::to_string(epoch.epoch), std::to_string(epoch.iterations),
                    to_text(epoch.learning_rate), to_text(epoch.loss), to_text(epoch.seconds),
                    to_text(epoch.slices_per_second), to_text(epoch.waiting)},
                   ",");
    for (std::size_t i = 0; i < columns; ++i) {
      text += ',';
      if (i < epoch.scores.size() && epoch.scores[i].second) {
        text += to_text(*epoch.scores[i].second);
      }
    }
    text += "\n";
  }
  write_file(folder_ / "metrics.csv", text);
}

void RunFolder::write_configuration(const std::string& yaml) const {
  const std::filesystem::path file = folder_ / "config.yaml";
  InputFile in(file, ExitCode::kOutput);
  if (!in || std::string(std::istreambuf_iterator<char>(in), {}) != yaml) {
    write_file(file, yaml);
  }
}

void RunFolder::write_run(const nlohmann::json& run) const {
  write_file(folder_ / "run.json",
             run.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

bool RunFolder::has_record(bool complete) const {
  InputFile in(folder_ / "run.json", ExitCode::kOutput);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto run = parsed_json<nlohmann::json>(text);
  return run.is_object() && run.contains("complete") && run.at("complete") == complete;
}

void RunFolder::write_card(const std::string& markdown) const {
  write_file(folder_ / "model_card.md", markdown);
}

void RunFolder::write_samples(const std::vector<std::byte>& png) const {
  write_file(folder_ / "samples.png", std::span<const std::byte>(png));
}

namespace {

// A file that was being written when the process was killed.
bool is_leftover(const std::string& name) {
  return is_ours(std::string(target_of_temporary(name)));
}

void remove_if(const std::filesystem::path& folder, bool (*chosen)(const std::string&)) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::error_code error;
    if (chosen(entry.path().filename().string()) && !std::filesystem::remove(entry.path(), error)) {
      throw OutputError({"cannot be removed: " + error.message(), entry.path().string()});
    }
  }
}

}  // namespace

void RunFolder::clear() const {
  remove_if(folder_, is_ours);
  sweep();
}

void RunFolder::sweep() const { remove_if(folder_, is_leftover); }

}  // namespace jcs::training
