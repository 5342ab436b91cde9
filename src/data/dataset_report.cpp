#include "jcs/data/dataset_report.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/data/read_slice.hpp"
#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/regions.hpp"
#include "jcs/imaging/slice_facts.hpp"

namespace jcs::data {

namespace {

void count_slices(const Manifest& manifest, DatasetReport& report) {
  std::set<std::string> patients;
  for (const ManifestEntry& entry : manifest.entries) {
    report.positive += entry.label == 1 ? 1 : 0;
    report.negative += entry.label == 0 ? 1 : 0;
    report.slices_of_nobody += entry.patient.empty() ? 1 : 0;
    if (!entry.patient.empty()) patients.insert(entry.patient);
  }
  report.slices = manifest.entries.size();
  report.patients = patients.size();
}

void read_headers(const Manifest& manifest, int threads, Progress& progress,
                  const std::stop_token& stop, DatasetReport& report) {
  std::vector<std::size_t> pictures;
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    if (!manifest.entries[i].slice) pictures.push_back(i);
  }
  std::vector<std::optional<imaging::SliceFacts>> facts(pictures.size());
  std::atomic<std::size_t> done{0};
  parallel_for(pictures.size(), threads, stop, [&](std::size_t i) {
    facts[i] = imaging::read_slice_facts(manifest.entries[pictures[i]].image);
    progress.update("headers", done.fetch_add(1) + 1, pictures.size());
  });
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!facts[i]) continue;
    ++report.dicom_slices;
    const ManifestEntry& entry = manifest.entries[pictures[i]];
    // A name cannot begin with a blank, so that no folder is taken for a patient.
    PatientFacts& patient =
        report.headers[entry.patient.empty() ? " " + entry.image.parent_path().string()
                                             : entry.patient];
    if (!patient.age_years) patient.age_years = facts[i]->age_years;
    if (patient.sex.empty()) patient.sex = facts[i]->sex;
    if (!patient.thickness_mm) patient.thickness_mm = facts[i]->thickness_mm;
  }
}

// Annotated slices that are best read one after the other: those of one volume, else one alone.
using Run = std::vector<std::size_t>;

std::vector<Run> runs_of(const Manifest& manifest) {
  std::vector<Run> runs;
  const ManifestEntry* last = nullptr;
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    const ManifestEntry& entry = manifest.entries[i];
    if (entry.mask.empty()) continue;
    if (last == nullptr || !entry.slice || entry.mask != last->mask) runs.emplace_back();
    runs.back().push_back(i);
    last = &entry;
  }
  return runs;
}

struct Measured {
  AnnotatedSlice slice;
  std::vector<Opacity> opacities;
};

Measured measure(const cv::Mat& mask, std::size_t entry, int least_area) {
  Measured measured;
  const auto pixels = static_cast<double>(mask.total());
  measured.slice.entry = entry;
  measured.slice.covered = pixels > 0 ? cv::countNonZero(mask) / pixels : 0;
  for (const imaging::Region& region : imaging::opacity_regions(mask, least_area)) {
    measured.opacities.push_back({entry, region.area, region.box.x, region.box.y, region.box.width,
                                  region.box.height, region.centre.x / mask.cols,
                                  region.centre.y / mask.rows});
  }
  measured.slice.lesions = static_cast<int>(measured.opacities.size());
  return measured;
}

void read_masks(const Manifest& manifest, int threads, Progress& progress,
                const std::stop_token& stop, DatasetReport& report) {
  const std::vector<Run> runs = runs_of(manifest);
  std::size_t total = 0;
  for (const Run& run : runs) total += run.size();
  std::vector<std::vector<Measured>> found(runs.size());
  std::atomic<std::size_t> done{0};
  parallel_for(runs.size(), threads, stop, [&](std::size_t i) {
    // Opening a volume for each of its slices would unpack it from the start each time.
    std::unique_ptr<imaging::NiftiVolume> volume;
    for (const std::size_t index : runs[i]) {
      throw_if_stopped(stop);
      const ManifestEntry& entry = manifest.entries[index];
      if (entry.slice && !volume) volume = std::make_unique<imaging::NiftiVolume>(entry.mask);
      found[i].push_back(
          measure(volume ? volume->mask(*entry.slice, entry.mask_value) : read_slice_mask(entry),
                  index, report.least_area));
      progress.update("masks", done.fetch_add(1) + 1, total);
    }
  });
  for (std::vector<Measured>& run : found) {
    for (Measured& one : run) {
      report.annotated.push_back(one.slice);
      report.opacities.insert(report.opacities.end(), one.opacities.begin(), one.opacities.end());
    }
    run = {};
  }
}

}  // namespace

DatasetReport report_dataset(const Manifest& manifest, const DatasetReportOptions& options,
                             int threads, Progress& progress, const std::stop_token& stop) {
  if (options.least_area < 1) {
    throw UsageError(
        {"out of range", "least_area", "1 or more", std::to_string(options.least_area)});
  }
  DatasetReport report;
  report.manifest = manifest.file;
  report.least_area = options.least_area;
  count_slices(manifest, report);
  read_headers(manifest, threads, progress, stop, report);
  read_masks(manifest, threads, progress, stop, report);
  return report;
}

}  // namespace jcs::data
