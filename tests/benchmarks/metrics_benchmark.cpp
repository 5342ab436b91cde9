// Every segmentation metric on one picture of 512 x 512 pixels: opacities of a lung slice and the
// soft map that a network makes of them. "Naive" lines do the same by the definition, as the ratio
// to compare with.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <benchmark/benchmark.h>

#include "jcs/core/random.hpp"
#include "jcs/metrics/bootstrap.hpp"
#include "jcs/metrics/distance_transform.hpp"
#include "jcs/metrics/mae.hpp"
#include "jcs/metrics/picture_scores.hpp"
#include "jcs/metrics/roc.hpp"
#include "jcs/metrics/s_measure.hpp"
#include "jcs/metrics/surface.hpp"
#include "jcs/metrics/weighted_f.hpp"

namespace {

using namespace jcs::metrics;

constexpr int kSize = 512;
constexpr PictureShape kShape{
    .rows = kSize, .columns = kSize, .row_spacing_mm = 0.7, .column_spacing_mm = 0.7};

struct Picture {
  std::vector<float> map;
  std::vector<std::uint8_t> annotation;
  std::vector<std::uint8_t> mask;
};

/// Ragged blobs in two lungs; the map is shifted, soft at the borders and nowhere exactly 0.
Picture blobs() {
  struct Blob {
    double row, column, radius;
  };
  const std::vector<Blob> all = {{180, 140, 42}, {300, 160, 25}, {350, 380, 55}, {210, 390, 18}};
  const auto inside = [&](double row, double column) {
    double best = -1e9;
    for (const auto& blob : all) {
      const double y = row - blob.row;
      const double x = column - blob.column;
      const double ragged =
          1.0 + 0.15 * std::sin(5.0 * std::atan2(y, x)) + 0.05 * std::sin(17.0 * std::atan2(y, x));
      best = std::max(best, blob.radius * ragged - std::hypot(y, x));
    }
    return best;
  };
  jcs::Random random(7);
  Picture picture;
  for (int r = 0; r < kSize; ++r) {
    for (int c = 0; c < kSize; ++c) {
      const double p = 1.0 / (1.0 + std::exp(-inside(r + 3.0, c - 2.0) / 3.0));
      picture.map.push_back(static_cast<float>(std::clamp(p + 0.01 * random.uniform(), 0.0, 1.0)));
      picture.annotation.push_back(inside(r, c) > 0.0 ? 1 : 0);
    }
  }
  picture.mask = binarised(picture.map);
  return picture;
}

const Picture& picture() {
  static const Picture kPicture = blobs();
  return kPicture;
}

template <class Metric>
void time_of(benchmark::State& state, Metric metric) {
  const Picture& one = picture();
  for (auto _ : state) {
    benchmark::DoNotOptimize(metric(one));
  }
}

/// E by 256 passes, each thresholding and counting anew.
double naive_e(const Picture& one) {
  double sum = 0.0;
  std::vector<std::uint8_t> mask(one.map.size());
  for (int k = 0; k < 256; ++k) {
    const float threshold = static_cast<float>(k) / 255.0F;
    std::transform(one.map.begin(), one.map.end(), mask.begin(),
                   [threshold](float p) { return p >= threshold ? 1 : 0; });
    sum += e_measure(mask, one.annotation);
  }
  return sum / 256.0;
}

/// Hausdorff's distance by comparing every border pixel with every other.
double naive_hausdorff(const Picture& one) {
  const auto border = [](const std::vector<std::uint8_t>& mask) {
    std::vector<std::pair<int, int>> result;
    for (int r = 1; r + 1 < kSize; ++r) {
      for (int c = 1; c + 1 < kSize; ++c) {
        const auto i = static_cast<std::size_t>(r) * kSize + static_cast<std::size_t>(c);
        if (mask[i] != 0 && (mask[i - 1] & mask[i + 1] & mask[i - kSize] & mask[i + kSize]) == 0) {
          result.emplace_back(r, c);
        }
      }
    }
    return result;
  };
  const auto from = border(one.mask);
  const auto to = border(one.annotation);
  double largest = 0.0;
  for (const auto& [r, c] : from) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const auto& [y, x] : to) {
      nearest = std::min(nearest, std::hypot(0.7 * (r - y), 0.7 * (c - x)));
    }
    largest = std::max(largest, nearest);
  }
  return largest;
}

const int kRegistered = [] {
  const auto add = [](const char* name, auto metric) {
    benchmark::RegisterBenchmark(name, [metric](benchmark::State& state) {
      time_of(state, metric);
    })->Unit(benchmark::kMicrosecond);
  };
  add("Overlap", [](const Picture& p) { return overlap(p.map, p.annotation); });
  add("MeanAbsoluteError",
      [](const Picture& p) { return mean_absolute_error(p.map, p.annotation); });
  add("EMeasure", [](const Picture& p) { return e_measure(p.map, p.annotation); });
  add("EMeasure/Naive", naive_e);
  add("SMeasure", [](const Picture& p) { return s_measure(p.map, p.annotation, kShape); });
  add("NearestForeground",
      [](const Picture& p) { return nearest_foreground(p.annotation, kShape).index.size(); });
  add("WeightedF", [](const Picture& p) { return weighted_f(p.map, p.annotation, kShape); });
  add("Surface", [](const Picture& p) { return surface_distances(p.mask, p.annotation, kShape); });
  add("Surface/NaiveOneDirection", naive_hausdorff);
  add("PictureScores",
      [](const Picture& p) { return picture_scores(p.map, p.annotation, kShape); });
  return 0;
}();

/// As many slices as the paper's test set has, of 400 patients.
void roc_resample(benchmark::State& state) {
  constexpr std::size_t kCases = 132'752;
  constexpr std::size_t kPatients = 400;
  jcs::Random random(3);
  std::vector<ScoredCase> cases;
  std::vector<std::size_t> patient;
  for (std::size_t i = 0; i < kCases; ++i) {
    const bool truth = random.coin();
    cases.push_back(
        {.probability = random.uniform(truth ? 0.2 : 0.0, truth ? 1.0 : 0.8), .truth = truth});
    patient.push_back(i % kPatients);
  }
  const RankedCases ranked(cases, patient);
  std::vector<std::int32_t> weight(kPatients);
  for (auto& one : weight) {
    one = static_cast<std::int32_t>(random.integer(0, 3));
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(ranked.roc_area(weight));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCases));
}
BENCHMARK(roc_resample)->Name("RocArea/Resample")->Unit(benchmark::kMicrosecond);

/// 2000 resamples of the mean over the paper's 1061 test pictures of 50 patients.
void bootstrap_of_pictures(benchmark::State& state) {
  jcs::Random random(3);
  std::vector<std::optional<double>> figures;
  std::vector<std::size_t> patient;
  for (std::size_t i = 0; i < 1061; ++i) {
    figures.emplace_back(random.uniform());
    patient.push_back(i % 50);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(bootstrap_mean(figures, patient));
  }
}
BENCHMARK(bootstrap_of_pictures)->Name("BootstrapMean")->Unit(benchmark::kMicrosecond);

}  // namespace
