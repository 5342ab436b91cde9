#include "source_uids.hpp"

#include <map>
#include <set>
#include <string_view>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>

#include "jcs/core/hash.hpp"
#include "jcs/imaging/uid.hpp"
#include "jcs/report/segmentation_object.hpp"

#include "format.hpp"
#include "uid_stand_ins.hpp"

namespace jcs::report {

namespace {

using imaging::CtVolume;
using imaging::SliceInfo;

constexpr std::size_t kLongestUid = 64;

/// DICOM allows no leading zeros in a component, but scanners that make identifiers of dates and
/// times write them, and archives file the images under them.
bool is_uid(const std::string& uid) {
  return !uid.empty() && uid.size() <= kLongestUid && uid.front() != '.' && uid.back() != '.' &&
         uid.find("..") == std::string::npos &&
         uid.find_first_not_of("0123456789.") == std::string::npos;
}

/// What tells this series from any other, computed once and only when it is needed.
class Content {
 public:
  explicit Content(const CtVolume& volume) : volume_(volume) {}

  std::string uid(const std::string& kind) {
    if (digest_.empty()) {
      digest_ = sha256(std::as_bytes(std::span(volume_.hu))) + volume_.series.patient_id + "\n" +
                volume_.series.series_description;
    }
    return imaging::uid_from(kind + "\n" + digest_);
  }

 private:
  const CtVolume& volume_;
  std::string digest_;
};

std::string class_of(const SliceInfo& slice) {
  // Classes are DICOM's own: what breaks its rules is none.
  return taken_by_dcmtk(slice.sop_class_uid) ? slice.sop_class_uid : UID_CTImageStorage;
}

bool multi_frame(const SliceInfo& slice) {
  static const std::set<std::string> kClasses = {UID_EnhancedCTImageStorage,
                                                 UID_LegacyConvertedEnhancedCTImageStorage};
  return slice.frame > 0 || kClasses.count(slice.sop_class_uid) > 0;
}

/// The identifier of each file; nothing for files that need a new one.
std::map<std::string, std::string> instances(const CtVolume& volume, std::size_t& erased,
                                             std::size_t& shared) {
  std::map<std::string, std::string> of_file;
  std::set<std::string> taken;
  for (const SliceInfo& slice : volume.slices) {
    const auto [entry, added] = of_file.try_emplace(slice.file.string());
    if (!added) continue;
    if (!is_uid(slice.sop_instance_uid)) {
      ++erased;
    } else if (!taken.insert(slice.sop_instance_uid).second) {
      ++shared;
    } else {
      entry->second = slice.sop_instance_uid;
    }
  }
  return of_file;
}

}  // namespace

SourceUids source_uids(const CtVolume& volume) {
  SourceUids uids;
  Content content(volume);
  std::string erased_names;
  const auto own_or_made = [&](const std::string& uid, const char* name) {
    if (is_uid(uid)) return uid;
    erased_names += (erased_names.empty() ? "" : ", ") + std::string(name);
    return content.uid(name);
  };
  uids.study_uid = own_or_made(volume.series.study_uid, "study");
  uids.series_uid = own_or_made(volume.series.series_uid, "series");
  uids.frame_of_reference_uid =
      own_or_made(volume.series.frame_of_reference_uid, "frame of reference");

  std::size_t erased = 0, shared = 0;
  std::map<std::string, std::string> of_file = instances(volume, erased, shared);
  for (std::size_t k = 0; k < volume.slices.size(); ++k) {
    const SliceInfo& slice = volume.slices[k];
    std::string& uid = of_file[slice.file.string()];
    if (uid.empty()) uid = content.uid("image " + std::to_string(k));
    uids.images.push_back({class_of(slice), uid, multi_frame(slice) ? slice.frame + 1 : 0});
  }
  if (erased > 0) {
    erased_names +=
        (erased_names.empty() ? "" : ", ") + counted(static_cast<std::int64_t>(erased), "image");
  }
  if (!erased_names.empty()) {
    uids.warnings.push_back("The files lack DICOM identifiers (" + erased_names +
                            "): the DICOM results carry made-up ones and do not refer to the files "
                            "in an archive.");
  }
  if (shared > 0) {
    uids.warnings.push_back(counted(static_cast<std::int64_t>(shared), "image") +
                            " carry the identifier of another one: the DICOM results refer to them "
                            "by made-up ones.");
  }
  return uids;
}

bool from_dicom(const CtVolume& volume) {
  return !volume.windowed && !volume.slices.empty() && !volume.slices.front().sop_class_uid.empty();
}

}  // namespace jcs::report
