#include "jcs/imaging/study.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/nifti_study.hpp"

#include "choice_warnings.hpp"
#include "dicom_file.hpp"
#include "folder_scan.hpp"
#include "hu_reader.hpp"
#include "picture_folder.hpp"
#include "series_catalog.hpp"
#include "series_identity.hpp"
#include "slice_order.hpp"
#include "value_warnings.hpp"
#include "volume_limit.hpp"

namespace jcs::imaging {
namespace {

[[noreturn]] void refuse_empty(const std::filesystem::path& folder, const FolderContent& content) {
  if (content.files == 0 && content.unreadable.empty()) {
    throw InputError({.what = "the folder is empty", .where = folder.string()});
  }
  std::string got = std::to_string(content.files) + (content.files == 1 ? " file: " : " files: ") +
                    std::to_string(content.foreign) + " not DICOM, " +
                    std::to_string(content.without_pixels) + " without pixels, " +
                    std::to_string(content.unreadable.size()) + " unreadable";
  if (!content.unreadable.empty()) got += ", the first: " + content.unreadable.front();
  throw InputError({.what = "no CT slices in it", .where = folder.string(), .got = got});
}

[[noreturn]] void refuse_series(const std::string& series, const std::filesystem::path& folder,
                                const char* got) {
  throw UsageError(
      {.what = "there is no series '" + series + "'", .where = folder.string(), .got = got});
}

/// A slice and a later one that may repeat it.
using Pair = std::pair<std::size_t, std::size_t>;

std::vector<Pair> pairs_at_one_place(const std::vector<SliceHeader>& slices) {
  std::vector<Pair> pairs;
  for (std::size_t i = 1, first = 0; i < slices.size(); ++i) {
    if (slices[i].info.location_mm - slices[first].info.location_mm < kSamePlaceMm) {
      pairs.emplace_back(first, i);
    } else {
      first = i;
    }
  }
  return pairs;
}

/// An anonymiser may have given one UID to all slices, of which several may hold nothing but air:
/// copies have their instance number in common too.
std::vector<Pair> pairs_of_one_name(const std::vector<SliceHeader>& slices) {
  std::vector<Pair> pairs;
  std::map<std::tuple<std::string, std::optional<int>, int>, std::size_t> first_of;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const SliceInfo& info = slices[i].info;
    if (info.sop_instance_uid.empty()) continue;
    const auto [first, is_new] =
        first_of.try_emplace({info.sop_instance_uid, slices[i].instance_number, info.frame}, i);
    if (!is_new) pairs.emplace_back(first->second, i);
  }
  return pairs;
}

/// Removes slices that repeat another pixel by pixel at the same position, or where nothing tells
/// positions, under the same SOP Instance UID and instance number.
/// @throws InputError naming both files when different pixels claim one position.
void drop_copies(SliceStack& stack, HuReader& reader, int threads, const std::stop_token& stop) {
  const std::vector<SliceHeader>& slices = stack.slices;
  std::vector<Pair> pairs = stack.located ? pairs_at_one_place(slices) : pairs_of_one_name(slices);
  std::vector<char> differ(pairs.size());
  parallel_for(pairs.size(), threads, stop, [&](std::size_t p) {
    const SliceHeader& first = slices[pairs[p].first];
    const SliceHeader& second = slices[pairs[p].second];
    differ[p] = static_cast<char>(reader.read(first).hu != reader.read(second).hu);
    if (differ[p] != 0 && stack.located) {
      throw InputError({.what = "two different slices at one position, " +
                                to_text(second.info.location_mm) + " mm",
                        .where = second.info.file.string(),
                        .expected = "one slice per position",
                        .got = "also " + first.info.file.string()});
    }
  });
  // Without positions, different pixels are different slices whatever their UID.
  std::size_t copies = 0;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    if (differ[p] == 0) pairs[copies++] = pairs[p];
  }
  pairs.resize(copies);
  if (pairs.empty()) return;
  std::string warning = std::to_string(pairs.size()) +
                        " slice(s) left out that repeat others exactly, the first: " +
                        slices[pairs.front().second].info.file.filename().string() + " repeats " +
                        slices[pairs.front().first].info.file.filename().string() + ".";
  std::reverse(pairs.begin(), pairs.end());
  for (const auto& [first, copy] : pairs) {
    stack.slices.erase(stack.slices.begin() + static_cast<std::ptrdiff_t>(copy));
  }
  // Instance numbers order only where each is there once, which the copies prevented.
  if (!stack.located) stack = order_slices(std::move(stack.slices));
  stack.warnings.push_back(std::move(warning));
}

