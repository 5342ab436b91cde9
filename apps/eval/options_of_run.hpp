#pragma once

#include <filesystem>
#include <type_traits>

#include "jcs/config/yaml.hpp"
#include "jcs/core/error.hpp"
#include "jcs/training/options.hpp"

namespace jcs::app {

/// What a training run's folder says that it was trained with. @throws UsageError also where it is
/// the run of a network of the other kind, naming the program that measures it.
template <class Options>
Options options_of_run(const std::filesystem::path& run) {
  constexpr bool segments = std::is_same_v<Options, training::SegmenterTrainingOptions>;
  using Other = std::conditional_t<segments, training::ClassifierTrainingOptions,
                                   training::SegmenterTrainingOptions>;
  const std::filesystem::path file = run / "config.yaml";
  try {
    return config::load<Options>(file);
  } catch (const UsageError&) {
    // The first key that only one of them has would be called unknown.
    bool other = true;
    try {
      config::load<Other>(file);
    } catch (const Error&) {
      other = false;
    }
    if (other) {
      throw UsageError({segments ? "is a classifier's run" : "is a segmenter's run", run.string(),
                        segments ? "a segmenter's; eval_cls measures this one"
                                 : "a classifier's; eval_seg measures this one"});
    }
    throw;
  }
}

}  // namespace jcs::app
