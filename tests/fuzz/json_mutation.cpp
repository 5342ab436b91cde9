#include "fuzz/json_mutation.hpp"

#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz/custom_mutator.hpp"

namespace jcs::fuzz {

namespace {

using Json = nlohmann::ordered_json;

// Stands for a value that nests deep until the document is a text again.
constexpr const char* kDeep = "nests deep";
// Deeper ones are not walked through by what follows: it calls itself once a level.
constexpr int kMaxDepth = 200;

/// Every value of a document that is not too deep.
void collect(Json& value, std::vector<Json*>& values, int depth) {
  values.push_back(&value);
  if (depth == kMaxDepth || !value.is_structured()) return;
  for (Json& child : value) collect(child, values, depth + 1);
}

Json replacement(Random& random) {
  static const std::array<Json, 20> kValues = {nullptr,
                                               true,
                                               false,
                                               0,
                                               -1,
                                               1,
                                               2.5,
                                               1e300,
                                               -1e-300,
                                               2147483648,
                                               4294967296,
                                               INT64_MAX,
                                               INT64_MIN,
                                               UINT64_MAX,
                                               "",
                                               "0",
                                               "=1+1,\"\n<b>\x1b\x7f",
                                               Json::array(),
                                               Json::object(),
                                               kDeep};
  return kValues[below(random, kValues.size())];
}

void change(Json& value, const Json& other, Random& random) {
  const std::size_t size = value.is_structured() ? value.size() : 0;
  const auto member = [&] {
    return std::next(value.begin(), static_cast<std::ptrdiff_t>(below(random, size)));
  };
  switch (below(random, 7)) {
    case 0:
      value = replacement(random);
      break;
    case 1:
      value = other;
      break;
    case 2:
      if (size > 0) value.erase(member());
      break;
    case 3:
      if (size > 0) *member() = other;
      break;
    case 4:
      if (value.is_array()) {
        value.push_back(other);
      } else if (value.is_object()) {
        value[std::to_string(below(random, 4))] = other;
      }
      break;
    case 5:
      if (value.is_string()) {
        std::string text = value.get<std::string>();
        mutate_as_bytes(text);
        value = text;
      } else if (value.is_number_integer()) {
        // Unsigned, as those beside the largest and the smallest number are wanted, too.
        value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value.get<std::int64_t>()) +
                                          below(random, 9) - 4);
      }
      break;
    default:
      value = Json::array({value, other});
  }
}

}  // namespace

bool mutate_json(std::string& text, Random& random) {
  constexpr std::size_t kMaxBrackets = 2000;
  // Parsed, but not to be copied or printed.
  std::size_t brackets = 0;
  for (const char c : text) brackets += c == '[' || c == '{' ? 1 : 0;
  if (brackets > kMaxBrackets) return false;
  Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return false;
  std::vector<Json*> values;
  collect(document, values, 0);
  const Json other = *values[below(random, values.size())];
  change(*values[below(random, values.size())], other, random);
  text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string deep = "\"" + std::string(kDeep) + "\"";
  if (const auto at = text.find(deep); at != std::string::npos) {
    constexpr std::array<std::size_t, 3> kLevels = {99, 1000, 20000};
    const std::size_t levels = kLevels[below(random, kLevels.size())];
    text.replace(at, deep.size(), std::string(levels, '[') + std::string(levels, ']'));
  }
  return true;
}

}  // namespace jcs::fuzz
