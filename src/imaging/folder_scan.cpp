#include "folder_scan.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <system_error>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/folder_id.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/file_look.hpp"

#include "dicom_file.hpp"
#include "natural_order.hpp"
#include "raster.hpp"

namespace jcs::imaging {
namespace {

namespace fs = std::filesystem;

class Walk {
 public:
  Walk(const fs::path& leave_out, std::stop_token stop, std::vector<std::string>& unreadable)
      : stop_(std::move(stop)), unreadable_(unreadable) {
    std::error_code ignored;
    if (!leave_out.empty()) left_out_ = folder_id(leave_out, ignored);
  }

  void visit(const fs::path& folder) {
    throw_if_stopped(stop_);
    std::error_code error;
    const std::optional<FolderId> id = folder_id(folder, error);
    if (!id) return cannot_look(folder, error);
    // Whoever names a folder as the study means what lies in it.
    const bool is_root = visited_.empty();
    if (!visited_.insert(*id).second || (!is_root && id == left_out_)) return;
    if (!is_root && holds_result(folder)) {
      log().debug("{}: passed over, a result of jcs", folder.string());
      return;
    }
    std::vector<fs::path> folders;
    auto entry = fs::directory_iterator(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::error_code unseen;
      const fs::file_status status = entry->status(unseen);
      if (is_failure_of_look(unseen)) cannot_look(entry->path(), unseen);
      if (fs::is_directory(status)) folders.push_back(entry->path());
      if (fs::is_regular_file(status)) files_.push_back(entry->path());
    }
    if (error) cannot_look(folder, error);
    std::sort(folders.begin(), folders.end());
    for (const fs::path& next : folders) visit(next);
  }

  std::vector<fs::path> files() && {
    std::sort(files_.begin(), files_.end(), natural_less);
    return std::move(files_);
  }

 private:
  /// Slices may lie there, and a study that lacks some is another study.
  void cannot_look(const fs::path& place, const std::error_code& error) {
    if (error != std::errc::permission_denied) {
      throw ReadError({"cannot be read: " + error.message(), place.string()});
    }
    unreadable_.push_back(place.string() + ": " + error.message());
  }

  std::stop_token stop_;
  std::vector<std::string>& unreadable_;
  std::optional<FolderId> left_out_;
  std::set<FolderId> visited_;
  std::vector<fs::path> files_;
};

/// What one file turned out to be.
struct Look {
  enum class Kind { kForeign, kPicture, kNoPixels, kSlices, kUnreadable } kind = Kind::kForeign;
  std::vector<SliceHeader> slices;
  std::string reason;
};

bool is_hidden(const fs::path& file) { return file.filename().string().starts_with('.'); }

bool has_ending_of_slices(const fs::path& file) {
  const std::string ending = lower_case(file.extension().string());
  return ending == ".dcm" || ending == ".dicom" || ending == ".dic" || ending == ".ima";
}

/// Slices without such an ending have none: they are numbers, with or without letters before them,
/// or parts of a UID, which is no ending either. Programs leave empty files of words alone.
bool is_numbered(const fs::path& file) {
  return file.extension().string().find_first_not_of(".0123456789") == std::string::npos &&
         file.filename().string().find_first_of("0123456789") != std::string::npos;
}

/// Of a file that does not begin like DICOM, whether a slice may have become of it what it is.
bool may_have_been_slice(const fs::path& file) {
  if (is_hidden(file)) return false;
  if (has_ending_of_slices(file)) return ends_within_preamble(file) || begins_with_nothing(file);
  return is_numbered(file) && begins_with_nothing(file);
}

Look look_at(const fs::path& file) {
  Look look;
  try {
    if (!begins_like_dicom(file)) {
      look.kind = named_like_picture(file) ? Look::Kind::kPicture : Look::Kind::kForeign;
      if (may_have_been_slice(file)) {
        throw InputError(
            {.what = "holds nothing of a slice, or zeros alone", .where = file.string()});
      }
      return look;
    }
    look.slices = read_headers(file);
    look.kind = look.slices.empty() ? Look::Kind::kNoPixels : Look::Kind::kSlices;
  } catch (const ReadError&) {
    throw;  // it may be a slice, and a study that lacks one is another study
  } catch (const InputError& error) {
    look.kind = Look::Kind::kUnreadable;
    look.reason = error.what();
  }
  return look;
}

}  // namespace

FolderContent scan_folder(const fs::path& folder, const fs::path& leave_out, int threads,
                          Progress& progress, const std::stop_token& stop) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw InputError(
        {.what = fs::exists(folder, error) ? "is no folder" : "there is no such folder",
         .where = folder.string()});
  }
  FolderContent content;
  Walk walk(leave_out, stop, content.unreadable);
  walk.visit(folder);
  const std::vector<fs::path> files = std::move(walk).files();
  content.files = files.size();

  std::vector<Look> looks(files.size());
  std::atomic<std::size_t> done{0};
  parallel_for(files.size(), threads, stop, [&](std::size_t i) {
    looks[i] = look_at(files[i]);
    progress.update("looking at files", ++done, files.size());
  });

  for (std::size_t i = 0; i < files.size(); ++i) {
    Look& look = looks[i];
    switch (look.kind) {
      case Look::Kind::kForeign:
        ++content.foreign;
        log().debug("{}: passed over, not DICOM", files[i].string());
        break;
      case Look::Kind::kPicture:
        content.pictures.push_back(files[i]);
        break;
      case Look::Kind::kNoPixels:
        ++content.without_pixels;
        log().debug("{}: passed over, no pixels in it", files[i].string());
        break;
      case Look::Kind::kUnreadable:
        log().debug("{}: passed over", look.reason);
        content.unreadable.push_back(look.reason);
        break;
      case Look::Kind::kSlices:
        std::move(look.slices.begin(), look.slices.end(), std::back_inserter(content.slices));
        break;
    }
  }
  return content;
}

}  // namespace jcs::imaging
