#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "jcs/imaging/study.hpp"

#include "slice_header.hpp"

namespace jcs::imaging {

/// The slices of one series, sorted into what can be read and what cannot.
struct Series {
  SeriesSummary summary;            ///< with `part` and `acquisition` set where it is a part of one
  std::vector<SliceHeader> slices;  ///< readable; no localizers unless there is nothing else
  std::size_t localizers = 0;       ///< hidden among other slices
  /// Shared by the parts of a series, of which there may be as many as slices.
  std::shared_ptr<const std::vector<SliceHeader>> damaged;
};

/// Groups slices by Series Instance UID, or where that is empty by orientation, size and what the
/// files say of patient and study. Acquisitions of one series that overlap become a series each,
/// which all take along the localizers and damaged slices. The most suitable comes first
/// (list_series()).
std::vector<Series> group_series(std::vector<SliceHeader> slices);

/// The series that a user means by its UID or number, with `/2` behind it for its second part, or
/// the most suitable one.
/// @throws UsageError when nothing or more than one fits; lists what there is.
/// @throws InputError when no series is suitable, or the one that was asked for is no CT, is
/// damaged in all its slices or says that its values are no Hounsfield units.
const Series& choose_series(const std::vector<Series>& catalog, const std::string& wanted,
                            const std::string& folder);

}  // namespace jcs::imaging
