#pragma once

#include "jcs/diagnosis/networks.hpp"
#include "jcs/inference/classifier_runner.hpp"
#include "jcs/inference/segmenter_runner.hpp"

namespace jcs::diagnosis {

/// A trained network as the pipeline needs it; the runner outlives it. A GPU is asked ahead, so
/// that it computes while the processor prepares slices and restores maps. On a CPU both would
/// share the same cores.
SliceNetwork as_network(inference::ClassifierRunner& runner);
SliceNetwork as_network(inference::SegmenterRunner& runner);

}  // namespace jcs::diagnosis
