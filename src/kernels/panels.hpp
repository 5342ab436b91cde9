#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vector_code.hpp"

namespace jcs::kernels {

/// `count` filled up to whole multiples of `step`.
inline std::int64_t filled_up(std::int64_t count, std::int64_t step) {
  return (count + step - 1) / step * step;
}

/// Of a panel in memory: `depth`, filled up to what the code reads at once.
int panel_depth(const VectorCode& code, int depth);

/// Brings a panel, [panel_depth][panel] and filled up with zeros, into the order the code reads.
void lay_out(const VectorCode& code, float* panel, int depth);

/// A bias for whole panels: zeros behind `bias`, or all zeros where there is none.
std::vector<float> panel_bias(std::span<const float> bias, int out, const VectorCode& code);

/// All columns of a product for any number of rows: groups of rows of about one size, of as many as
/// the code takes at once.
struct Product {
  std::span<const Segment> segments;
  int depth = 0;                  ///< of all segments
  const float* panels = nullptr;  ///< laid out, one behind the other
  float* out = nullptr;
  std::int64_t out_stride = 0;
  Finish finish = {};
};

/// @param columns to be stored; may end within a panel
void multiply(const VectorCode& code, std::int64_t rows, std::int64_t columns,
              const Product& product);

/// Floats for this thread's use until it asks for the same `slot` again; they begin at a cache
/// line.
float* workspace(int slot, std::int64_t count);

}  // namespace jcs::kernels
