#include "jcs/core/bounded_file.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "jcs/core/file_stream.hpp"
#include "jcs/core/throw_error.hpp"

namespace jcs {

namespace {

constexpr std::size_t kSmallPiece = std::size_t{1} << 12U;
constexpr std::size_t kPiece = std::size_t{1} << 20U;

void require_at_most(std::uintmax_t most, std::uintmax_t bytes, const std::filesystem::path& file,
                     ExitCode code) {
  if (bytes > most) {
    throw_error(code, {"is too large", file.string(), "at most " + std::to_string(most) + " bytes",
                       std::to_string(bytes)});
  }
}

}  // namespace

std::string read_at_most(std::uintmax_t most, const std::filesystem::path& file, ExitCode code) {
  InputFile in(file, code);
  in.require_open();
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(file, ignored);
  std::string content;
  std::size_t at_once = kPiece;
  if (!ignored) {
    require_at_most(most, size, file, code);
    content.reserve(size);
    // One more byte than there should be shows the end of it.
    at_once = std::clamp<std::size_t>(size + 1, kSmallPiece, kPiece);
  }
  std::vector<char> piece(at_once);
  while (const std::streamsize got =
             in.rdbuf()->sgetn(piece.data(), static_cast<std::streamsize>(piece.size()))) {
    content.append(piece.data(), static_cast<std::size_t>(got));
    require_at_most(most, content.size(), file, code);  // it may grow while it is read
  }
  return content;
}

std::string read_text(const std::filesystem::path& file, ExitCode code) {
  return read_at_most(kMostText, file, code);
}

void require_readable(const std::filesystem::path& file, std::uintmax_t most) {
  InputFile in(file);
  in.require_open();
  // Done for every file of a study: no memory is asked of the system for it, nor filled.
  constexpr std::streamsize kAtOnce = std::streamsize{1} << 16;
  const auto piece = std::make_unique_for_overwrite<char[]>(kAtOnce);
  for (std::uintmax_t done = 0; done < most;) {
    const std::streamsize got = in.rdbuf()->sgetn(piece.get(), kAtOnce);
    if (got == 0) break;
    done += static_cast<std::uintmax_t>(got);
  }
}

}  // namespace jcs
