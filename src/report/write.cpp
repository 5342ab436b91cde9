#include "jcs/report/write.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <system_error>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/log.hpp"
#include "jcs/imaging/overlay.hpp"
#include "jcs/imaging/picture.hpp"
#include "jcs/report/html.hpp"
#include "jcs/report/json.hpp"
#include "jcs/report/segmentation_object.hpp"
#include "jcs/report/structured_report.hpp"

#include "consistency.hpp"
#include "nifti_files.hpp"
#include "opacity_mask.hpp"
#include "source_uids.hpp"

namespace jcs::report {

namespace {

constexpr imaging::Colour kOutline{.red = 0, .green = 229, .blue = 255};

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw OutputError(
        {.what = "the folder cannot be made: " + error.message(), .where = folder.string()});
  }
}

std::string numbered(const char* stem, std::size_t slice) {
  char name[48];
  std::snprintf(name, sizeof name, "%s_%04zu.png", stem, slice + 1);
  return name;
}

void write_pictures(const std::filesystem::path& folder, const diagnosis::CaseResult& result,
                    const imaging::CtVolume& volume, const ReportOptions& options) {
  make_folder(folder);
  Preprocessing window;
  window.window_center = options.window_center;
  window.window_width = options.window_width;
  for (std::size_t i = 0; i < volume.slice_count(); ++i) {
    cv::Mat picture = imaging::to_colour(imaging::windowed(volume, i, window));
    cv::Mat mask = opacity_mask(result, volume, i);
    if (!mask.empty()) {
      imaging::draw_outline(picture, mask, kOutline);
      mask *= 255;
      write_file(folder / numbered("mask", i), imaging::encode_png(mask));
    }
    write_file(folder / numbered("slice", i), imaging::encode_png(picture));
  }
}

void write_dicom_objects(const std::filesystem::path& folder, const diagnosis::CaseResult& result,
                         const imaging::CtVolume& volume, const ReportOptions& options) {
  if (!from_dicom(volume)) return;
  std::optional<WrittenObject> segmentation;
  if (options.segmentation) {
    segmentation = write_segmentation(folder / "segmentation.dcm", result, volume, options.dicom);
  }
  if (options.structured_report) {
    write_structured_report(folder / "report.dcm", result, volume, segmentation, options.dicom);
  }
}

}  // namespace

void write_report(const std::filesystem::path& folder, const diagnosis::CaseResult& result,
                  const imaging::CtVolume& volume, const ReportOptions& options) {
  require_consistent(result, volume);
  make_folder(folder);
  write_file(folder / "result.json", result_json(result, volume, options));
  write_file(folder / "report.html", report_html(result, volume, options));
  write_dicom_objects(folder, result, volume, options);
  if (options.pictures) {
    write_pictures(folder / "pictures", result, volume, options);
  }
  // Whoever waits for the files need not open the result to learn what is amiss with them.
  for (const std::string& warning : nifti_warnings(result, volume, options)) {
    log().warn("{}", warning);
  }
  write_nifti_files(folder, result, volume, options);
}

}  // namespace jcs::report
