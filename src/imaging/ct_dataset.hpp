#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>

#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

/// How Hounsfield units become stored values: stored = HU - intercept.
struct StoredValues {
  int bits = 12;
  int intercept = -1024;
};

/// The fewest bits that hold every value of the volume.
StoredValues stored_values(const CtVolume& volume);

/// The identifiers that a series needs and a volume may lack.
struct SeriesUids {
  std::string study, series, frame_of_reference;
  std::vector<std::string> instances;
};

/// The volume's own identifiers; those that are missing, and instance identifiers given twice,
/// replaced by ones that follow from its content.
SeriesUids series_uids(const CtVolume& volume);

/// The data set of one slice: all modules of the CT Image object with their mandatory attributes.
/// @throws OutputError when a value cannot be stored.
void fill_ct_dataset(DcmDataset& dataset, const CtVolume& volume, std::size_t slice,
                     const SeriesUids& uids, const StoredValues& stored);

}  // namespace jcs::imaging
