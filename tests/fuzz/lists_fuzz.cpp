// Manifests and lists of studies.
#include "jcs/cohort/study_list.hpp"
#include "jcs/data/manifest.hpp"

#include "fuzz/scratch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jcs;
  const auto& scratch = fuzz::scratch();
  const std::string content = fuzz::text(data, size);
  const auto csv = scratch.file("list.csv", content);
  fuzz::refuse_or_read([&] { data::read_manifest(csv); });
  fuzz::refuse_or_read([&] { cohort::read_study_list(csv); });
  const auto txt = scratch.file("list.txt", content);
  fuzz::refuse_or_read([&] { data::read_manifest(txt); });
  fuzz::refuse_or_read([&] { cohort::read_study_list(txt); });
  return 0;
}
