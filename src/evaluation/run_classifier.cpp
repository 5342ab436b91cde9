#include "jcs/evaluation/run_classifier.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include <torch/torch.h>

#include "jcs/core/error.hpp"
#include "jcs/evaluation/names.hpp"
#include "jcs/explain/activation_map.hpp"
#include "jcs/imaging/picture.hpp"
#include "jcs/imaging/study.hpp"
#include "jcs/imaging/turn.hpp"
#include "jcs/inference/probability.hpp"
#include "jcs/metrics/patients.hpp"

#include "slices.hpp"

namespace jcs::evaluation {

namespace fs = std::filesystem;

namespace {

double probability_of(const at::Tensor& logits, const inference::ClassifierRunner& classifier,
                      const std::string& name) {
  const auto first = logits[0].item<double>();
  const auto second = logits[1].item<double>();
  if (!std::isfinite(first) || !std::isfinite(second)) {
    throw WeightsError({"the classifier's answer is no number", classifier.file(), "finite logits",
                        "NaN or infinity for " + name});
  }
  return inference::probability_of_second(first, second);
}

bool holds_study(const data::ManifestEntry& entry) {
  std::error_code ignored;
  return fs::is_directory(entry.image, ignored);
}

std::optional<bool> truth_of(const data::ManifestEntry& entry) {
  return entry.label ? std::optional<bool>(*entry.label == 1) : std::nullopt;
}

// The folder's name stands for a patient whom nobody named.
const std::string& patient_of(const data::ManifestEntry& study, const std::string& name) {
  return study.patient.empty() ? name : study.patient;
}

class Run {
 public:
  Run(inference::ClassifierRunner& classifier, const data::Manifest& manifest,
      const ClassifierRunOptions& options, Progress& progress, const std::stop_token& stop)
      : classifier_(classifier),
        manifest_(manifest),
        options_(options),
        progress_(progress),
        stop_(stop),
        names_(names_of(manifest)) {
    for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
      if (holds_study(manifest.entries[i])) {
        ++studies_[patient_of_study(i)];
      }
    }
  }

  ClassifierRun all() {
    // Pictures between two studies are read ahead together; the manifest's order is kept.
    std::vector<std::size_t> pictures;
    for (std::size_t i = 0; i < manifest_.entries.size(); ++i) {
      if (!holds_study(manifest_.entries[i])) {
        pictures.push_back(i);
        continue;
      }
      classify_pictures(pictures);
      pictures.clear();
      classify_study(i);
    }
    classify_pictures(pictures);
    return std::move(run_);
  }

 private:
  [[nodiscard]] const Preprocessing& preprocessing() const {
    return classifier_.card().preprocessing;
  }

  void classify_pictures(const std::vector<std::size_t>& entries) {
    for_each_chunk(manifest_, entries, names_, preprocessing(),
                   static_cast<std::size_t>(classifier_.batch_size()), stop_,
                   [&](std::vector<Slice>& slices) { classify(slices); });
  }

  [[nodiscard]] const std::string& patient_of_study(std::size_t index) const {
    return patient_of(manifest_.entries[index], names_[index]);
  }

  // Slices are told apart within their patient, and every study counts its own from 1.
  [[nodiscard]] std::string name_in_study(std::size_t index, std::size_t slice) const {
    char number[32];
    std::snprintf(number, sizeof number, "%04zu", slice + 1);
    return studies_.at(patient_of_study(index)) > 1 ? names_[index] + "_" + number : number;
  }

  void classify_study(std::size_t index) {
    imaging::CtVolume volume;
    try {
      volume = imaging::read_study(manifest_.entries[index].image, {}, progress_, stop_);
    } catch (const InputError& error) {
      throw InputError({error.what(), place_of(manifest_, index)});
    }
    // As a diagnosis shows it to the network.
    const imaging::Turn turn = imaging::turn_to_upright(volume);
    const auto step = static_cast<std::size_t>(std::max(classifier_.batch_size(), 1));
    for (std::size_t first = 0; first < volume.slice_count(); first += step) {
      throw_if_stopped(stop_);
      std::vector<Slice> slices;
      for (std::size_t i = first; i < std::min(first + step, volume.slice_count()); ++i) {
        slices.push_back({index,
                          name_in_study(index, i),
                          imaging::turned(imaging::windowed(volume, i, preprocessing()), turn),
                          {},
                          {}});
      }
      classify(slices);
    }
  }

