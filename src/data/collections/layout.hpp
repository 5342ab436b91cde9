#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "jcs/data/manifest.hpp"

namespace jcs::data {

/// The first of these folders below `folder` that is there. @throws InputError naming all of them,
/// with `what` the data set's name.
std::filesystem::path folder_of(const std::filesystem::path& folder,
                                std::initializer_list<std::string_view> names,
                                std::string_view what);
/// The same, or nothing when none is there.
std::optional<std::filesystem::path> find_folder(const std::filesystem::path& folder,
                                                 std::initializer_list<std::string_view> names);

/// Regular files right in the folder whose names `wanted` accepts, by name; hidden ones left out.
/// @throws InputError when the folder cannot be read.
std::vector<std::filesystem::path> files_in(
    const std::filesystem::path& folder,
    const std::function<bool(const std::filesystem::path&)>& wanted);
/// Folders right in the folder, by name; hidden ones left out.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);

/// Whether the name ends in .png, .jpg, .jpeg or .bmp, in any case of letters.
bool named_like_picture(const std::filesystem::path& file);

/// The name without `.nii` or `.nii.gz`.
std::string stem_of_nifti(const std::filesystem::path& file);

/// Adds the slices of a NIfTI volume. With a mask each slice's label says whether the mask covers a
/// pixel of it; without one all have the label of `like`, which also gives patient and source.
/// @throws InputError, also when mask and volume differ in size or in the order of their slices;
/// Interrupted.
void add_volume(Manifest& manifest, const ManifestEntry& like, const std::stop_token& stop);

/// Adds the pictures of a folder; `like` gives label and source, `patient` names whom each is of.
void add_pictures(Manifest& manifest, const std::filesystem::path& folder,
                  const ManifestEntry& like,
                  const std::function<std::string(const std::filesystem::path&)>& patient);

/// What all slices of a source with one label have in common, for `add_pictures`.
ManifestEntry labelled(int label, std::string_view source);
/// The patient of a picture where nobody knows.
std::string nobody(const std::filesystem::path& picture);

/// The manifest itself. @throws InputError when nothing was found, with `what` the data set's name.
Manifest filled(Manifest manifest, std::string_view what);

}  // namespace jcs::data
