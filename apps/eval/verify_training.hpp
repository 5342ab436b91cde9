#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/training/verify_run.hpp"

#include "common/app.hpp"
#include "common/print.hpp"
#include "eval/network_source.hpp"
#include "eval/options_of_run.hpp"

namespace jcs::app {

/// Whether a document is the `run.json` of a training run, and not an evaluation.
inline bool is_training_run(const nlohmann::ordered_json& document) {
  return document.contains("identity") && document.contains("provenance");
}

/// Measures a run's best weights, of one that goes on those so far, again on its validation slices
/// and compares. `recorded`: what `file`, its `run.json`, says.
/// @throws InputError naming the figure that differs by more than `tolerance`.
template <class Options>
void verify_training(const nlohmann::ordered_json& recorded, const std::filesystem::path& file,
                     const NetworkArguments& network, double tolerance, App& app) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  auto options = options_of_run<Options>(folder);
  options.run.device = network.device;
  options.run.threads = network.threads;
  double largest = 0.0;
  std::size_t figures = 0;
  const auto text_of = [](const std::optional<double>& value) {
    return value ? to_text(*value) : std::string("undefined");
  };
  for (const training::VerifiedFigure& figure :
       training::verify_run(std::move(options), folder, app.progress(), app.stop())) {
    ++figures;
    largest = std::max(largest, figure.difference());
    if (!(figure.difference() <= tolerance)) {
      throw InputError({"a validation figure differs", file.string() + ": " + figure.name,
                        text_of(figure.recorded), text_of(figure.recomputed)});
    }
  }
  if (!app.quiet()) {
    const auto complete = recorded.find("complete");
    const bool goes_on = complete != recorded.end() && *complete == false;
    print((goes_on ? "verified of a run that is not complete yet: hashes of data and "
                   : "verified: hashes of weights and data and ") +
          std::to_string(figures) + " validation figures agree, largest difference " +
          to_text(largest) + "\n");
  }
}

}  // namespace jcs::app
