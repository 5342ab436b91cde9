#pragma once

#include <filesystem>
#include <stop_token>

#include "jcs/core/fields.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/imaging/ct_volume.hpp"

namespace jcs::imaging {

struct WriteOptions {
  enum class TransferSyntax {
    kExplicitLittleEndian,  ///< not compressed
    kJpegLossless           ///< process 14, selection value 1: what many scanners send
  };

  TransferSyntax transfer_syntax = TransferSyntax::kExplicitLittleEndian;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("transfer_syntax", transfer_syntax, "how pixels are stored",
             {{"explicit", TransferSyntax::kExplicitLittleEndian},
              {"jpeg-lossless", TransferSyntax::kJpegLossless}});
  }
};

/// Writes a volume as a series of CT Image Storage objects, one file per slice, `slice_0001.dcm` on
/// in the order of the volume. Geometry, identifiers and acquisition facts are the volume's; what
/// it leaves empty is written empty, or, where DICOM demands a value, filled: UIDs that are missing
/// or given twice follow from the volume's content, instance numbers from the order.
///
/// Values are exact: 12 bits with rescale intercept -1024 where all of them lie in -1024 … 3071 HU,
/// else 16 bits with intercept -32768; slope 1. Text is written as UTF-8.
///
/// The folder appears whole or not at all; it must not exist or be empty.
/// @throws InputError for a volume without pixels or spacing, or one that is windowed; OutputError;
/// Interrupted.
void write_ct_series(const std::filesystem::path& folder, const CtVolume& volume,
                     const WriteOptions& options = {}, Progress& progress = no_progress(),
                     const std::stop_token& stop = {});

/// The same files written into a folder that exists, one after the other: for callers who see to it
/// themselves that their output is whole.
void write_ct_files(const std::filesystem::path& folder, const CtVolume& volume,
                    const WriteOptions& options = {}, Progress& progress = no_progress(),
                    const std::stop_token& stop = {});

}  // namespace jcs::imaging
