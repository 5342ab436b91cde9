#include "jcs/cohort/shard.hpp"

#include <string>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::cohort {

Shard Shard::parse(std::string_view text) {
  constexpr std::int64_t kMost = 1'000'000;
  const std::size_t slash = text.find('/');
  const auto number = parse_integer(text.substr(0, slash));
  const auto count =
      slash == std::string_view::npos ? std::nullopt : parse_integer(text.substr(slash + 1));
  if (!number || !count || *count < 1 || *count > kMost || *number < 1 || *number > *count) {
    throw UsageError({"is no part of the studies", "--shard", "i/n with i from 1 to n, such as 2/8",
                      "'" + std::string(text) + "'"});
  }
  return {static_cast<int>(*number), static_cast<int>(*count)};
}

}  // namespace jcs::cohort
