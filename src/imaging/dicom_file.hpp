#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include "functional_groups.hpp"
#include "pixel_fragments.hpp"

namespace jcs::imaging {

/// Of a value, in bytes. Hardly anything that is looked up is nearly so long, and some of it is
/// kept for every frame of a file; DCMTK makes room for what a header claims.
constexpr std::size_t kLongestValue = 1024;

/// Whether a file begins like DICOM: the letters DICM after the preamble, or (files without
/// preamble) a first attribute of group 0002 or 0008. Reads 132 bytes.
/// @throws InputError when the file cannot be opened.
bool begins_like_dicom(const std::filesystem::path& file);

/// Whether nothing is left of a file that may have begun like DICOM: it is empty, ends before the
/// letters DICM do or begins with zeros where they stood. @throws InputError as above.
bool begins_with_nothing(const std::filesystem::path& file);

/// Whether a file ends before the letters DICM do, whatever stands in their preamble: it may hold
/// the head of another format, as of TIFF.
bool ends_within_preamble(const std::filesystem::path& file);

/// A DICOM file whose large values, the pixels above all, stay on the disk until they are asked
/// for. One thread at a time may use it: DCMTK moves cursors when it looks something up.
class DicomFile {
 public:
  /// Reads the attributes. A file that ends too early is opened with what could be read and
  /// `damage()` set. @throws InputError when the file cannot be read or is not DICOM.
  explicit DicomFile(std::filesystem::path file);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uintmax_t size() const { return size_; }
  /// What went wrong while reading, empty when nothing did.
  [[nodiscard]] const std::string& damage() const { return damage_; }
  [[nodiscard]] DcmDataset& dataset() const { return *format_->getDataset(); }
  [[nodiscard]] E_TransferSyntax transfer_syntax() const;
  /// The transfer syntax as the file names it.
  [[nodiscard]] std::string transfer_syntax_uid() const;
  /// What the file says it is, or nothing; of a damaged one what stands before the dataset, where
  /// that is whole.
  [[nodiscard]] std::string sop_class_uid() const;

  /// The value as UTF-8 without blanks at its ends; several values stay separated by backslashes.
  /// Characters that the file's character set does not explain become `?`. Empty when absent or
  /// longer than `longest`.
  [[nodiscard]] std::string text(const DcmTagKey& tag, std::size_t longest = kLongestValue) const;
  /// Whether text() has all characters of the value.
  [[nodiscard]] bool explains(const DcmTagKey& tag) const;

  /// The dataset, or in a multi-frame file the functional group `sequence` of one frame (its own,
  /// else the shared one). Null when a multi-frame file has no such group; of a single frame the
  /// dataset then, where converters leave the attributes beside empty functional groups.
  [[nodiscard]] DcmItem* group(const DcmTagKey& sequence, int frame) const;
  /// Whether the file describes its frames by functional groups.
  [[nodiscard]] bool has_functional_groups() const { return groups_.exist(); }
  /// The fragments of its pixels; none where they are not compressed.
  [[nodiscard]] const PixelFragments& fragments() const;

 private:
  OFCondition load();
  [[nodiscard]] std::optional<std::string> decoded(const DcmTagKey& tag,
                                                   const std::string& raw) const;

  std::filesystem::path path_;
  std::uintmax_t size_ = 0;
  std::unique_ptr<DcmFileFormat> format_;
  FunctionalGroups groups_;
  bool one_frame_ = true;
  mutable std::optional<PixelFragments> fragments_;
  std::string damage_;
};

/// The value as text as it is stored, without blanks at the ends of its values. Empty when absent
/// or longer than `longest`, a UID than 128.
std::string raw_text(DcmItem& item, const DcmTagKey& tag, std::size_t longest = kLongestValue);
/// Whether the attribute is there and has no text because it is so long.
bool is_too_long(DcmItem& item, const DcmTagKey& tag, std::size_t longest = kLongestValue);

/// All values of a numeric text attribute (DS, IS), or nothing when it is absent, empty or when any
/// of them is no number.
std::optional<std::vector<double>> numbers(DcmItem& item, const DcmTagKey& tag);
/// The first of them.
std::optional<double> number(DcmItem& item, const DcmTagKey& tag);
std::optional<int> whole_number(DcmItem& item, const DcmTagKey& tag);

/// The first value of a US or SS attribute, whichever the file says; the bits are what counts.
std::optional<std::uint16_t> short_number(DcmItem& item, const DcmTagKey& tag);

/// `RescaleSlope (0028,1053)`
std::string tag_name(const DcmTagKey& tag);

}  // namespace jcs::imaging
