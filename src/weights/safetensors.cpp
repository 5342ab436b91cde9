#include "jcs/weights/safetensors.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"

#include "safetensors_types.hpp"

namespace jcs::weights {

namespace {

std::string_view type_name(const TensorMap::Entry& entry) {
  for (const SafetensorsType& type : kSafetensorsTypes) {
    if (type.type == entry.second.scalar_type()) {
      return type.name;
    }
  }
  throw WeightsError({"safetensors has no type for it", entry.first, "",
                      c10::toString(entry.second.scalar_type())});
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<const TensorMap::Entry*> order;
  for (const TensorMap::Entry& entry : tensors) {
    order.push_back(&entry);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->second.element_size() > b->second.element_size();
  });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::int64_t at = 0;
  for (const TensorMap::Entry* entry : order) {
    const std::int64_t end = at + entry->second.numel() * entry->second.element_size();
    // Its operator[] looks through all names before, which takes minutes for a hundred thousand.
    header.get_ref<nlohmann::ordered_json::object_t&>().push_back(
        {entry->first,
         {{"dtype", type_name(*entry)},
          {"shape", entry->second.sizes().vec()},
          {"data_offsets", {at, end}}}});
    at = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw WeightsError({"a tensor's name or the metadata is no UTF-8", file.string()});
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  write_file(file, [&](std::ostream& out) {
    for (int i = 0; i < 8; ++i) {
      out.put(static_cast<char>((text.size() >> (8 * i)) & 0xff));
    }
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const TensorMap::Entry* entry : order) {
      const at::Tensor plain = entry->second.detach().to(at::kCPU).contiguous();
      out.write(static_cast<const char*>(plain.data_ptr()),
                static_cast<std::streamsize>(plain.numel() * plain.element_size()));
    }
  });
}

}  // namespace jcs::weights
