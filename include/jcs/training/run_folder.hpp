#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/core/output_lock.hpp"
#include "jcs/training/training_loop.hpp"

namespace jcs::training {

/// Whether a run in this folder writes a file of this name there, and a restart removes it. Links
/// are followed; nothing needs to exist.
bool is_file_of_run(const std::filesystem::path& folder, const std::filesystem::path& file);

/// The folder of a run and the names of its files.
class RunFolder {
 public:
  /// Creates the folder where it is missing and sees that it can be written. @throws OutputError
  explicit RunFolder(std::filesystem::path folder);

  /// Weights with the best validation figure so far.
  [[nodiscard]] std::filesystem::path best() const { return folder_ / "best.safetensors"; }
  /// Weights of a complete run.
  [[nodiscard]] std::filesystem::path finished() const { return folder_ / "final.safetensors"; }
  /// All that is needed to go on.
  [[nodiscard]] std::filesystem::path checkpoint() const { return folder_ / kCheckpoint; }
  /// Where everything stood after an epoch, from 1.
  [[nodiscard]] std::filesystem::path checkpoint_of(std::int64_t epoch) const;
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

  /// Keeps other runs out as long as it lives. @throws OutputError when one is under way
  [[nodiscard]] OutputLock lock() const { return OutputLock::inside(folder_); }

  /// Each of these writes a file whole. @throws OutputError
  void write_metrics(const std::vector<EpochRecord>& epochs) const;  ///< one row an epoch
  void write_configuration(const std::string& yaml) const;  ///< left alone where it says the same
  void write_run(const nlohmann::json& run) const;
  void write_card(const std::string& markdown) const;
  void write_samples(const std::vector<std::byte>& png) const;

  /// Whether there is a `run.json` that can be read and says this of the run.
  [[nodiscard]] bool has_record(bool complete) const;

  /// Every file that a run leaves, so that another can start anew. Call it under the lock.
  /// @throws OutputError
  void clear() const;
  /// Files that were being written when a run was killed. @throws OutputError
  void sweep() const;

 private:
  static constexpr const char* kCheckpoint = "last.ckpt";

  std::filesystem::path folder_;
};

}  // namespace jcs::training
