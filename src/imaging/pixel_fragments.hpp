#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

class DcmPixelItem;
class DcmPixelSequence;

namespace jcs::imaging {

/// The fragments that compressed pixels lie in, without the table of offsets. They are listed once:
/// DCMTK walks to each from an end.
class PixelFragments {
 public:
  /// Null: the pixels are not compressed, and there are none. Keeps pointers into the sequence;
  /// errors name the file.
  PixelFragments(DcmPixelSequence* sequence, std::filesystem::path file);

  [[nodiscard]] const std::vector<DcmPixelItem*>& all() const { return all_; }
  /// Those of one of several frames, each of which begins where a JPEG or JPEG 2000 codestream
  /// does; empty where there are fewer codestreams. The beginnings of all fragments are looked at
  /// the first time. @throws InputError naming the file when one cannot be read.
  [[nodiscard]] std::span<DcmPixelItem* const> of_frame(std::size_t frame) const;

 private:
  std::filesystem::path file_;
  std::vector<DcmPixelItem*> all_;
  mutable std::optional<std::vector<std::size_t>> begins_;  ///< fragments that begin a codestream
};

}  // namespace jcs::imaging
