#include "run_record.hpp"

#include <cmath>

#include <torch/torch.h>

#include "watch.hpp"

namespace jcs::training {

nlohmann::json run_record(const TrainingSetup& setup, const RunState& state, bool complete,
                          const nlohmann::json& data_hashes, const RunFolder& folder) {
  nlohmann::json run = {
      {"command", setup.invocation.command}, {"version", setup.invocation.version},
      {"libtorch", TORCH_VERSION},           {"seed", setup.run.seed},
      {"data_sha256", data_hashes},          {"identity", setup.identity},
      {"provenance", setup.provenance},      {"complete", complete}};
  if (state.best_epoch > 0) {
    run["best"] = {{"epoch", state.best_epoch}, {"score", state.best_score}};
  }
  add_weights(run, folder);
  return run;
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

const std::pair<std::string, std::optional<double>>& best_figure(const Scores& scores,
                                                                 const std::string& name) {
  if (name.empty()) {
    return scores.front();
  }
  std::string names;
  for (const auto& score : scores) {
    if (score.first == name) {
      return score;
    }
    names += (names.empty() ? "" : ", ") + score.first;
  }
  throw UsageError(
      {"no validation figure of that name", "run.best_by", "one of " + names, "'" + name + "'"});
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
