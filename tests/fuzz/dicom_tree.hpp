#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jcs::fuzz {

/// A data element (DICOM PS3.5, 7.1) as bytes, as items of a sequence or as fragments of pixels.
struct DicomElement {
  std::uint32_t tag = 0;  ///< group, element
  std::string vr = "UN";
  std::string value;
  std::vector<std::vector<DicomElement>> items;
  std::vector<std::string> fragments;
  bool undefined_length = false;  ///< of the sequence; fragments always are
};
using DicomElements = std::vector<DicomElement>;

/// A file as a tree, so that it can be changed and written with lengths that are right.
struct DicomTree {
  DicomElements meta;  ///< without its length
  DicomElements elements;
  bool implicit = false;
};

/// Nothing for what is no DICOM, big endian, deflated, or has lengths that are wrong.
std::optional<DicomTree> dicom_tree(const std::string& file);
std::string to_bytes(const DicomTree& tree);

}  // namespace jcs::fuzz
