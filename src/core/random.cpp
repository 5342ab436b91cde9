#include "jcs/core/random.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace jcs {

namespace {

// The finaliser of SplitMix64: every input bit flips every output bit with probability one half.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index) {
  return mixed(mixed(mixed(seed) ^ epoch) ^ index);
}

double Random::uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

std::int64_t Random::integer(std::int64_t low, std::int64_t high) {
  // Without signs: the widest ranges are wider than a signed number.
  const auto from = static_cast<std::uint64_t>(low);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - from + 1;
  if (span == 0) {
    return static_cast<std::int64_t>(engine_());
  }
  // Rejecting the incomplete last stretch keeps every value equally likely.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % span;
  std::uint64_t drawn = engine_();
  while (drawn >= limit) {
    drawn = engine_();
  }
  return static_cast<std::int64_t>(from + drawn % span);
}

double Random::normal(double mean, double deviation) {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return mean + deviation * radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double Random::gamma(double shape) {
  if (shape < 1.0) {
    const double boosted = gamma(shape + 1.0);
    return boosted * std::pow(1.0 - uniform(), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal();
    const double root = 1.0 + c * x;
    if (root <= 0.0) {
      continue;
    }
    const double v = root * root * root;
    if (std::log(1.0 - uniform()) < 0.5 * x * x + d * (1.0 - v + std::log(v))) {
      return d * v;
    }
  }
}

double Random::beta(double a, double b) {
  const double first = gamma(a);
  const double second = gamma(b);
  // For tiny shapes both may underflow to 0; the distribution's mass then lies at its ends.
  return first + second > 0.0 ? first / (first + second) : (coin(a / (a + b)) ? 1.0 : 0.0);
}

std::vector<std::size_t> Random::permutation(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) {
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(i) - 1))]);
  }
  return order;
}

}  // namespace jcs
