#pragma once

#include <filesystem>
#include <stop_token>

#include "jcs/cohort/study.hpp"
#include "jcs/core/progress.hpp"

namespace jcs::cohort {

/// The studies in a tree of folders.
///
/// DICOM: the smallest folder that holds all files of one Study Instance UID (and patient), so a
/// folder with one subfolder a series is one study. Where that folder holds files of other studies
/// too, and where the UID was erased, each folder that directly holds files is a study. One or two
/// files a folder are looked at, not all: a folder that mixes studies is one study, with a warning
/// where that shows.
/// Pictures: each folder that directly holds some, unless studies lie below it.
/// NIfTI: each `.nii` or `.nii.gz` file.
/// Pictures and NIfTI files in the folder of a DICOM study, masks above all, are none. Where that
/// folder is the tree itself, a warning says how many those are; where it holds no DICOM file
/// directly, what lies outside the folders that do is a study of its own.
///
/// A study is named by result_name(); that whose path is the tree itself has the tree's name, with
/// `_` behind it where another study is called so.
///
/// Passed over are hidden files and folders, results of jcs (folders with result.json and
/// report.html) and `output`. Symbolic links are followed, each folder is visited once.
/// @param output a folder that results are written to; may be empty or absent
/// @throws InputError when `tree` is no folder or holds no study
/// @throws Interrupted
Studies find_studies(const std::filesystem::path& tree, const std::filesystem::path& output = {},
                     Progress& progress = no_progress(), const std::stop_token& stop = {});

}  // namespace jcs::cohort
