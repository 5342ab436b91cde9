// The MATLAB files of COVID-CS.
#include "jcs/data/stage_one_file.hpp"

#include "fuzz/scratch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = jcs::fuzz::scratch().file("slice.mat", jcs::fuzz::text(data, size));
  jcs::fuzz::refuse_or_read([&] { jcs::data::read_stage_one_file(file); });
  return 0;
}
