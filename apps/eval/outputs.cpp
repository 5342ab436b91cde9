#include "eval/outputs.hpp"

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/text.hpp"

#include "common/print.hpp"
#include "common/two_files.hpp"
#include "eval/document.hpp"

namespace jcs::app {

namespace {

// What an option would do nothing beside must not seem to have been done.
void exclude(CLI::App& cli, CLI::Option* option, std::initializer_list<const char*> others) {
  for (const char* name : others) {
    if (CLI::Option* other = cli.get_option_no_throw(name)) {
      option->excludes(other);
    }
  }
}

}  // namespace

void add_output_arguments(App& app, OutputArguments& arguments, const std::string& csv,
                          const std::string& compare) {
  CLI::App& cli = app.cli();
  cli.add_option("--json", arguments.json, "file for everything, machine-readable");
  cli.add_option("--csv", arguments.csv, csv);
  CLI::Option* comparing = cli.add_option("--compare", arguments.compare, compare)->expected(2);
  CLI::Option* verifying = cli.add_option(
      "--verify", arguments.verify,
      "file that --json wrote, or run.json of a training: measure again and compare");
  cli.add_option("--tolerance", arguments.tolerance, "largest difference that --verify accepts")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  const auto of_networks = {
      "--weights",   "--run",        "--manifest",      "--trained-on", "--device",
      "--precision", "--batch-size", "--allow-overlap", "--save-maps",  "--save-predictions"};
  exclude(cli, comparing, of_networks);
  exclude(cli, comparing,
          {"--threshold", "--spacing-mm", "--clean-slices", "--annotations", "--choose-on",
           "--positive-slices", "--bins"});
  exclude(cli, comparing, {"--verify", "--csv", "--predictions"});
  exclude(cli, cli.get_option("--predictions"), of_networks);
  exclude(cli, verifying,
          {"--json", "--csv", "--weights", "--manifest", "--run", "--predictions", "--trained-on",
           "--allow-overlap", "--save-maps", "--save-predictions"});
  // All of which the file says.
  exclude(cli, verifying,
          {"--precision", "--threshold", "--spacing-mm", "--clean-slices", "--annotations",
           "--allow-missing", "--choose-on", "--positive-slices", "--slice-probability", "--bins",
           "--resamples", "--seed", "--confidence"});
}

void prepare_outputs(const OutputArguments& arguments, std::vector<std::filesystem::path> read) {
  read.insert(read.end(), arguments.compare.begin(), arguments.compare.end());
  require_different(arguments.json, arguments.csv, read);
  prepare_output(arguments.json);
  prepare_output(arguments.csv);
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
