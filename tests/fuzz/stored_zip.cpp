#include "fuzz/stored_zip.hpp"

#include <cstdint>
#include <memory>

#include <zip.h>
#include <zlib.h>

namespace jcs::fuzz {

namespace {

constexpr std::size_t kMaxBytes = 65536;  // of all entries: what an input can hold

std::string number(std::size_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// What the local header and the directory say alike: version, flags, method, time, checksum,
/// sizes, length of the name, of what is extra.
std::string facts(const std::string& name, const std::string& content) {
  const auto* bytes = reinterpret_cast<const Bytef*>(content.data());
  const std::size_t checksum = crc32(0, bytes, static_cast<uInt>(content.size()));
  return number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(checksum, 4) +
         number(content.size(), 4) + number(content.size(), 4) + number(name.size(), 2) +
         number(0, 2);
}

}  // namespace

std::optional<ZipEntries> read_zip(const std::string& archive) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
  zip_t* opened = zip_open_from_source(source, ZIP_RDONLY, &error);
  zip_error_fini(&error);
  if (opened == nullptr) {
    zip_source_free(source);
    return std::nullopt;
  }
  const std::unique_ptr<zip_t, void (*)(zip_t*)> closing(opened, zip_discard);
  ZipEntries entries;
  std::size_t left = kMaxBytes;
  for (zip_int64_t i = 0; i < zip_get_num_entries(opened, 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* name = zip_get_name(opened, index, ZIP_FL_ENC_RAW);
    std::string content(left, '\0');
    zip_int64_t got = 0;
    if (zip_file_t* file = zip_fopen_index(opened, index, 0)) {
      got = zip_fread(file, content.data(), content.size());
      zip_fclose(file);
    }
    content.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    left -= content.size();
    entries.emplace_back(name != nullptr ? name : "", std::move(content));
  }
  return entries;
}

std::string to_zip(const ZipEntries& entries) {
  std::string archive, directory;
  for (const auto& [name, content] : entries) {
    const std::string same = facts(name, content);
    // Length of the comment, disk, two kinds of attributes, place.
    directory += "PK\1\2" + number(20, 2) + same + number(0, 2) + number(0, 2) + number(0, 2) +
                 number(0, 4) + number(archive.size(), 4) + name;
    archive += "PK\3\4" + same + name + content;
  }
  return archive + directory + "PK\5\6" + number(0, 4) + number(entries.size(), 2) +
         number(entries.size(), 2) + number(directory.size(), 4) + number(archive.size(), 4) +
         number(0, 2);
}

}  // namespace jcs::fuzz
