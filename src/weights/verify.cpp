#include "jcs/weights/verify.hpp"

#include <algorithm>
#include <cctype>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/text.hpp"
#include "jcs/weights/model_file.hpp"

#include "numbers.hpp"

namespace jcs::weights {

namespace {

std::string lower_hash(std::string text) {
  constexpr std::size_t kDigits = 64;
  const bool hash =
      text.size() == kDigits &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (!hash && !text.empty()) {
    throw UsageError({"is no SHA-256", "'" + text + "'", "64 hexadecimal digits"});
  }
  return lower_case(text);
}

}  // namespace

Verification verify(const std::filesystem::path& path, const std::string& sha256) {
  const std::string expected = lower_hash(sha256);
  const std::string where = path.string();
  const TensorFile file = read_tensors(path);
  Verification found{file.format, sha256_file(path, ExitCode::kWeights), file.tensors.size(),
                     card_of(file.metadata, where)};
  if (!expected.empty() && found.sha256 != expected) {
    throw WeightsError({"has another SHA-256", where, expected, found.sha256});
  }
  require_numbers(file.tensors, where);
  if (!found.card) {
    found.card = card_of_release(file.tensors);
  }
  if (found.card) {
    require_fit(*found.card, file.tensors, where);
  }
  return found;
}

}  // namespace jcs::weights
