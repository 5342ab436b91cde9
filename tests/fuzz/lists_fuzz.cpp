// Manifests, lists of studies, predictions.
#include <cstdlib>
#include <new>

#include "jcs/cohort/study_list.hpp"
#include "jcs/data/manifest.hpp"
#include "jcs/evaluation/slice_predictions.hpp"

#include "fuzz/scratch.hpp"

namespace {

// The CSV library asks for 48 MiB a file and touches as much of it as the file is long. Marking all
// of it for the address sanitizer and unmarking it would take a hundred times as long as reading.
constexpr std::size_t kCsvBuffer = std::size_t{48} << 20;
void* csv_buffer() {
  static void* const buffer = std::malloc(kCsvBuffer);
  return buffer;
}

}  // namespace

void* operator new[](std::size_t size) {
  void* memory = size == kCsvBuffer ? csv_buffer() : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete[](void* memory) noexcept {
  if (memory != csv_buffer()) std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept { operator delete[](memory); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jcs;
  const auto& scratch = fuzz::scratch();
  const std::string content = fuzz::text(data, size);
  const auto csv = scratch.file("list.csv", content);
  fuzz::refuse_or_read([&] { data::read_manifest(csv); });
  fuzz::refuse_or_read([&] { cohort::read_study_list(csv); });
  fuzz::refuse_or_read([&] { evaluation::read_predictions(csv); });
  const auto txt = scratch.file("list.txt", content);
  fuzz::refuse_or_read([&] { data::read_manifest(txt); });
  fuzz::refuse_or_read([&] { cohort::read_study_list(txt); });
  return 0;
}
