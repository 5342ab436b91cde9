#include "hu_reader.hpp"

#include <string>
#include <utility>

#include "jcs/core/error.hpp"

#include "pixel_layout.hpp"

namespace jcs::imaging {

HuFrame HuReader::read(const SliceHeader& slice) {
  std::unique_ptr<DicomFile> file = take(slice);
  const PixelLayout layout = pixel_layout(*file);
  if (layout.rows != slice.rows || layout.columns != slice.columns) {
    throw InputError(
        {.what = "the file changed while it was read", .where = file->path().string()});
  }
  HuFrame frame = read_hu(*file, layout, slice.info.frame);
  if (layout.frames > 1) give_back(slice, std::move(file));
  return frame;
}

std::unique_ptr<DicomFile> HuReader::take(const SliceHeader& slice) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = idle_.find(slice.info.file); found != idle_.end()) {
      std::unique_ptr<DicomFile> file = std::move(found->second);
      idle_.erase(found);
      return file;
    }
  }
  return std::make_unique<DicomFile>(slice.info.file);
}

void HuReader::give_back(const SliceHeader& slice, std::unique_ptr<DicomFile> file) {
  const std::scoped_lock lock(mutex_);
  idle_.emplace(slice.info.file, std::move(file));
}

}  // namespace jcs::imaging
