// A folder with one DICOM file: what is told of it, its series, its pixels.
#include <algorithm>

#include "jcs/imaging/dicom_pixels.hpp"
#include "jcs/imaging/file_look.hpp"
#include "jcs/imaging/study.hpp"

#include "fuzz/custom_mutator.hpp"
#include "fuzz/dicom_mutation.hpp"
#include "fuzz/scratch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jcs;
  const auto& scratch = fuzz::scratch();
  const auto file = scratch.file("slice.dcm", fuzz::text(data, size));
  fuzz::refuse_or_read([&] { imaging::look_at_file(file); });
  fuzz::refuse_or_read([&] { imaging::read_study(scratch.folder(), {.threads = 1}); });
  fuzz::refuse_or_read([&] {
    const int frames = imaging::read_dicom_frame(file).frames;
    imaging::read_dicom_frame(file, frames - 1);
  });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return jcs::fuzz::mutated(data, size, max_size, seed, jcs::fuzz::mutate_dicom);
}
