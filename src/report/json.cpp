#include "jcs/report/json.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "consistency.hpp"
#include "identity.hpp"
#include "json_findings.hpp"
#include "json_values.hpp"
#include "key_slices.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using imaging::CtVolume;
Json per_slice(const CaseResult& result, const CtVolume& volume, Identity identity) {
  Json list = Json::array();
  for (std::size_t i = 0; i < result.slices.size(); ++i) {
    const diagnosis::SliceResult& slice = result.slices[i];
    list.push_back({{"index", i},
                    {"number", i + 1},
                    {"file", known(shown_reference(slice.file, identity))},
                    {"frame", volume.slices[i].frame},
                    {"sop_instance_uid", known(shown_reference(slice.sop_instance_uid, identity))},
                    {"position", finite(slice.location_mm)},
                    {"probability", finite(slice.probability)},
                    {"positive", slice.positive},
                    {"opacity_pixels", optional(slice.opacity_pixels)},
                    {"opacity_area_mm2", optional(slice.opacity_area_mm2)}});
  }
  return list;
}

Json study(const imaging::SeriesInfo& info) {
  return {{"study_uid", known(info.study_uid)},
          {"study_date", known(info.study_date)},
          {"description", known(info.study_description)},
          {"accession_number", known(info.accession_number)},
          {"patient_id", known(info.patient_id)},
          {"patient_name", known(info.patient_name)},
          {"patient_sex", known(info.patient_sex)},
          {"patient_age", known(info.patient_age)}};
}

Json series(const CtVolume& volume, const imaging::SeriesInfo& info) {
  return {{"series_uid", known(info.series_uid)},
          {"frame_of_reference_uid", known(info.frame_of_reference_uid)},
          {"number", info.series_number == 0 ? Json(nullptr) : Json(info.series_number)},
          {"description", known(info.series_description)},
          {"modality", known(info.modality)},
          {"manufacturer", known(info.manufacturer)},
          {"model", known(info.model)},
          {"convolution_kernel", known(info.convolution_kernel)},
          {"body_part", known(info.body_part)},
          {"image_type", known(info.image_type)},
          {"kvp", known(info.kvp)},
          {"slice_thickness_mm", known(info.slice_thickness_mm)},
          {"rows", volume.rows},
          {"columns", volume.columns},
          {"row_spacing_mm", known(volume.row_spacing_mm)},
          {"column_spacing_mm", known(volume.column_spacing_mm)},
          {"slice_spacing_mm", known(volume.slice_spacing_mm)},
          {"windowed", volume.windowed}};
}

Json weights(const CaseResult& result) {
  Json list = Json::array();
  for (const diagnosis::WeightsUsed& used : result.weights) {
    list.push_back({{"role", known(used.role)},
                    {"file", known(used.file)},
                    {"sha256", known(used.sha256)},
                    {"architecture", known(used.architecture)}});
  }
  return list;
}

}  // namespace

std::string result_json(const CaseResult& result, const CtVolume& volume,
                        const ReportOptions& options) {
  require_consistent(result, volume);
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["software"] = {{"name", "jcs"}, {"version", JCS_VERSION}};
  json["notice"] = kResearchNotice;
  json["identity"] = to_text(options.identity);
  json["source"] = known(shown_source(options));
  json["verdict"] = diagnosis::to_text(result.verdict);
  json["threshold"] = result.threshold;
  json["threshold_fraction"] = optional(result.threshold_fraction);
  json["slices"] = result.slices.size();
  json["slice_probability"] = finite(result.slice_probability);
  json["positive_slices"] = result.positive_slices;
  json["segmented"] = result.segmented;
  json["pixel_probability"] = optional(result.pixel_probability);
  json["opacity_volume_ml"] = optional(result.opacity_volume_ml);
  json["findings"] = findings_json(result.findings);
  json["concerns"] = concerns_json(result.concerns);
  json["per_slice"] = per_slice(result, volume, options.identity);
  json["key_slices"] = key_slices(result, options.key_slices);
  json["activation_reading"] =
      result.activation_maps.empty() ? Json(nullptr) : known(result.activation_reading);
  const imaging::SeriesInfo shown = shown_series(volume.series, options.identity);
  json["study"] = study(shown);
  json["series"] = series(volume, shown);
  json["device"] = known(result.device);
  json["precision"] = known(result.precision);
  json["weights"] = weights(result);
  Json timing = Json::object();
  double total = 0.0;
  for (const diagnosis::StageTime& stage : result.timing) {
    const double before = timing.contains(stage.stage) ? timing[stage.stage].get<double>() : 0.0;
    const double seconds = std::isfinite(stage.seconds) ? stage.seconds : 0.0;
    timing[stage.stage] = before + seconds;
    total += seconds;
  }
  json["timing"] = std::move(timing);
  json["total_seconds"] = total;
  json["warnings"] = shown_warnings(result, volume, options);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace jcs::report
