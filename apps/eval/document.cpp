#include "eval/document.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"

namespace jcs::app {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

// Everything but the description of how it was made. An object that keeps its order looks through
// all that it holds for every name, and figures are hundreds of thousands.
nlohmann::json figures_of(const ordered_json& document) {
  nlohmann::json figures = document;
  figures.erase("evaluation");
  return figures.flatten();
}

void compare_inputs(const ordered_json& recorded, const ordered_json& recomputed,
                    const fs::path& file) {
  for (const auto& [name, input] : recorded.at("evaluation").at("inputs").items()) {
    if (!input.is_object() || !input.contains("sha256")) {
      continue;
    }
    const auto& now = recomputed.at("evaluation").at("inputs").at(name).at("sha256");
    if (now != input.at("sha256")) {
      throw InputError({name + " are no longer what they were", file.string(),
                        input.at("sha256").get<std::string>(), now.get<std::string>()});
    }
  }
}

}  // namespace

std::string hash_of_files(std::vector<fs::path> files) {
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename() < b.filename(); });
  std::string text;
  for (const fs::path& file : files) {
    text += file.filename().string() + '\0' + sha256_file(file) + '\0';
  }
  return sha256(std::as_bytes(std::span(text)));
}

ordered_json input_of(const fs::path& file, const std::string& sha256) {
  return {{"file", fs::absolute(file).lexically_normal().string()}, {"sha256", sha256}};
}

ordered_json document_of(const std::string& program, ordered_json inputs, ordered_json settings,
                         const ordered_json& figures) {
  ordered_json document = {{"evaluation",
                            {{"program", program},
                             {"version", JCS_VERSION},
                             {"inputs", std::move(inputs)},
                             {"settings", std::move(settings)}}}};
  document.update(figures);
  return document;
}

RecordedRequest::RecordedRequest(const ordered_json& document, const std::string& program,
                                 fs::path file)
    : program_(program), file_(std::move(file)) {
  try {
    const ordered_json& evaluation = document.at("evaluation");
    if (evaluation.at("program") != program) {
      throw InputError({"is the evaluation of another program", file_.string(), program,
                        evaluation.at("program").get<std::string>()});
    }
    inputs_ = evaluation.at("inputs");
    settings_ = evaluation.at("settings");
  } catch (const nlohmann::json::exception&) {
    refuse();
  }
}

fs::path RecordedRequest::input(const char* name) const {
  if (!inputs_.contains(name)) {
    return {};
  }
  try {
    return inputs_.at(name).at("file").get<std::string>();
  } catch (const nlohmann::json::exception&) {
    refuse();
  }
}

NetworkArguments RecordedRequest::network() const {
  NetworkArguments network;
  network.weights = input("weights");
  network.manifest = input("data");
  network.trained_on = input("trained_on");
  network.allow_overlap = setting<bool>("allow_overlap");
  network.device = setting<std::string>("device");
  network.precision = precision();
  return network;
}

inference::Precision RecordedRequest::precision() const {
  using inference::Precision;
  if (!settings_.contains("precision")) return Precision::kFp32;  // there was no other once
  const auto recorded = setting<std::string>("precision");
  for (const Precision known :
       {Precision::kAuto, Precision::kFp32, Precision::kBf16x3, Precision::kBf16}) {
    if (recorded == inference::name(known)) return known;
  }
  refuse();
}

metrics::BootstrapOptions RecordedRequest::bootstrap() const {
  metrics::BootstrapOptions options;
  options.resamples = setting<int>("resamples");
  options.seed = setting<std::int64_t>("seed");
  options.confidence = setting<double>("confidence");
  return options;
}

void RecordedRequest::refuse() const {
  throw InputError(
      {"is no evaluation", file_.string(), "a file that " + program_ + " --json wrote"});
}

ordered_json common_settings(const NetworkArguments& network,
                             const metrics::BootstrapOptions& bootstrap) {
  return {{"allow_overlap", network.allow_overlap},
          {"device", network.device},
          {"precision", inference::name(network.precision)},
          {"resamples", bootstrap.resamples},
          {"seed", bootstrap.seed},
          {"confidence", bootstrap.confidence}};
}

Agreement compare_documents(const ordered_json& recorded, const ordered_json& recomputed,
                            double tolerance, const fs::path& file) {
  compare_inputs(recorded, recomputed, file);
  const nlohmann::json before = figures_of(recorded), now = figures_of(recomputed);
  Agreement agreement;
  for (const auto& [place, value] : before.items()) {
    const auto found = now.find(place);
    if (found == now.end()) {
      throw InputError({"a figure is not there any more", file.string() + ": " + place});
    }
    if (!value.is_number() || !found->is_number()) {
      if (value != *found) {
        throw InputError(
            {"a figure differs", file.string() + ": " + place, value.dump(), found->dump()});
      }
      continue;
    }
    ++agreement.figures;
    const double difference = std::abs(value.get<double>() - found->get<double>());
    if (difference > agreement.largest_difference) {
      agreement.largest_difference = difference;
      agreement.where = place;
    }
  }
  if (!(agreement.largest_difference <= tolerance)) {
    throw InputError({"a figure differs by " + to_text(agreement.largest_difference),
                      file.string() + ": " + agreement.where, before.at(agreement.where).dump(),
                      now.at(agreement.where).dump()});
  }
  return agreement;
}

ordered_json read_json(const fs::path& file) {
  auto document = parsed_json<ordered_json>(read_json_text(file));
  if (!document.is_object()) {
    throw InputError({"is no JSON object", file.string()});
  }
  return document;
}

void prepare_output(const fs::path& file) {
  if (file.empty()) {
    return;
  }
  std::error_code error;
  const fs::path folder = fs::absolute(file).parent_path();
  fs::create_directories(folder, error);
  if (error) {
    throw OutputError({"cannot be created: " + error.message(), folder.string()});
  }
  if (fs::is_directory(file, error)) {
    throw OutputError({"is a folder", file.string(), "a file to write"});
  }
}

}  // namespace jcs::app
