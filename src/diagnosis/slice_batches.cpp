#include "slice_batches.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <utility>

#include <torch/types.h>

#include "jcs/core/parallel.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/imaging/picture.hpp"

namespace jcs::diagnosis {

namespace {

// Batches that a network is asked for before the first answer is awaited: one that it computes and
// one that it finds ready behind that.
constexpr std::size_t kAskedAhead = 2;

/// Some slices, ready for a network.
struct Batch {
  std::span<const std::size_t> slices;
  at::Tensor input;  ///< for `run` or for `ask`
};

cv::Mat fitted(const SlicesToSee& see, std::size_t slice, const Preprocessing& preprocessing) {
  return imaging::apply(see.fit, imaging::windowed(see.volume, slice, preprocessing))(see.part);
}

at::Tensor normalised_input(const SlicesToSee& see, std::span<const std::size_t> slices,
                            const Preprocessing& preprocessing) {
  at::Tensor input =
      torch::empty({static_cast<std::int64_t>(slices.size()), 3, see.part.height, see.part.width},
                   torch::kFloat32);
  float* out = input.mutable_data_ptr<float>();
  for (const std::size_t slice : slices) {
    imaging::normalise(fitted(see, slice, preprocessing), preprocessing, out);
    out += 3 * static_cast<std::size_t>(see.part.area());
  }
  return input;
}

at::Tensor grey_input(const SlicesToSee& see, std::span<const std::size_t> slices,
                      const SliceNetwork& network) {
  at::Tensor input = network.grey_slices(
      {static_cast<std::int64_t>(slices.size()), see.part.height, see.part.width});
  auto* const out = input.mutable_data_ptr<std::uint8_t>();
  parallel_for(slices.size(), threads_beside(network), {}, [&](std::size_t i) {
    cv::Mat place(see.part.height, see.part.width, CV_8UC1,
                  out + i * static_cast<std::size_t>(see.part.area()));
    fitted(see, slices[i], network.preprocessing).copyTo(place);
  });
  return input;
}

/// Calls `use` with batch after batch while another thread prepares the next.
void for_each_batch(const SlicesToSee& see, const SliceNetwork& network,
                    const std::stop_token& stop, const std::function<void(const Batch&)>& use) {
  const std::size_t count = see.slices.size();
  const auto step = static_cast<std::size_t>(std::max(network.batch_size, 1));
  const auto prepare = [&](std::size_t first) {
    const auto slices = see.slices.subspan(first, std::min(step, count - first));
    return Batch{slices, network.ask ? grey_input(see, slices, network)
                                     : normalised_input(see, slices, network.preprocessing)};
  };
  if (count == 0) {
    return;
  }
  // The default policy prepares in place where no thread is to be had.
  std::future<Batch> ahead = std::async(prepare, std::size_t{0});
  for (std::size_t first = 0; first < count; first += step) {
    throw_if_stopped(stop);
    const Batch batch = ahead.get();
    if (first + step < count) {
      ahead = std::async(prepare, first + step);
    }
    use(batch);
  }
}

}  // namespace

int threads_beside(const SliceNetwork& network) { return network.answers_later ? 0 : 1; }

at::Tensor network_input(const imaging::CtVolume& volume, std::span<const std::size_t> slices,
                         const imaging::Fit& fit, const Preprocessing& preprocessing) {
  return normalised_input({volume, slices, fit, {0, 0, fit.input_columns, fit.input_rows}}, slices,
                          preprocessing);
}

void for_each_answer(
    const SlicesToSee& see, const SliceNetwork& network, const std::stop_token& stop,
    const std::function<void(std::span<const std::size_t> slices, const at::Tensor& answer)>& use) {
  const std::size_t ahead = network.answers_later ? kAskedAhead : 0;
  std::deque<std::pair<Batch, inference::PendingAnswer>> asked;
  const auto use_first = [&] {
    const auto [batch, answer] = std::move(asked.front());
    asked.pop_front();
    use(batch.slices, answer());
  };
  for_each_batch(see, network, stop, [&](const Batch& batch) {
    if (!network.ask) {
      use(batch.slices, network.run(batch.input));
      return;
    }
    asked.emplace_back(batch, network.ask(batch.input));
    if (asked.size() > ahead) use_first();
  });
  while (!asked.empty()) use_first();
}

}  // namespace jcs::diagnosis
