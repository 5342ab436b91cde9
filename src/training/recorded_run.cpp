#include "recorded_run.hpp"

#include <cmath>
#include <limits>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/data/content.hpp"
#include "jcs/training/run_folder.hpp"
#include "jcs/weights/model_card.hpp"
#include "jcs/weights/tensor_file.hpp"

#include "stepper.hpp"

namespace jcs::training {

namespace fs = std::filesystem;

namespace {

void require_same(const std::string& what, const fs::path& where, const std::string& recorded,
                  const std::string& now) {
  if (recorded != now) {
    throw InputError({what + " not what the run recorded", where.string(), recorded, now});
  }
}

}  // namespace

double VerifiedFigure::difference() const {
  if (!recorded && !recomputed) {
    return 0.0;
  }
  return recorded && recomputed ? std::abs(*recorded - *recomputed)
                                : std::numeric_limits<double>::infinity();
}

RecordedRun::RecordedRun(const fs::path& folder, const DataOptions& data, Progress& progress,
                         const std::stop_token& stop)
    : folder_(folder) {
  const fs::path record = folder / "run.json";
  const auto run = parsed_json<nlohmann::json>(read_json_text(record));
  try {
    // Of a run that is under way only the weights themselves say what they are.
    if (run.value("complete", false) && run.contains("weights") &&
        run.at("weights").contains(best().filename().string())) {
      require_same("the weights are", best(),
                   run.at("weights").at(best().filename().string()).at("sha256"),
                   sha256_file(best(), ExitCode::kWeights));
    }
    for (const auto& [name, file] :
         {std::pair{"train", data.train}, std::pair{"validation", data.validation}}) {
      const auto now = data::content_hash(data::read_manifest(file), 0, progress, stop);
      require_same("the data are", file, run.at("data_sha256").at(name), now);
    }
  } catch (const nlohmann::json::exception&) {
    throw InputError({"is no record of a training run", record.string(),
                      "a file that train_cls or train_seg wrote"});
  }
  const auto metadata = weights::read_tensors(best()).metadata;
  const auto card = weights::card_of(metadata, best().string());
  if (!card || !card->provenance.contains("scores")) {
    throw InputError({"the weights say nothing of their validation", best().string()});
  }
  scores_ = card->provenance.at("scores");
}

fs::path RecordedRun::best() const { return folder_ / "best.safetensors"; }

std::vector<VerifiedFigure> RecordedRun::compared(Task& task, const RunOptions& run,
                                                  Progress& progress,
                                                  const std::stop_token& stop) const {
  // Another order of memory would round otherwise.
  order_memory(task.network(), run);
  task.network().eval();
  const torch::NoGradGuard no_grad;
  std::vector<VerifiedFigure> figures;
  for (const auto& [name, value] : task.validate(progress, stop)) {
    VerifiedFigure figure;
    figure.name = name;
    figure.recomputed = value;
    if (const auto found = scores_.find(name); found != scores_.end() && found->is_number()) {
      figure.recorded = found->get<double>();
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace jcs::training
