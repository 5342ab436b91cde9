#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string_view>

#include "jcs/core/progress.hpp"
#include "jcs/data/manifest.hpp"

namespace jcs::data {

// Manifests of public data sets as their publishers pack them. `data/README.md` says where each
// comes from. Every function lists the slices below `folder` in a fixed order with `folder` as the
// manifest's file, and throws InputError in one line when the folder is not laid out as described
// or a file in it cannot be read, Interrupted when a stop was asked for.

/// COVID-19-CT100: `train.txt` with lines of a picture and its mask. All patients have COVID-19;
/// who they are is not known. Label 1 where the mask covers a pixel.
Manifest list_covid_19_ct100(const std::filesystem::path& folder, Progress& progress,
                             const std::stop_token& stop);

/// COVID-19-CT-Seg: 20 volumes `NAME.nii.gz` in `COVID-19-CT-Seg_20cases`, each with a mask of the
/// same name in `Infection_Mask`, or in `Lung_and_Infection_Mask`, where 3 stands for infection.
/// Label 1 where the mask covers a voxel, else 0. Volumes of one case (`radiopaedia_10_…`) are one
/// patient.
Manifest list_covid_19_ct_seg(const std::filesystem::path& folder, Progress& progress,
                              const std::stop_token& stop);

/// MosMedData (COVID19_1110): `CT-0` … `CT-4`, by themselves or in `studies`, each with
/// `study_NNNN.nii.gz`; `masks/study_NNNN_mask.nii.gz` for some. CT-0 shows no pneumonia: label 0.
/// Slices of a masked study have label 1 where the mask covers a voxel, else 0; the others of CT-1
/// … CT-4 have no label, as nobody said which of them show the disease. A study is a patient.
Manifest list_mosmeddata(const std::filesystem::path& folder, Progress& progress,
                         const std::stop_token& stop);

/// COVID-CT-MD: folders of patients in `COVID-19 Cases` (or `COVID-19 subjects`, `COVID-19`), `Cap
/// Cases` and `Normal Cases`, each with DICOM slices. Labels of single slices come from the
/// publishers' files in the same folder, `Index.csv` and `Slice-level-labels-updated-1.npy` or
/// `Slice-level-labels.npy`; their columns are taken to follow Slice Location (0020,1041) from the
/// lowest to the highest. Or from a table `slices.csv`, which lists the slices by itself and needs
/// none of these: columns `patient`, `diagnosis` (covid, cap or normal), `file` and `infection` (1,
/// 0 or nothing).
///
/// Slices of normal patients have label 0, infected slices of COVID-19 patients label 1. All others
/// have no label: a slice of a sick patient that nobody called infected is no reliable negative,
/// and other pneumonias are neither COVID-19 nor free of opacities.
Manifest list_covid_ct_md(const std::filesystem::path& folder, Progress& progress,
                          const std::stop_token& stop);

/// COVID-CT: pictures in `CT_COVID` (label 1) and `CT_NonCOVID` (label 0), by themselves or in
/// `Images-processed`. COVID-19 pictures are figures of articles and named after them: those of one
/// article count as one patient. The article is what stands before the last `-pPAGE-` of the name,
/// or before the figure's mark where there is no page: `-g001…`, `-gr1…`, `.fig1…`, `-fig-1…`, or
/// `%0` at the end; else it is the whole name. The lists of the publishers' split are not needed.
Manifest list_covid_ct(const std::filesystem::path& folder, Progress& progress,
                       const std::stop_token& stop);

/// SARS-CoV-2-CT: pictures in `COVID` (label 1) and `non-COVID` (label 0). Who they are of is not
/// known.
Manifest list_sars_cov_2_ct(const std::filesystem::path& folder, Progress& progress,
                            const std::stop_token& stop);

/// A public data set that a manifest can be made of.
struct Collection {
  std::string_view kind;   ///< as programs call it: `mosmeddata`
  std::string_view title;  ///< its name and what it holds
  Manifest (*list)(const std::filesystem::path&, Progress&, const std::stop_token&);
};

/// All of the above, in this order.
std::span<const Collection> collections();

/// @throws UsageError with the kinds there are, for another one.
const Collection& collection(std::string_view kind);

}  // namespace jcs::data
