#include "jcs/data/read_slice.hpp"

#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::data {

cv::Mat read_slice(const ManifestEntry& entry, const Preprocessing& preprocessing) {
  return entry.slice ? imaging::read_nifti_picture(entry.image, *entry.slice, preprocessing)
                     : imaging::read_picture(entry.image, preprocessing);
}

cv::Mat read_slice_mask(const ManifestEntry& entry) {
  if (entry.mask.empty()) {
    return {};
  }
  return entry.slice ? imaging::read_nifti_mask(entry.mask, *entry.slice, entry.mask_value)
                     : imaging::read_mask(entry.mask);
}

}  // namespace jcs::data
