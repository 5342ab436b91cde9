#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/app.hpp"

namespace jcs::app {

/// What both evaluation programs write, compare and verify.
struct OutputArguments {
  std::filesystem::path json, csv, verify;
  std::vector<std::filesystem::path> compare;
  double tolerance = 1e-6;
};
void add_output_arguments(App& app, OutputArguments& arguments, const std::string& csv,
                          const std::string& compare);

/// Sees that both files can be written before anything is measured.
/// @param read files that are measured, or by which; empty ones are not given
/// @throws UsageError where one is to be written twice, or is read; OutputError
void prepare_outputs(const OutputArguments& arguments, std::vector<std::filesystem::path> read);

/// What an evaluation has to say.
struct Outputs {
  nlohmann::ordered_json json;
  std::string csv;  ///< empty: none
  std::string table;
};

/// Writes the files that were asked for, each whole, and prints the table unless the user wants
/// quiet. @throws OutputError
void write(const Outputs& outputs, const OutputArguments& arguments, const App& app);

/// Compares a recorded document with what `again` makes of it and says so. @throws InputError
void verify(const nlohmann::ordered_json& recorded, const nlohmann::ordered_json& again,
            const OutputArguments& arguments, const App& app);

}  // namespace jcs::app
