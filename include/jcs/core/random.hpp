#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace jcs {

/// A seed that depends on all of its parts and on nothing else: sample `index` of `epoch` gets the
/// same random numbers whichever worker loads it.
std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index = 0);

/// Random numbers that are the same with every standard library (the distributions of <random> are
/// not).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform among the integers low … high, both included.
  std::int64_t integer(std::int64_t low, std::int64_t high);
  /// Normal with the given mean and standard deviation (Box–Muller).
  double normal(double mean = 0.0, double deviation = 1.0);
  /// Gamma with shape `shape` > 0 and scale 1 (Marsaglia and Tsang, 2000).
  double gamma(double shape);
  /// Beta(a, b) in [0, 1], a and b > 0.
  double beta(double a, double b);
  bool coin(double probability = 0.5) { return uniform() < probability; }
  /// The numbers 0 … n-1 in random order (Fisher–Yates).
  std::vector<std::size_t> permutation(std::size_t n);

 private:
  std::mt19937_64 engine_;
};

}  // namespace jcs
