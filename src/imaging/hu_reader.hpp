#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "dicom_file.hpp"
#include "rescale.hpp"
#include "slice_header.hpp"

namespace jcs::imaging {

/// Reads slices in Hounsfield units, from any number of threads. Multi-frame files are kept open,
/// one for each thread that reads from them, as parsing one again for every frame would cost more
/// than decoding it.
class HuReader {
 public:
  /// [row][column] of the size that the header says. @throws InputError naming the file.
  HuFrame read(const SliceHeader& slice);

 private:
  std::unique_ptr<DicomFile> take(const SliceHeader& slice);
  void give_back(const SliceHeader& slice, std::unique_ptr<DicomFile> file);

  std::mutex mutex_;
  std::multimap<std::filesystem::path, std::unique_ptr<DicomFile>> idle_;
};

}  // namespace jcs::imaging
