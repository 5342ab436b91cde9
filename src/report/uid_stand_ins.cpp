#include "uid_stand_ins.hpp"

#include <utility>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcstack.h>
#include <dcmtk/dcmdata/dcvrui.h>

#include "jcs/imaging/uid.hpp"

namespace jcs::report {

bool taken_by_dcmtk(const std::string& uid) {
  return !uid.empty() && DcmUniqueIdentifier::checkStringValue(OFString(uid.c_str()), "1").good();
}

UidStandIns::UidStandIns(SourceUids own) : uids_(std::move(own)) {
  replace(uids_.study_uid);
  replace(uids_.series_uid);
  replace(uids_.frame_of_reference_uid);
  for (SourceImage& image : uids_.images) replace(image.sop_instance_uid);
}

void UidStandIns::replace(std::string& uid) {
  if (taken_by_dcmtk(uid)) return;
  const std::string other = imaging::uid_from("stands in for " + uid);
  own_.emplace(other, std::exchange(uid, other));
}

void UidStandIns::put_back(DcmItem& item) const {
  if (own_.empty()) return;
  DcmStack stack;
  while (item.nextObject(stack, OFTrue).good()) {
    if (stack.top()->ident() != EVR_UI) continue;
    auto& element = static_cast<DcmElement&>(*stack.top());
    OFString value;
    element.getOFStringArray(value);
    const auto own = own_.find(value.c_str());
    if (own != own_.end()) element.putString(own->second.c_str());
  }
}

}  // namespace jcs::report
