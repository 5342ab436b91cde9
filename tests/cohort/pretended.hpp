#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jcs/cohort/run.hpp"
#include "jcs/core/atomic_file.hpp"

namespace jcs::test {

/// A result as far as a cohort reads it.
inline std::string small_result(int positive) {
  return R"({"schema_version": 1, "verdict": ")" +
         std::string(positive > 25 ? "positive" : "negative") + R"(", "positive_slices": )" +
         std::to_string(positive) + R"(, "slices": 120, "threshold": 25, "opacity_volume_ml": 12.5,
  "findings": {"opacity_share": 0.125, "severity": "1-25 %", "lung_volume_ml": 4000.5},
  "concerns": [{"code": "wide_gaps"}, {"code": "contrast"}], "total_seconds": 3.25})";
}

/// Writes a result as a diagnosis does: whole or not at all.
inline void write_result(const std::filesystem::path& folder, int positive = 3) {
  AtomicFolder output(folder, [](const std::filesystem::path&) { return true; });
  write_file(output.path() / "result.json", small_result(positive));
  write_file(output.path() / "report.html", "<p>report</p>");
  output.commit();
}

/// Studies of which only the names matter.
inline std::vector<cohort::Study> named_studies(const std::vector<std::string>& names) {
  std::vector<cohort::Study> studies;
  for (const std::string& name : names) studies.push_back({name, "/in/" + name, "in/" + name});
  return studies;
}

}  // namespace jcs::test
