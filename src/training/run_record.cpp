#include "run_record.hpp"

#include <algorithm>
#include <cmath>

#include <torch/torch.h>

#include "jcs/core/text.hpp"
#include "jcs/weights/model_card.hpp"
#include "jcs/weights/tensor_file.hpp"

#include "watch.hpp"

namespace jcs::training {

std::string command_to_go_on(const Invocation& invocation) {
  return invocation.restart ? "the same command without --restart" : "the same command";
}

nlohmann::json run_record(const TrainingSetup& setup, const RunState& state, bool complete,
                          const RunFolder& folder) {
  nlohmann::json run = {
      {"command", setup.invocation.command}, {"version", setup.invocation.version},
      {"libtorch", TORCH_VERSION},           {"seed", setup.run.seed},
      {"data_sha256", state.data_hashes},    {"identity", setup.identity},
      {"provenance", setup.provenance},      {"complete", complete}};
  if (state.best_epoch > 0) {
    run["best"] = {{"epoch", state.best_epoch}, {"score", state.best_score}};
  }
  // Those of a run that goes on change with every better epoch, and say themselves what they are.
  if (complete) {
    add_weights(run, folder);
  }
  return run;
}

std::int64_t epoch_of(const std::filesystem::path& weights) {
  std::error_code ignored;
  if (!std::filesystem::exists(weights, ignored)) {
    return 0;
  }
  try {
    const auto card = weights::card_of(weights::read_tensors(weights).metadata, weights.string());
    return card ? card->provenance.value("epoch", std::int64_t{0}) : 0;
  } catch (const nlohmann::json::exception&) {
  } catch (const Error&) {
    // Whoever uses them will be told.
  }
  return 0;
}

Scores finite(Scores scores) {
  for (auto& [name, value] : scores) {
    if (value && !std::isfinite(*value)) value.reset();
  }
  return scores;
}

nlohmann::json provenance_of(const TrainingSetup& setup, const EpochRecord& record) {
  nlohmann::json out = setup.provenance;
  out["epoch"] = record.epoch;
  out["iterations"] = record.iterations;
  out["seed"] = setup.run.seed;
  for (const auto& [name, value] : record.scores) {
    out["scores"][name] = value ? nlohmann::json(*value) : nlohmann::json(nullptr);
  }
  return out;
}

namespace {

UsageError no_figure(const std::vector<std::string>& figures, const std::string& name) {
  return UsageError({"no validation figure of that name", "run.best_by",
                     "one of " + joined(figures), "'" + name + "'"});
}

}  // namespace

const std::pair<std::string, std::optional<double>>& best_figure(const Scores& scores,
                                                                 const std::string& name) {
  if (name.empty()) {
    return scores.front();
  }
  const auto found = std::ranges::find(scores, name, &Scores::value_type::first);
  if (found != scores.end()) {
    return *found;
  }
  std::vector<std::string> names;
  for (const auto& score : scores) {
    names.push_back(score.first);
  }
  throw no_figure(names, name);
}

void require_figure(const std::vector<std::string>& figures, const std::string& name) {
  if (std::ranges::find(figures, name) == figures.end()) {
    throw no_figure(figures, name);
  }
}

void require_same_data(const nlohmann::json& now, const nlohmann::json& then) {
  if (!now.is_object() || !then.is_object()) {
    return;
  }
  for (const auto& [part, hash] : then.items()) {
    if (now.contains(part) && now.at(part) != hash) {
      throw InputError({"the pictures or labels are no longer those that the run began with",
                        "data." + part,
                        "the earlier ones, or --restart, which trains anew on these"});
    }
  }
}

UsageError not_finite(const Stepper::Outcome& outcome, const data::SliceDataset& slices,
                      std::int64_t iteration, const RunFolder& folder) {
  constexpr std::size_t kNamed = 4;
  std::string where = "iteration " + std::to_string(iteration);
  std::size_t named = 0;
  for (const std::size_t entry : outcome.suspects) {
    if (named == kNamed) {
      where += " and " + std::to_string(outcome.suspects.size() - named) + " more";
      break;
    }
    where += (named++ == 0 ? " (" : ", ") + slices.entries()[entry].image.string();
  }
  where += named > 0 ? ")" : "";
  const bool loss_is_finite = std::isfinite(outcome.loss());
  const bool kept = std::filesystem::exists(folder.checkpoint());
  return UsageError(
      {loss_is_finite ? "the gradient is no longer finite" : "the loss is no longer finite", where,
       "a lower learning rate or clip_gradient; " +
           (kept ? "the last good state is in " + folder.checkpoint().string()
                 : std::string("no checkpoint was written yet")),
       std::to_string(loss_is_finite ? outcome.gradient_norm : outcome.loss())});
}

}  // namespace jcs::training
