#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "jcs/core/file_stream.hpp"

namespace jcs::training {

/// Figures over the steps of a run, as TensorBoard reads them: a file of length-prefixed `Event`
/// messages, each checked by CRC-32C. A run that goes on opens another file beside the older ones;
/// it tells TensorBoard to forget what they hold from its first step on.
class EventFile {
 public:
  /// @param steps_done of the run so far; names the file. An older file of that name is replaced.
  /// @throws OutputError
  EventFile(const std::filesystem::path& folder, std::int64_t steps_done);

  /// Adds a figure; it reaches the file at the next `flush`. @param time seconds since 1970
  void add(std::string_view tag, std::int64_t step, double value, double time);
  /// @throws OutputError when the file cannot take it.
  void flush();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Whether a file of this name is one of these.
  static bool is_name(const std::string& name);

 private:
  void write(const std::string& event);

  std::filesystem::path path_;
  OutputFile out_;
};

}  // namespace jcs::training
