#include "zip_archive.hpp"

#include <zip.h>

#include "jcs/core/error.hpp"

namespace jcs::weights {

namespace {

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

ZipArchive::ZipArchive(const std::filesystem::path& file)
    : file_(file.string()), file_size_(std::filesystem::file_size(file)) {
  int code = 0;
  archive_.reset(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (!archive_) {
    const bool cut = code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS;
    throw WeightsError({cut ? "is a damaged zip archive: the directory at its end is missing or "
                              "wrong, as after a download that stopped early"
                            : "cannot be read as zip archive: " + text_of(code),
                        file_});
  }
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    names.emplace_back(name != nullptr ? name : "");
  }
  return names;
}

bool ZipArchive::contains(const std::string& name) const {
  return zip_name_locate(archive_.get(), name.c_str(), ZIP_FL_ENC_RAW) >= 0;
}

std::uint64_t ZipArchive::size(const std::string& name) const {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat(archive_.get(), name.c_str(), ZIP_FL_ENC_RAW, &stat) != 0) {
    throw WeightsError({"entry '" + name + "' is missing", file_});
  }
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if ((stat.valid & kNeeded) != kNeeded || stat.encryption_method != ZIP_EM_NONE ||
      stat.comp_method != ZIP_CM_STORE) {
    throw WeightsError({"entry '" + name +
                            "' is compressed or encrypted, which torch.save never "
                            "does",
                        file_});
  }
  if (stat.size != stat.comp_size || stat.size > file_size_) {
    throw WeightsError({"entry '" + name + "' has an impossible size", file_,
                        "at most " + std::to_string(file_size_) + " bytes",
                        std::to_string(stat.size)});
  }
  return stat.size;
}

void ZipArchive::read(const std::string& name, void* to) const {
  const std::uint64_t bytes = size(name);
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> entry(
      zip_fopen(archive_.get(), name.c_str(), ZIP_FL_ENC_RAW), &zip_fclose);
  std::uint64_t done = 0;
  while (entry && done < bytes) {
    const zip_int64_t got = zip_fread(entry.get(), static_cast<char*>(to) + done, bytes - done);
    if (got <= 0) {
      break;
    }
    done += static_cast<std::uint64_t>(got);
  }
  // libzip compares the checksum when it is asked for the byte behind the last one.
  char beyond = 0;
  if (!entry || done != bytes || zip_fread(entry.get(), &beyond, 1) != 0) {
    throw WeightsError({"entry '" + name + "' is damaged", file_});
  }
}

std::string ZipArchive::read(const std::string& name) const {
  std::string content(size(name), '\0');
  read(name, content.data());
  return content;
}

}  // namespace jcs::weights
