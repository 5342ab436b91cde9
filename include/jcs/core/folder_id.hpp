#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>

namespace jcs {

/// What tells a folder from every other one, whatever path or link leads to it.
struct FolderId {
  std::uint64_t device = 0, number = 0;
  // clang-tidy 14 sees the 0 with which the compiler makes comparisons of it.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const FolderId&) const = default;
};

/// Nothing, and why in `error`, where the folder cannot be looked at.
std::optional<FolderId> folder_id(const std::filesystem::path& folder, std::error_code& error);

/// Whether the system failed to tell what an entry of a folder is. A link that leads nowhere or to
/// itself is no failure: there is nothing that it stands for.
bool is_failure_of_look(const std::error_code& error);

}  // namespace jcs
