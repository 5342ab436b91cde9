#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace jcs::app {

/// One hash (SHA-256) of names and contents of files, whatever folder they lie in.
std::string hash_of_files(std::vector<std::filesystem::path> files);

/// `{"file": ..., "sha256": ...}`
nlohmann::ordered_json input_of(const std::filesystem::path& file, const std::string& sha256);

/// An evaluation as a document: what was measured on what and how (`evaluation`), then the figures.
nlohmann::ordered_json document_of(const std::string& program, nlohmann::ordered_json inputs,
                                   nlohmann::ordered_json settings,
                                   const nlohmann::ordered_json& figures);

/// What two evaluations of the same things differ in.
struct Agreement {
  std::size_t figures = 0;          ///< numbers compared
  double largest_difference = 0.0;  ///< of them
  std::string where;                ///< of the largest difference: a JSON pointer
};

/// Compares the inputs' hashes and all figures of two documents.
/// @throws InputError naming the first input or figure that differs: hashes exactly, numbers by
/// more than `tolerance`.
Agreement compare_documents(const nlohmann::ordered_json& recorded,
                            const nlohmann::ordered_json& recomputed, double tolerance,
                            const std::filesystem::path& file);

/// Reads a JSON file. @throws InputError
nlohmann::ordered_json read_json(const std::filesystem::path& file);

/// Sees to it, before the long work, that a file can be written there: makes the folder that it is
/// to lie in. @throws OutputError
void prepare_output(const std::filesystem::path& file);

}  // namespace jcs::app
