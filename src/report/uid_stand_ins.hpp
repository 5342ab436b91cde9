#pragma once

#include <map>
#include <string>

#include "source_uids.hpp"

class DcmItem;

namespace jcs::report {

/// Whether DCMTK builds objects with the identifier: it follows all of DICOM's rules.
bool taken_by_dcmtk(const std::string& uid);

/// DCMTK builds no object that refers to an identifier with leading zeros in a component. It is
/// given others in their place, which give way to the own ones when the object is built.
class UidStandIns {
 public:
  explicit UidStandIns(SourceUids own);

  /// The identifiers to build an object with.
  [[nodiscard]] const SourceUids& uids() const { return uids_; }
  /// Puts the own ones back wherever the others stand in the data set.
  void put_back(DcmItem& item) const;

 private:
  void replace(std::string& uid);

  SourceUids uids_;
  std::map<std::string, std::string> own_;  ///< by what stands in for them
};

}  // namespace jcs::report
