#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// The folder of a run and the names of its files.
class RunFolder {
 public:
  /// Creates the folder where it is missing and sees that it can be written. @throws OutputError
  explicit RunFolder(std::filesystem::path folder);

  [[nodiscard]] std::filesystem::path best() const { return folder_ / "best.safetensors"; }
  [[nodiscard]] std::filesystem::path last() const { return folder_ / "last.safetensors"; }
  [[nodiscard]] std::filesystem::path checkpoint() const {
    return folder_ / "checkpoint.safetensors";
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

  /// One row an epoch. @throws OutputError
  void write_log(const std::vector<EpochRecord>& epochs) const;
  void write_configuration(const std::string& yaml) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace jcs::training
