#include "fuzz/dicom_mutation.hpp"

#include <array>
#include <iterator>

#include "fuzz/custom_mutator.hpp"
#include "fuzz/dicom_tree.hpp"

namespace jcs::fuzz {

namespace {

// What the readers look at, and the sequences that frames have it in.
constexpr std::array<std::uint32_t, 44> kTags = {
    0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x00100010, 0x00100020, 0x00180050,
    0x00180060, 0x00180088, 0x00181120, 0x00185100, 0x0020000D, 0x0020000E, 0x00200011, 0x00200012,
    0x00200013, 0x00200032, 0x00200037, 0x00200052, 0x00201041, 0x00209111, 0x00209113, 0x00209116,
    0x00280002, 0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011, 0x00280030, 0x00280100,
    0x00280101, 0x00280102, 0x00280103, 0x00280120, 0x00281050, 0x00281051, 0x00281052, 0x00281053,
    0x00289110, 0x00289145, 0x52009229, 0x52009230};
constexpr std::array<const char*, 22> kRepresentations = {
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "IS", "LO", "OB",
    "OW", "PN", "SQ", "SS", "ST", "TM", "UI", "UL", "UN", "US", "UT"};
const std::array<std::string, 22> kValues = {std::string(2, '\0'),
                                             std::string("\1\0", 2),
                                             std::string("\x10\0", 2),
                                             std::string("\xFF\xFF", 2),
                                             std::string("\0\x80", 2),
                                             std::string("\xFF\x7F", 2),
                                             std::string(4, '\xFF'),
                                             std::string(8, '\0'),
                                             "",
                                             "0",
                                             "-1",
                                             "1",
                                             "2147483648",
                                             "1e308",
                                             "nan",
                                             "0\\0\\0",
                                             "1\\0\\0\\0\\1\\0",
                                             "1e-300\\1e300",
                                             "CT",
                                             "MONOCHROME1",
                                             "ISO_IR 192",
                                             "ISO 2022 IR 87"};
constexpr std::array<const char*, 10> kTransferSyntaxes = {
    "1.2.840.10008.1.2",      "1.2.840.10008.1.2.1",    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.100"};

template <class List>
auto one_of(const List& list, Random& random) {
  return list[below(random, list.size())];
}

DicomElement new_element(Random& random) {
  DicomElement element;
  element.tag = one_of(kTags, random);
  element.vr = one_of(kRepresentations, random);
  element.value = one_of(kValues, random);
  return element;
}

/// The list itself and those in its sequences.
void collect(DicomElements& elements, std::vector<DicomElements*>& lists) {
  lists.push_back(&elements);
  for (DicomElement& element : elements) {
    for (DicomElements& item : element.items) collect(item, lists);
  }
}

void change_fragments(std::vector<std::string>& fragments, Random& random) {
  const std::size_t at = below(random, fragments.size());
  switch (below(random, 4)) {
    case 0:
      fragments.insert(fragments.begin(), fragments[at]);
      break;
    case 1:
      fragments.erase(fragments.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 2: {
      const std::size_t cut = below(random, fragments[at].size() + 1) / 2 * 2;
      fragments.push_back(fragments[at].substr(cut));
      fragments[at].resize(cut);
      break;
    }
    default:
      mutate_as_bytes(fragments[at]);
  }
}

void change_value(DicomElement& element, Random& random) {
  if (!element.fragments.empty()) {
    change_fragments(element.fragments, random);
  } else if (!element.items.empty()) {
    const DicomElements item = one_of(element.items, random);
    below(random, 2) == 0 ? element.items.push_back(item) : element.items.pop_back();
  } else if (below(random, 2) == 0) {
    mutate_as_bytes(element.value);
  } else {
    element.value = one_of(kValues, random);
  }
}

void change(DicomElements& list, Random& random) {
  if (list.empty()) {
    list.push_back(new_element(random));
    return;
  }
  const auto at = list.begin() + static_cast<std::ptrdiff_t>(below(random, list.size()));
  switch (below(random, 12)) {
    case 0:
      at->tag = one_of(kTags, random);
      break;
    case 1:
      at->vr = one_of(kRepresentations, random);
      break;
    case 2:
      list.push_back(DicomElement(*at));
      break;
    case 3:
      list.erase(at);
      break;
    case 4:
      std::swap(*at, list[below(random, list.size())]);
      break;
    case 5:
      list.insert(at, new_element(random));
      break;
    case 6: {  // the element, or all of them, inside a sequence
      DicomElement sequence;
      sequence.tag = one_of(kTags, random);
      sequence.vr = "SQ";
      sequence.undefined_length = below(random, 2) == 0;
      sequence.items.push_back(below(random, 2) == 0 ? list : DicomElements{*at});
      *at = std::move(sequence);
      break;
    }
    case 7:
      at->undefined_length = !at->undefined_length;
      break;
    default:
      change_value(*at, random);
  }
}

}  // namespace

bool mutate_dicom(std::string& file, Random& random) {
  auto tree = dicom_tree(file);
  if (!tree) return false;
  if (below(random, 12) == 0) {
    change(tree->meta, random);
  } else if (below(random, 12) == 0) {
    for (DicomElement& element : tree->meta) {
      if (element.tag == 0x00020010) element.value = one_of(kTransferSyntaxes, random);
    }
  } else {
    std::vector<DicomElements*> lists;
    collect(tree->elements, lists);
    change(*one_of(lists, random), random);
  }
  file = to_bytes(*tree);
  return true;
}

}  // namespace jcs::fuzz
