#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct zip;

namespace jcs::weights {

/// A zip archive as torch.save writes them: entries stored without compression.
class ZipArchive {
 public:
  /// @throws WeightsError when the file is no whole zip archive.
  explicit ZipArchive(const std::filesystem::path& file);

  /// The names of all entries in the archive's order.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool contains(const std::string& name) const;

  /// Bytes of an entry. Never more than the file has. @throws WeightsError when the entry is
  /// missing, compressed or encrypted.
  [[nodiscard]] std::uint64_t size(const std::string& name) const;

  /// Fills `size(name)` bytes at `to` and compares the entry's checksum. @throws WeightsError
  void read(const std::string& name, void* to) const;
  [[nodiscard]] std::string read(const std::string& name) const;

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  std::string file_;
  std::uint64_t file_size_;
  std::unique_ptr<zip, Close> archive_;
};

}  // namespace jcs::weights
