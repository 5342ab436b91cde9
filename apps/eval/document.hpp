#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/metrics/bootstrap.hpp"

#include "eval/network_source.hpp"

namespace jcs::app {

/// One hash (SHA-256) of names and contents of files, whatever folder they lie in.
std::string hash_of_files(std::vector<std::filesystem::path> files);

/// `{"file": ..., "sha256": ...}`
nlohmann::ordered_json input_of(const std::filesystem::path& file, const std::string& sha256);

/// An evaluation as a document: what was measured on what and how (`evaluation`), then the figures.
nlohmann::ordered_json document_of(const std::string& program, nlohmann::ordered_json inputs,
                                   nlohmann::ordered_json settings,
                                   const nlohmann::ordered_json& figures);

/// What a document says of how it was made, to make it again.
class RecordedRequest {
 public:
  /// @throws InputError when the document is no evaluation of this program.
  RecordedRequest(const nlohmann::ordered_json& document, const std::string& program,
                  std::filesystem::path file);

  /// The file or folder that an input came from; empty: there was none.
  [[nodiscard]] std::filesystem::path input(const char* name) const;
  /// @throws InputError when there is no such setting or it is of another type.
  template <class Value>
  [[nodiscard]] Value setting(const char* name) const {
    try {
      return settings_.at(name).get<Value>();
    } catch (const nlohmann::json::exception&) {
      refuse();
    }
  }
  [[nodiscard]] NetworkArguments network() const;
  [[nodiscard]] metrics::BootstrapOptions bootstrap() const;

 private:
  [[nodiscard]] inference::Precision precision() const;
  [[noreturn]] void refuse() const;

  std::string program_;
  std::filesystem::path file_;
  nlohmann::ordered_json inputs_, settings_;
};

/// The settings that every evaluation has.
nlohmann::ordered_json common_settings(const NetworkArguments& network,
                                       const metrics::BootstrapOptions& bootstrap);

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
