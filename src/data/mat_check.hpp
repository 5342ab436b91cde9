#pragma once

#include <filesystem>

namespace jcs::data {

/// Looks whether a file is MATLAB 5, and whether all of its variables are there and unpack to what
/// was packed (their Adler-32 fits). matio itself takes nearly any file for the headerless version
/// 4, fills up with zeros what is missing, and takes damaged values as they are; MATLAB 7.3 means
/// HDF5, whose library is not safe with damaged files.
/// @throws InputError
void check_mat_file(const std::filesystem::path& file);

}  // namespace jcs::data