CtVolume volume_of(const SliceStack& stack) {
  const SliceHeader& first = stack.slices.front();
  CtVolume volume;
  volume.rows = first.rows;
  volume.columns = first.columns;
  volume.row_spacing_mm = first.row_spacing_mm;
  volume.column_spacing_mm = first.column_spacing_mm;
  volume.slice_spacing_mm = median_spacing(stack);
  volume.row_direction = stack.row_direction;
  volume.column_direction = stack.column_direction;
  volume.normal = stack.normal;
  volume.series = *first.series;
  volume.series.image_type = *first.image_type;
  // What a lone slice stands for; without it there would be no volume of what it shows.
  if (stack.slices.size() == 1) volume.slice_spacing_mm = first.thickness_mm;
  if (first.thickness_mm > 0.0) volume.series.slice_thickness_mm = first.thickness_mm;
  for (const SliceHeader& slice : stack.slices) volume.slices.push_back(slice.info);
  return volume;
}

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

CtVolume read_series(const Series& series, int threads, Progress& progress,
                     const std::stop_token& stop) {
  if (!series.damaged->empty()) {
    // The line names the file already.
    throw InputError({.what = series.damaged->front().damage});
  }
  require_one_identity(series.slices);
  require_one_rescale(series.slices);
  SliceStack stack = order_slices(series.slices);
  HuReader reader;
  drop_copies(stack, reader, threads, stop);
  CtVolume volume = volume_of(stack);
  append(volume.warnings, stack.warnings);
  append(volume.warnings, geometry_warnings(stack));
  append(volume.warnings, rescale_warnings(stack.slices));
  append(volume.warnings, text_warnings(DicomFile(stack.slices.front().info.file)));

  require_possible_volume(volume, stack.slices.size(), stack.slices.front().info.file);
  // The first slice must decode before room is made for as many of its size.
  const HuFrame first = reader.read(stack.slices.front());
  volume.hu.resize(volume.pixels() * stack.slices.size());
  std::copy(first.hu.begin(), first.hu.end(), volume.hu.begin());
  std::vector<std::optional<PaddingHu>> paddings(stack.slices.size());
  paddings.front() = first.padding;
  std::atomic<std::size_t> done{1};
  parallel_for(stack.slices.size() - 1, threads, stop, [&](std::size_t i) {
    const auto [hu, padding] = reader.read(stack.slices[i + 1]);
    paddings[i + 1] = padding;
    std::copy(hu.begin(), hu.end(),
              volume.hu.begin() + static_cast<std::ptrdiff_t>((i + 1) * volume.pixels()));
    progress.update("reading slices", ++done, stack.slices.size());
  });
  append(volume.warnings, padding_warnings(paddings));
  return volume;
}

}  // namespace

std::vector<SeriesSummary> list_series(const std::filesystem::path& folder, Progress& progress,
                                       const std::stop_token& stop) {
  FolderContent content = scan_folder(folder, {}, 0, progress, stop);
  if (content.slices.empty()) {
    if (content.pictures.empty()) refuse_empty(folder, content);
    throw InputError({.what = "has no series, only pictures", .where = folder.string()});
  }
  std::vector<SeriesSummary> summaries;
  for (Series& series : group_series(std::move(content.slices))) {
    summaries.push_back(std::move(series.summary));
  }
  return summaries;
}

CtVolume read_study(const std::filesystem::path& folder, const ReadOptions& options,
                    Progress& progress, const std::stop_token& stop) {
  std::error_code error;
  if (named_like_nifti(folder) && std::filesystem::is_regular_file(folder, error)) {
    if (!options.series.empty())
      refuse_series(options.series, folder, "a NIfTI file, which has no series");
    return read_nifti_study(folder, progress, stop);
  }
  FolderContent content = scan_folder(folder, options.leave_out, options.threads, progress, stop);
  log().debug(
      "{}: {} files, {} of them DICOM slices, {} pictures, {} DICOM without pixels, {} foreign",
      folder.string(), content.files, content.slices.size(), content.pictures.size(),
      content.without_pixels, content.foreign);
  if (content.slices.empty()) {
    if (content.pictures.empty()) refuse_empty(folder, content);
    if (!options.series.empty())
      refuse_series(options.series, folder, "pictures, which have no series");
    CtVolume volume = read_pictures(content.pictures, options.threads, progress, stop);
    append(volume.warnings, unreadable_warnings(content.unreadable));
    return volume;
  }
  const std::vector<Series> catalog = group_series(std::move(content.slices));
  for (const Series& series : catalog) log().debug("found {}", series.summary.line());
  const Series& chosen = choose_series(catalog, options.series, folder.string());
  log().debug("reading {}", chosen.summary.line());

  CtVolume volume = read_series(chosen, options.threads, progress, stop);
  std::vector<std::string> warnings = choice_warnings(catalog, chosen, content);
  append(warnings, std::move(volume.warnings));
  volume.warnings = std::move(warnings);
  return volume;
}

}  // namespace jcs::imaging
