#include "eval/outputs.hpp"

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/text.hpp"

#include "common/print.hpp"
#include "eval/document.hpp"

namespace jcs::app {

void add_output_arguments(App& app, OutputArguments& arguments, const std::string& csv,
                          const std::string& compare) {
  CLI::App& cli = app.cli();
  cli.add_option("--json", arguments.json, "file for everything, machine-readable");
  cli.add_option("--csv", arguments.csv, csv);
  cli.add_option("--compare", arguments.compare, compare)->expected(2);
  cli.add_option("--verify", arguments.verify,
                 "file that --json wrote, or run.json of a training: measure again and compare");
  cli.add_option("--tolerance", arguments.tolerance, "largest difference that --verify accepts")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void write(const Outputs& outputs, const OutputArguments& arguments, const App& app) {
  if (!arguments.json.empty()) {
    write_file(
        arguments.json,
        outputs.json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  }
  if (!arguments.csv.empty() && !outputs.csv.empty()) {
    write_file(arguments.csv, outputs.csv);
  }
  if (!app.quiet()) {
    print_lines(outputs.table);
  }
}

void verify(const nlohmann::ordered_json& recorded, const nlohmann::ordered_json& again,
            const OutputArguments& arguments, const App& app) {
  const Agreement agreement =
      compare_documents(recorded, again, arguments.tolerance, arguments.verify);
  if (!app.quiet()) {
    print("verified: the inputs' hashes and " + std::to_string(agreement.figures) +
          " figures agree, largest difference " + to_text(agreement.largest_difference) + "\n");
  }
}

}  // namespace jcs::app
