#include <algorithm>

#include <ATen/Functions.h>
#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/json_text.hpp"

#include "readers.hpp"
#include "repeated_name.hpp"
#include "safetensors_types.hpp"
#include "tensor_geometry.hpp"

namespace jcs::weights {

namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

// A hundred thousand tensors; each takes some seven.
constexpr std::size_t kMostValues = 1'000'000;

struct Entry {
  std::string name;
  c10::ScalarType type = c10::ScalarType::Undefined;
  std::vector<std::int64_t> sizes;
  std::uint64_t begin = 0, end = 0;  // bytes behind the header
};

class Header {
 public:
  Header(const std::string& text, std::uint64_t data_bytes, std::string file)
      : file_(std::move(file)), data_bytes_(data_bytes) {
    const json header = parse(text);
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") {
        read_metadata(value);
      } else {
        entries_.push_back(entry(name, value));
      }
    }
    // In the order of the data; empty tensors before those that begin where they lie.
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    std::uint64_t at = 0;
    for (const Entry& entry : entries_) {
      if (entry.begin != at) {
        refuse("tensors overlap or leave gaps", entry.name, "data from byte " + std::to_string(at),
               std::to_string(entry.begin));
      }
      at = entry.end;
    }
    if (at != data_bytes_) {
      throw WeightsError({"is cut off or has bytes behind its tensors", file_,
                          std::to_string(at) + " bytes of data", std::to_string(data_bytes_)});
    }
  }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& name,
                           const std::string& expected = {}, const std::string& got = {}) const {
    throw WeightsError({what, file_ + ": " + name, expected, got});
  }

  [[nodiscard]] json parse(const std::string& text) const {
    if (!parseable_json(text, kMostValues)) {
      throw WeightsError({"the header is nested too deep or names too many tensors", file_,
                          "at most " + std::to_string(kMostValues) + " values"});
    }
    if (const auto name = repeated_name(text)) {
      refuse("two tensors have this name", *name);
    }
    json header = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (header.is_object()) {
      return header;
    }
    throw WeightsError({"the header is no JSON object", file_});
  }

  void read_metadata(const json& value) {
    if (!value.is_object()) {
      refuse("is no object", "__metadata__");
    }
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) {
        refuse("is no text", "__metadata__." + key);
      }
      metadata_[key] = text.get<std::string>();
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> numbers(const json& value, const char* key,
                                                   const std::string& name) const {
    const auto found = value.is_object() ? value.find(key) : value.end();
    if (!value.is_object() || found == value.end() || !found->is_array() ||
        !std::all_of(found->begin(), found->end(),
                     [](const json& item) { return item.is_number_unsigned(); })) {
      refuse(std::string(key) + " is missing or no list of whole numbers", name);
    }
    return found->get<std::vector<std::uint64_t>>();
  }

  [[nodiscard]] Entry entry(const std::string& name, const json& value) const {
    Entry entry;
    entry.name = name;
    for (const std::uint64_t size : numbers(value, "shape", name)) {
      entry.sizes.push_back(static_cast<std::int64_t>(size));  // too large ones become negative
    }
    const auto offsets = numbers(value, "data_offsets", name);
    const auto type = value.find("dtype");
    const auto known = std::find_if(kSafetensorsTypes.begin(), kSafetensorsTypes.end(),
                                    [&](const SafetensorsType& known_type) {
                                      return type != value.end() && type->is_string() &&
                                             known_type.name == type->get_ref<const std::string&>();
                                    });
    if (known == kSafetensorsTypes.end()) {
      refuse("has an unknown type", name, "F32, F16, BF16, I64 or the like",
             type != value.end() ? type->dump(-1, ' ', false, json::error_handler_t::replace)
                                 : "none");
    }
    entry.type = known->type;
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_bytes_) {
      refuse("its data lies outside the file", name,
             "two offsets up to " + std::to_string(data_bytes_), value.at("data_offsets").dump());
    }
    entry.begin = offsets[0];
    entry.end = offsets[1];
    const std::int64_t count = element_count(entry.sizes);
    std::int64_t bytes = 0;
    if (count < 0 || entry.sizes.size() > 64 ||
        __builtin_mul_overflow(count, element_size(entry.type), &bytes) ||
        static_cast<std::uint64_t>(bytes) != entry.end - entry.begin) {
      refuse("its shape " + value.at("shape").dump() + " does not fit its data", name,
             count < 0 ? "fewer elements" : std::to_string(bytes) + " bytes",
             std::to_string(entry.end - entry.begin));
    }
    return entry;
  }

  std::string file_;
  std::uint64_t data_bytes_;
  std::vector<Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& file) {
  const std::string where = file.string();
  const std::uint64_t size = std::filesystem::file_size(file);
  InputFile in(file, ExitCode::kWeights);
  std::uint64_t length = 0;
  for (int i = 0; i < 8; ++i) {
    length |= static_cast<std::uint64_t>(static_cast<unsigned char>(in.get())) << (8 * i);
  }
  if (size < 8 || length > size - 8 || length > kMaxHeader) {
    throw WeightsError({"the header's length is wrong, or the file is cut off", where,
                        "at most " + std::to_string(size < 8 ? 0 : size - 8) + " bytes",
                        std::to_string(length)});
  }
  std::string text(length, '\0');
  in.read(text.data(), static_cast<std::streamsize>(length));
  if (!in) {
    throw WeightsError({"ends too early", where});
  }
  const Header header(text, size - 8 - length, where);

  TensorFile result{{}, header.metadata(), "safetensors", {}};
  for (const Entry& entry : header.entries()) {
    at::Tensor tensor = at::empty(entry.sizes, at::TensorOptions().dtype(entry.type));
    if (!in.read(static_cast<char*>(tensor.data_ptr()),
                 static_cast<std::streamsize>(entry.end - entry.begin))) {
      throw WeightsError({"ends too early", where + ": " + entry.name});
    }
    result.tensors.add(entry.name, std::move(tensor));
  }
  return result;
}

}  // namespace jcs::weights
