// NIfTI, packed or not, as volume and as mask.
#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/nifti_study.hpp"

#include "fuzz/scratch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jcs;
  const bool packed = size > 1 && data[0] == 0x1F && data[1] == 0x8B;
  const auto file =
      fuzz::scratch().file(packed ? "volume.nii.gz" : "volume.nii", fuzz::text(data, size));
  fuzz::refuse_or_read([&] { imaging::read_nifti_study(file); });
  fuzz::refuse_or_read([&] { imaging::read_nifti_mask(file, 0, std::nullopt); });
  return 0;
}
