#include "as_network.hpp"

namespace jcs::diagnosis {

namespace {

template <class Runner>
SliceNetwork network_of(Runner& runner, at::Tensor (Runner::*run)(const at::Tensor&)) {
  SliceNetwork network = {[&runner, run](const at::Tensor& input) { return (runner.*run)(input); },
                          runner.card().preprocessing, runner.batch_size(), runner.file()};
  network.ask = [&runner](const at::Tensor& grey) { return runner.ask(grey); };
  network.grey_slices = [&runner](at::IntArrayRef size) { return runner.grey_slices(size); };
  network.answers_later = !runner.device().is_cpu();
  return network;
}

}  // namespace

SliceNetwork as_network(inference::ClassifierRunner& runner) {
  return network_of(runner, &inference::ClassifierRunner::logits);
}

SliceNetwork as_network(inference::SegmenterRunner& runner) {
  return network_of(runner, &inference::SegmenterRunner::probabilities);
}

}  // namespace jcs::diagnosis
