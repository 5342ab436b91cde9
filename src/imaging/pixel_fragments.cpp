#include "pixel_fragments.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include "jcs/core/error.hpp"

namespace jcs::imaging {
namespace {

bool begins_codestream(DcmPixelItem& fragment, const std::filesystem::path& file) {
  std::array<char, 4> bytes{};
  const auto length = std::min<Uint32>(fragment.getLength(), static_cast<Uint32>(bytes.size()));
  if (length == 0) return false;
  if (const OFCondition status = fragment.getPartialValue(bytes.data(), 0, length); status.bad()) {
    throw InputError({.what = "the compressed pixel data is incomplete",
                      .where = file.string(),
                      .got = status.text()});
  }
  const std::string_view begin(bytes.data(), length);
  return begin.starts_with("\xFF\xD8\xFF") || begin.starts_with("\xFF\x4F\xFF\x51");
}

}  // namespace

PixelFragments::PixelFragments(DcmPixelSequence* sequence, std::filesystem::path file)
    : file_(std::move(file)) {
  if (sequence == nullptr) return;
  DcmObject* item = sequence->nextInContainer(nullptr);
  while (item != nullptr && (item = sequence->nextInContainer(item)) != nullptr) {
    if (auto* fragment = dynamic_cast<DcmPixelItem*>(item)) all_.push_back(fragment);
  }
}

std::span<DcmPixelItem* const> PixelFragments::of_frame(std::size_t frame) const {
  if (!begins_) {
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (begins_codestream(*all_[i], file_)) begins.push_back(i);
    }
    begins_ = std::move(begins);
  }
  if (frame >= begins_->size()) return {};
  const std::size_t begin = (*begins_)[frame];
  const std::size_t end = frame + 1 < begins_->size() ? (*begins_)[frame + 1] : all_.size();
  return std::span(all_).subspan(begin, end - begin);
}

}  // namespace jcs::imaging
