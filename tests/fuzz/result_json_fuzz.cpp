// What is read again of what was written: a study's result.json and its state in a cohort's folder,
// and the evaluations that are compared.
#include <algorithm>
#include <filesystem>

#include "jcs/cohort/page.hpp"
#include "jcs/cohort/table.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/evaluation/comparison.hpp"

#include "fuzz/custom_mutator.hpp"
#include "fuzz/json_mutation.hpp"
#include "fuzz/scratch.hpp"
#include "jcs_diagnose/output_folder.hpp"

namespace {

using namespace jcs;

const std::string& state_of_a_done_study() {
  static const std::string state =
      R"({"status":"done","path":"one","settings":")" + sha256({}) + "\"}";
  return state;
}

void read_cohort() {
  const std::vector<cohort::Study> studies = {{"one", "/one", "one"}};
  const auto rows = cohort::study_rows(fuzz::scratch().folder(), studies, "");
  // One study is one line, whatever its result says.
  const std::string table = cohort::table_csv(rows);
  if (std::count(table.begin(), table.end(), '\n') != 2) std::abort();
  // The page takes longer than all the rest, and most inputs give the same row.
  static std::vector<cohort::StudyRow> last;
  if (rows != last) cohort::cohort_page(rows);
  last = rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& scratch = fuzz::scratch();
  static const bool made = [&] {
    std::filesystem::create_directories(scratch.folder() / "state");
    return std::filesystem::create_directories(scratch.folder() / "studies" / "one");
  }();
  static_cast<void>(made);
  const std::string content = fuzz::text(data, size);
  const auto result = scratch.file("studies/one/result.json", content);
  scratch.file("state/one.json", state_of_a_done_study());
  fuzz::refuse_or_read(read_cohort);
  fuzz::refuse_or_read([&] { app::is_earlier_result(result.parent_path()); });
  fuzz::refuse_or_read([&] {
    metrics::BootstrapOptions options;
    options.resamples = 10;
    evaluation::compare_segmentations(result, result, options);
  });
  scratch.file("state/one.json", content);
  fuzz::refuse_or_read(read_cohort);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutated(data, size, max_size, seed, fuzz::mutate_json);
}
