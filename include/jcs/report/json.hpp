#pragma once

#include <string>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// Version of the format below. It grows when a field is renamed, removed or changes its meaning;
/// new fields alone do not change it.
constexpr int kSchemaVersion = 1;

// clang-format off
// result.json
//
// One object, UTF-8, keys always in this order. What is not known is null; numbers are finite.
//
//   schema_version     1
//   software           {name, version}
//   notice             that the result is for research only
//   identity           "full", "pseudonym" or "none": how much of the patient's identity stands here;
//                      without the full one, source, files and UIDs are null, but patient_id and
//                      study_uid, which are codes with "pseudonym"
//   source             what was diagnosed, as its user called it
//   verdict            "positive", "negative" or "undetermined"
//   threshold          slices; the verdict is positive when positive_slices is higher
//   threshold_fraction the share of the slices that the threshold was given as, else null
//   slices             number of slices
//   slice_probability  a slice is positive when its probability is above it, 0 ... 1
//   positive_slices    number of slices whose `positive` is true
//   segmented          whether opacities were outlined; when false all opacity fields are null,
//                      no lesions are listed and 0 counted
//   pixel_probability  a pixel belongs to an opacity when its probability is above it, 0 ... 1;
//                      null when not segmented
//   opacity_volume_ml  sum over the slices, each as high as it stands for; null also when the
//                      spacing is not known
//   findings           lungs and opacities (see diagnosis/result/findings.hpp):
//     lungs              {side, volume_ml, opacity_ml, opacity_share} for "right" and "left", or none
//     no_lungs           why there are none
//     lung_volume_ml     of both
//     opacity_in_lungs_ml
//     opacity_share      opacity_in_lungs_ml of lung_volume_ml, 0 ... 1
//     severity           band of opacity_share: "0 %"; above 0 and up to 0.25 "1-25 %", up to 0.5
//                        "26-50 %", up to 0.75 "51-75 %", above "76-100 %"
//     opacity_outside_ml outlined, but in neither lung
//     ground_glass_ml, consolidation_ml
//                        of all that is outlined, below and from -300 HU on; null, as those of
//                        lesions and mean_hu, where series.windowed is true
//     lesions            the largest first, {number, volume_ml, extent_mm [width across the
//                        columns, height across the rows, length across the slices],
//                        mean_hu, ground_glass_ml, consolidation_ml, centre_mm [x, y, z] (patient
//                        coordinates, LPS; null where the positions of the slices are not known),
//                        first_slice, last_slice, largest_slice (indices),
//                        box [first row, first column, rows, columns], side, share_of_lung,
//                        third "upper", "middle" or "lower", depth "peripheral" or "central"; the
//                        last four null where most of it lies outside the lungs, or no lungs
//                        were found}
//     smaller_lesions    number of those below 0.1 ml, smaller_lesions_ml their volume together
//   concerns           what speaks against a verdict: {code, text, decisive}; with a decisive one
//                      the verdict is undetermined (codes: diagnosis/findings/suitability.hpp)
//   per_slice          one object a slice, by rising position (feet to head in an axial series):
//     index              from 0
//     number             from 1, as the report and the file names of pictures count
//     file               relative to the study's folder
//     frame              in a file of several frames, from 0
//     sop_instance_uid
//     position           along the normal of the slices, mm
//     probability        of the positive class, 0 ... 1
//     positive           whether the slice counts as positive
//     opacity_pixels     null also of a slice that the segmenter was not shown
//     opacity_area_mm2   null also when the spacing is not known
//   key_slices         indices of the slices that the report shows
//   activation_reading how activation maps were made: "paper" or "release"; null without maps
//   study              {study_uid, study_date, description, accession_number,
//                       patient_id, patient_name, patient_sex, patient_age}, as the files say
//   series             {series_uid, frame_of_reference_uid, number, description, modality,
//                       manufacturer, model, convolution_kernel, body_part, image_type, kvp,
//                       slice_thickness_mm, rows, columns, row_spacing_mm, column_spacing_mm,
//                       slice_spacing_mm, windowed}; slice_spacing_mm: the median; windowed: made
//                       from 8-bit pictures, not from HU
//   device             that the networks ran on
//   precision          of their numbers: "fp32", "bf16x3" or "bf16"
//   weights            one object a file: {role, file, sha256, architecture}
//   timing             seconds by stage, in the order in which the stages ran
//   total_seconds      their sum
//   warnings           one sentence each, those of the concerns among them
// clang-format on

/// The text of result.json. Bytes that are no UTF-8 are replaced by U+FFFD.
/// @throws InputError when the result is not of this volume (other numbers of slices or pixels).
std::string result_json(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                        const ReportOptions& options = {});

}  // namespace jcs::report
