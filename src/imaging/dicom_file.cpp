#include "dicom_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/dcmdata/dctag.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/dicom_runtime.hpp"

#include "dicom_stream.hpp"
#include "extra_text.hpp"
#include "japanese_text.hpp"

namespace jcs::imaging {
namespace {

// Longer values stay on the disk until they are used.
constexpr Uint32 kMaxReadLength = 4096;
// Errors of a disk behind this much of a file are not looked for.
constexpr std::uintmax_t kMostReadAgain = std::uintmax_t{1} << 30U;
// The standard allows 64 bytes, which not every writer has counted.
constexpr std::size_t kLongestUid = 128;

// How a file begins: bytes of no meaning, then letters.
constexpr std::size_t kPreamble = 128;
constexpr std::string_view kLetters = "DICM";

std::string without_padding(std::string_view text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(trimmed(text));
}

std::string ascii(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text;
}

bool is_ascii(const std::string& text) { return ascii(text) == text; }

bool is_japanese(const std::string& character_sets) {
  for (const char* name : {"IR 13", "IR 87", "IR 159"}) {
    if (character_sets.find(name) != std::string::npos) return true;
  }
  return false;
}

bool is_any_of(const DcmTagKey& tag, std::initializer_list<DcmTagKey> tags) {
  for (const DcmTagKey& other : tags) {
    if (tag == other) return true;
  }
  return false;
}

/// The attribute, unless it is absent or a sequence.
DcmElement* leaf_element(DcmItem& item, const DcmTagKey& tag) {
  DcmElement* element = nullptr;
  if (item.findAndGetElement(tag, element).bad() || !element->isLeaf()) return nullptr;
  return element;
}

/// The attribute, unless it is absent, a sequence or longer than what is to be read.
DcmElement* short_element(DcmItem& item, const DcmTagKey& tag, std::size_t longest) {
  DcmElement* element = leaf_element(item, tag);
  return element != nullptr && element->getLengthField() <= longest ? element : nullptr;
}

/// Numbers in binary become longer as text.
bool is_overlong(std::size_t length, const DcmTagKey& tag, std::size_t longest) {
  return length > longest || (length > kLongestUid && DcmTag(tag).getEVR() == EVR_UI);
}

}  // namespace

bool begins_like_dicom(const std::filesystem::path& file) {
  InputFile in(file);
  in.require_open();
  std::array<char, kPreamble + kLetters.size()> head{};
  in.read(head.data(), head.size());
  if (in.gcount() == static_cast<std::streamsize>(head.size()) &&
      std::memcmp(head.data() + kPreamble, kLetters.data(), kLetters.size()) == 0) {
    return true;
  }
  if (in.gcount() < 8) return false;
  const auto word = [&](std::size_t at, bool big) {
    const auto low = static_cast<unsigned char>(head[at + (big ? 1 : 0)]);
    const auto high = static_cast<unsigned char>(head[at + (big ? 0 : 1)]);
    return low | (high << 8);
  };
  for (const bool big : {false, true}) {
    const int group = word(0, big);
    if ((group == 0x0002 || group == 0x0008) && word(2, big) <= 0x0070) return true;
  }
  return false;
}

bool begins_with_nothing(const std::filesystem::path& file) {
  InputFile in(file);
  in.require_open();
  std::array<char, kPreamble + kLetters.size()> head{};
  in.read(head.data(), head.size());
  for (std::size_t i = 0; i < head.size(); ++i) {
    // What lies behind the end of the file is zero too.
    if (head[i] == 0) continue;
    if (i < kPreamble || head[i] != kLetters[i - kPreamble]) return false;
  }
  return true;
}

bool ends_within_preamble(const std::filesystem::path& file) {
  InputFile in(file);
  in.require_open();
  std::array<char, kPreamble + kLetters.size()> head{};
  in.read(head.data(), head.size());
  return in.gcount() < static_cast<std::streamsize>(head.size());
}

OFCondition DicomFile::load() {
  format_ = std::make_unique<DcmFileFormat>();
  DicomStream stream(path_);
  if (stream.status().bad()) return stream.status();
  format_->transferInit();
  const OFCondition status = format_->read(stream, EXS_Unknown, EGL_noChange, kMaxReadLength);
  format_->transferEnd();
  if (stream.refusal()) throw InputError(*stream.refusal());
  return status;
}

DicomFile::DicomFile(std::filesystem::path file) : path_(std::move(file)) {
  prepare_dicom();
  std::error_code error;
  size_ = std::filesystem::file_size(path_, error);
  if (error) {
    throw ReadError({"cannot be read: " + error.message(), path_.string()});
  }
  if (!begins_like_dicom(path_)) {
    throw InputError({.what = "is not a DICOM file", .where = path_.string()});
  }
  OFCondition status = load();
  if (status.bad() || !dataset().tagExists(DCM_PixelData)) {
    // DCMTK takes a disk that cannot be read for a damaged file, or for the end of it.
    require_readable(path_, kMostReadAgain);
    status = load();
  }
  if (status.bad()) damage_ = status.text();

  DcmDataset& data = dataset();
  if (!data.tagExists(DCM_SOPClassUID) && !data.tagExists(DCM_Modality) &&
      !data.tagExists(DCM_Rows) &&
      !format_->getMetaInfo()->tagExists(DCM_MediaStorageSOPClassUID)) {
    if (damage_.empty()) {
      throw InputError(
          {.what = "is not a DICOM file of a kind that is known", .where = path_.string()});
    }
    throw InputError({.what = "is damaged, no DICOM attributes can be read from it",
                      .where = path_.string(),
                      .got = damage_});
  }
  groups_ = FunctionalGroups(data);
  one_frame_ = whole_number(data, DCM_NumberOfFrames).value_or(1) <= 1;
}

E_TransferSyntax DicomFile::transfer_syntax() const { return dataset().getOriginalXfer(); }

std::string DicomFile::transfer_syntax_uid() const {
  const std::string stated = raw_text(*format_->getMetaInfo(), DCM_TransferSyntaxUID);
  return stated.empty() ? DcmXfer(transfer_syntax()).getXferID() : stated;
}

std::string DicomFile::sop_class_uid() const {
  DcmMetaInfo& head = *format_->getMetaInfo();
  const std::string in_head = raw_text(head, DCM_MediaStorageSOPClassUID);
  // What was read last may be half a value, and the other half whatever lay in memory.
  if (!damage_.empty()) return head.tagExists(DCM_TransferSyntaxUID) ? in_head : "";
  const std::string stated = raw_text(dataset(), DCM_SOPClassUID);
  return stated.empty() ? in_head : stated;
}

std::optional<std::string> DicomFile::decoded(const DcmTagKey& tag, const std::string& raw) const {
  if (is_ascii(raw) && raw.find('\x1b') == std::string::npos) return raw;
  const std::string sets = raw_text(dataset(), DCM_SpecificCharacterSet);
  DcmSpecificCharacterSet converter;
  OFString converted;
  // From the dataset DCMTK would take whatever length the names claim to have.
  if (converter.selectCharacterSet(OFString(sets.data(), sets.size())).good() &&
      converter
          .convertString(OFString(raw.data(), raw.size()), converted,
                         is_any_of(tag, {DCM_PatientName}) ? "\\^=" : "\\")
          .good()) {
    return without_padding({converted.c_str(), converted.length()});
  }
  const auto other = is_japanese(sets) ? japanese_as_utf8(raw) : extra_text_as_utf8(raw, sets);
  if (other) return without_padding(*other);
  return std::nullopt;
}

std::string DicomFile::text(const DcmTagKey& tag, std::size_t longest) const {
  std::string raw = raw_text(dataset(), tag, longest);
  if (const auto text = decoded(tag, raw)) return *text;
  return printable(ascii(std::move(raw)));
}

bool DicomFile::explains(const DcmTagKey& tag) const {
  return decoded(tag, raw_text(dataset(), tag)).has_value();
}

DcmItem* DicomFile::group(const DcmTagKey& sequence, int frame) const {
  if (!has_functional_groups()) return &dataset();
  if (DcmItem* found = groups_.find(sequence, frame)) return found;
  return one_frame_ ? &dataset() : nullptr;
}

const PixelFragments& DicomFile::fragments() const {
  if (!fragments_) {
    DcmElement* element = nullptr;
    DcmPixelSequence* sequence = nullptr;
    if (dataset().findAndGetElement(DCM_PixelData, element).good()) {
      if (auto* pixels = dynamic_cast<DcmPixelData*>(element)) {
        pixels->getEncapsulatedRepresentation(transfer_syntax(), nullptr, sequence);
      }
    }
    fragments_.emplace(sequence, path_);
  }
  return *fragments_;
}

std::string raw_text(DcmItem& item, const DcmTagKey& tag, std::size_t longest) {
  DcmElement* element = short_element(item, tag, longest);
  OFString value;
  // Left to itself DCMTK looks through all values for each of them, which takes an hour for a
  // megabyte of backslashes.
  if (element == nullptr || element->getOFStringArray(value, OFFalse).bad()) return {};
  std::string text;
  const std::string_view whole(value.c_str(), value.length());
  if (is_overlong(whole.size(), tag, longest)) return {};
  for (std::size_t begin = 0; begin <= whole.size();) {
    const std::size_t end = std::min(whole.find('\\', begin), whole.size());
    if (begin > 0) text += '\\';
    text += without_padding(whole.substr(begin, end - begin));
    begin = end + 1;
  }
  return text;
}

bool is_too_long(DcmItem& item, const DcmTagKey& tag, std::size_t longest) {
  const DcmElement* element = leaf_element(item, tag);
  return element != nullptr && element->getLengthField() > longest;
}

std::optional<std::vector<double>> numbers(DcmItem& item, const DcmTagKey& tag) {
  const std::string text = raw_text(item, tag);
  std::vector<double> values;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\\', begin), text.size());
    const auto value = parse_number(trimmed(std::string_view(text).substr(begin, end - begin)));
    if (!value) return std::nullopt;
    values.push_back(*value);
    begin = end + 1;
  }
  return values;
}

std::optional<double> number(DcmItem& item, const DcmTagKey& tag) {
  const auto values = numbers(item, tag);
  return values ? std::optional(values->front()) : std::nullopt;
}

std::optional<int> whole_number(DcmItem& item, const DcmTagKey& tag) {
  const auto value = parse_integer(raw_text(item, tag));
  if (!value || *value < std::numeric_limits<int>::min() ||
      *value > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

std::optional<std::uint16_t> short_number(DcmItem& item, const DcmTagKey& tag) {
  DcmElement* element = short_element(item, tag, kLongestValue);
  Uint16 as_unsigned = 0;
  Sint16 as_signed = 0;
  if (element == nullptr) return std::nullopt;
  if (element->getUint16(as_unsigned).good()) return as_unsigned;
  if (element->getSint16(as_signed).good()) return static_cast<std::uint16_t>(as_signed);
  return std::nullopt;
}

std::string tag_name(const DcmTagKey& tag) {
  return std::string(DcmTag(tag).getTagName()) + " " + tag.toString().c_str();
}

}  // namespace jcs::imaging
