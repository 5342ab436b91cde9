#pragma once

#include <map>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>

namespace jcs::imaging {

/// The functional groups of a multi-frame file: those of each frame and those that all share. They
/// are looked for once, as DCMTK walks through a sequence from its beginning to each item of it.
class FunctionalGroups {
 public:
  FunctionalGroups() = default;
  /// Keeps pointers into the dataset.
  explicit FunctionalGroups(DcmDataset& dataset);

  /// Whether the file describes its frames by functional groups.
  [[nodiscard]] bool exist() const { return exist_; }
  /// The group `sequence` of one frame, its own, else the shared one; null when there is none.
  [[nodiscard]] DcmItem* find(const DcmTagKey& sequence, int frame) const;

 private:
  [[nodiscard]] DcmItem* shared(const DcmTagKey& sequence) const;

  bool exist_ = false;
  std::vector<DcmItem*> frames_;
  DcmItem* shared_ = nullptr;
  mutable std::map<DcmTagKey, DcmItem*> found_;  ///< in the shared groups; null: not there
};

}  // namespace jcs::imaging
