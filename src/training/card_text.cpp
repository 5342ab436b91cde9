#include "card_text.hpp"

#include <algorithm>
#include <set>

#include "jcs/core/text.hpp"

namespace jcs::training {

namespace {

constexpr int kDigits = 4;
std::string fixed(double value) { return fixed_text(value, kDigits); }

std::string figures(const Scores& scores, const std::vector<ScoreInterval>& intervals) {
  std::string text = "| figure | value | 95 % interval |\n|---|---|---|\n";
  for (const auto& [name, value] : scores) {
    const auto found =
        std::find_if(intervals.begin(), intervals.end(),
                     [&, &wanted = name](const ScoreInterval& one) { return one.name == wanted; });
    text += "| " + name + " | " + (value ? fixed(*value) : "undefined") + " | " +
            (found == intervals.end() || !value ? "-"
                                                : fixed(found->low) + " .. " + fixed(found->high)) +
            " |\n";
  }
  return text;
}

std::string data_line(const char* what, const std::string& facts, const std::string& file,
                      const nlohmann::json& hashes, const char* key) {
  return std::string("- ") + what + ": " + facts + ", from `" + printable(file) +
         "`, content SHA-256 `" + hashes.value(key, "not recorded") + "`\n";
}

constexpr const char* kLimits =
    "- No diagnosis: this is research software and no medical device. A physician decides.\n"
    "- No other pictures than axial chest CT in the window and size that it was trained with (the "
    "weights carry both); no radiographs, no other organs.\n"
    "- No patients unlike those it learned from – other scanners, protocols, ages, countries, "
    "variants of the disease, other diseases that look alike – without measuring it on them "
    "first.\n"
    "- No conclusion that a patient is well: a network that finds nothing has not ruled anything "
    "out.\n";

}  // namespace

std::string facts_of(const std::vector<data::ManifestEntry>& entries) {
  std::size_t positive = 0, negative = 0, annotated = 0, unknown = 0;
  std::set<std::string> patients;
  for (const data::ManifestEntry& entry : entries) {
    positive += entry.label == 1 ? 1 : 0;
    negative += entry.label == 0 ? 1 : 0;
    annotated += entry.mask.empty() ? 0 : 1;
    unknown += entry.patient.empty() ? 1 : 0;
    if (!entry.patient.empty()) {
      patients.insert(entry.patient);
    }
  }
  std::string text = std::to_string(entries.size()) + " slices (" + std::to_string(positive) +
                     " positive, " + std::to_string(negative) + " negative, " +
                     std::to_string(annotated) + " annotated)";
  if (!patients.empty()) {
    text += " of " + std::to_string(patients.size()) + " patients";
  }
  if (unknown > 0) {
    text += ", " + std::to_string(unknown) + " of nobody known";
  }
  return text;
}

std::string card_text(const TrainingSetup& setup, const EpochRecord& record,
                      const std::vector<ScoreInterval>& intervals, std::size_t step_slices) {
  const auto hashes = setup.data_hashes.is_object() ? setup.data_hashes : nlohmann::json::object();
  const std::string chosen =
      setup.run.best_by.empty() ? record.scores.front().first : setup.run.best_by;
  std::string text = "# " + setup.card.title + "\n\n";
  text += setup.card.purpose + " Trained by jcs " + setup.invocation.version +
          "; the file `best.safetensors` beside this card holds it after epoch " +
          std::to_string(record.epoch) + " (" + std::to_string(record.iterations) + " steps of " +
          std::to_string(step_slices) + " slices, seed " + std::to_string(setup.run.seed) +
          "). `config.yaml` has every setting, `run.json` the "
          "command and all hashes.\n\n";
  text +=
      "## Data\n\n" +
      data_line("learned from", setup.card.training, setup.card.training_file, hashes, "train") +
      data_line("validated on", setup.card.validation, setup.card.validation_file, hashes,
                "validation");
  if (const auto initial = setup.provenance.find("initial_weights_sha256");
      initial != setup.provenance.end()) {
    text += "- started from weights with SHA-256 `" + initial->get<std::string>() + "`\n";
  }
  text += "\n## Validation figures\n\n" + figures(record.scores, intervals);
  text += "\nThe epoch was chosen by `" + chosen +
          "` on these very slices, so the figures are too good for others; `eval_cls` and "
          "`eval_seg` measure on slices that took no part. Intervals come from resampling "
          "patients (slices, where nobody is named); a rate's is Wilson's where no two slices are "
          "of one patient, and over patients where all slices, or none, are hits.\n\n";
  return text + "## What it must not be used for\n\n" + kLimits;
}

}  // namespace jcs::training