  void classify(std::vector<Slice>& slices) {
    for_each_size(slices, preprocessing(),
                  [&](std::span<Slice> alike, const imaging::Fit& fit, const at::Tensor& input) {
                    const at::Tensor logits = classifier_.logits(input).to(torch::kFloat64);
                    for (std::size_t i = 0; i < alike.size(); ++i) {
                      const auto row = static_cast<std::int64_t>(i);
                      add(alike[i], probability_of(logits[row], classifier_, alike[i].name));
                      if (options_.maps && has_map(alike[i])) {
                        add_map(alike[i], fit, input.narrow(0, row, 1));
                      }
                    }
                  });
    progress_.update("classifying", slices.back().entry + 1, manifest_.entries.size());
  }

  void add(const Slice& slice, double probability) {
    const data::ManifestEntry& entry = manifest_.entries[slice.entry];
    SlicePrediction prediction;
    prediction.patient = entry.patient;
    prediction.slice = slice.name;
    prediction.probability = probability;
    if (holds_study(entry)) {
      prediction.patient = patient_of_study(slice.entry);
      prediction.patient_label = truth_of(entry);
    } else {
      prediction.label = truth_of(entry);
    }
    run_.predictions.push_back(std::move(prediction));
  }

  [[nodiscard]] bool has_map(const Slice& slice) const {
    return manifest_.entries[slice.entry].label == 1 && !slice.mask.empty() &&
           cv::countNonZero(slice.mask) > 0;
  }

  // In the network's view: what its crop leaves out can hold neither map nor opacity.
  void add_map(const Slice& slice, const imaging::Fit& fit, const at::Tensor& input) {
    const at::Tensor coarse =
        explain::activation_map(classifier_.network(), classifier_.placed(input), options_.reading)
            .detach()
            .to(torch::kCPU)
            .to(torch::kFloat32);
    cv::Mat annotation;
    imaging::apply_to_mask(fit, slice.mask).convertTo(annotation, CV_32F);
    const at::Tensor target = torch::from_blob(annotation.ptr<float>(),
                                               {annotation.rows, annotation.cols}, torch::kFloat32);
    MapShare share;
    share.name = slice.name;
    share.patient = manifest_.entries[slice.entry].patient;
    share.inside = explain::share_inside(coarse[0], target);
    share.opacity_share = cv::mean(annotation)[0];
    run_.maps.push_back(std::move(share));
    if (options_.on_map) {
      const at::Tensor seen = torch::upsample_bilinear2d(explain::normalised(coarse).unsqueeze(1),
                                                         {fit.input_rows, fit.input_columns}, false)
                                  .contiguous();
      const cv::Mat whole = imaging::restore(
          cv::Mat(fit.input_rows, fit.input_columns, CV_32FC1, seen.mutable_data_ptr<float>()),
          fit);
      options_.on_map(slice.name, slice.grey, whole, slice.mask);
    }
  }

  inference::ClassifierRunner& classifier_;
  const data::Manifest& manifest_;
  const ClassifierRunOptions& options_;
  Progress& progress_;
  std::stop_token stop_;
  std::vector<std::string> names_;
  std::map<std::string, int> studies_;  // of each patient
  ClassifierRun run_;
};

}  // namespace

void require_consistent_labels(const data::Manifest& manifest) {
  const std::vector<std::string> names = names_of(manifest);
  metrics::PatientMeter meter;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const data::ManifestEntry& entry = manifest.entries[i];
    try {
      if (holds_study(entry)) {
        meter.add(patient_of(entry, names[i]), false, std::nullopt, truth_of(entry));
      } else if (!entry.patient.empty()) {
        meter.add(entry.patient, false, truth_of(entry));
      }
    } catch (const InputError& error) {
      throw InputError({error.what(), place_of(manifest, i)});
    }
  }
}

ClassifierRun run_classifier(inference::ClassifierRunner& classifier,
                             const data::Manifest& manifest, const ClassifierRunOptions& options,
                             Progress& progress, const std::stop_token& stop) {
  require_consistent_labels(manifest);
  return Run(classifier, manifest, options, progress, stop).all();
}

}  // namespace jcs::evaluation
