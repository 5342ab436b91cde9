#include "inspect.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "jcs/core/hash.hpp"
#include "jcs/core/text.hpp"
#include "jcs/weights/load.hpp"
#include "jcs/weights/recognise.hpp"
#include "jcs/weights/tensor_file.hpp"

namespace jcs::app {

namespace {

struct Totals {
  std::int64_t numbers = 0, bytes = 0;
  std::size_t widest_name = 0;
};

Totals totals_of(const weights::TensorMap& tensors) {
  Totals totals;
  for (const auto& [name, tensor] : tensors) {
    totals.numbers += tensor.numel();
    totals.bytes += tensor.numel() * tensor.element_size();
    totals.widest_name = std::max(totals.widest_name, name.size());
  }
  return totals;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

std::string inspect(const std::filesystem::path& path) {
  constexpr std::size_t kTypeWidth = 9;
  constexpr std::size_t kMostOfWidth = 100;  // one long name would make every line as long
  const weights::TensorFile file = weights::read_tensors(path);
  const Totals totals = totals_of(file.tensors);
  const std::size_t width = std::min(totals.widest_name, kMostOfWidth);
  std::string out;
  const auto fact = [&](const std::string& name, const std::string& text) {
    out += "# " + name + ": " + printable(text) + "\n";
  };
  fact("format", file.format);
  fact("sha256", sha256_file(path, ExitCode::kWeights));
  const std::string network = weights::to_text(weights::recognise(file.tensors));
  if (!network.empty()) {
    fact("network", network);
  }
  for (const std::string& note : file.notes) {
    fact("note", note);
  }
  for (const auto& [key, text] : file.metadata) {
    fact("metadata " + printable(key), text);
  }
  fact("tensors", std::to_string(file.tensors.size()) + " with " + std::to_string(totals.numbers) +
                      " numbers in " + std::to_string(totals.bytes) + " bytes");
  for (const auto& [name, tensor] : file.tensors) {
    out += padded(printable(name), width) + "  " + padded(weights::type_name(tensor), kTypeWidth) +
           weights::shape_text(tensor) + "\n";
  }
  return out;
}

std::string inspect_json(const std::filesystem::path& path) {
  const weights::TensorFile file = weights::read_tensors(path);
  const Totals totals = totals_of(file.tensors);
  nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
  for (const auto& [name, tensor] : file.tensors) {
    tensors.push_back(
        {{"name", name}, {"type", weights::type_name(tensor)}, {"shape", tensor.sizes().vec()}});
  }
  const nlohmann::ordered_json out = {
      {"file", path.string()},
      {"format", file.format},
      {"sha256", sha256_file(path, ExitCode::kWeights)},
      {"network", weights::to_text(weights::recognise(file.tensors))},
      {"notes", file.notes},
      {"metadata", file.metadata},
      {"count", file.tensors.size()},
      {"numbers", totals.numbers},
      {"bytes", totals.bytes},
      {"tensors", tensors}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace jcs::app
