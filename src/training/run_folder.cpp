#include "jcs/training/run_folder.hpp"

#include <algorithm>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::training {

RunFolder::RunFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    throw OutputError(
        {"folder of the run cannot be created: " + error.message(), folder_.string()});
  }
}

void RunFolder::write_log(const std::vector<EpochRecord>& epochs) const {
  const auto scored = std::find_if(epochs.begin(), epochs.end(),
                                   [](const EpochRecord& e) { return !e.scores.empty(); });
  std::string text = "epoch,iterations,learning_rate,loss,seconds";
  if (scored != epochs.end()) {
    for (const auto& [name, value] : scored->scores) {
      text += ',';
      text += name;
    }
  }
  text += "\n";
  for (const EpochRecord& epoch : epochs) {
    text += joined({std::to_string(epoch.epoch), std::to_string(epoch.iterations),
                    to_text(epoch.learning_rate), to_text(epoch.loss), to_text(epoch.seconds)},
                   ",");
    for (const auto& [name, value] : epoch.scores) {
      text += ',';
      text += value ? to_text(*value) : std::string();
    }
    text += "\n";
  }
  write_file(folder_ / "log.csv", text);
}

void RunFolder::write_configuration(const std::string& yaml) const {
  write_file(folder_ / "config.yaml", yaml);
}

}  // namespace jcs::training
