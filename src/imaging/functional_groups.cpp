#include "functional_groups.hpp"

#include <cstddef>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcsequen.h>

namespace jcs::imaging {
namespace {

DcmItem* first_item(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* found = nullptr;
  if (item.findAndGetSequenceItem(sequence, found, 0).bad()) return nullptr;
  return found;
}

std::vector<DcmItem*> items_of(DcmItem& item, const DcmTagKey& tag) {
  std::vector<DcmItem*> items;
  DcmSequenceOfItems* sequence = nullptr;
  if (item.findAndGetSequence(tag, sequence).bad() || sequence == nullptr) return items;
  DcmObject* next = nullptr;
  while ((next = sequence->nextInContainer(next)) != nullptr) {
    items.push_back(dynamic_cast<DcmItem*>(next));
  }
  return items;
}

}  // namespace

FunctionalGroups::FunctionalGroups(DcmDataset& dataset)
    : exist_(dataset.tagExists(DCM_PerFrameFunctionalGroupsSequence) ||
             dataset.tagExists(DCM_SharedFunctionalGroupsSequence)) {
  if (!exist_) return;
  frames_ = items_of(dataset, DCM_PerFrameFunctionalGroupsSequence);
  shared_ = first_item(dataset, DCM_SharedFunctionalGroupsSequence);
}

DcmItem* FunctionalGroups::find(const DcmTagKey& sequence, int frame) const {
  const auto at = static_cast<std::size_t>(frame);
  if (frame >= 0 && at < frames_.size() && frames_[at] != nullptr) {
    if (DcmItem* own = first_item(*frames_[at], sequence)) return own;
  }
  return shared(sequence);
}

DcmItem* FunctionalGroups::shared(const DcmTagKey& sequence) const {
  if (shared_ == nullptr) return nullptr;
  const auto [entry, is_new] = found_.try_emplace(sequence, nullptr);
  if (is_new) entry->second = first_item(*shared_, sequence);
  return entry->second;
}

}  // namespace jcs::imaging
