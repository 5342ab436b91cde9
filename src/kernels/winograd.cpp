#include "jcs/kernels/winograd.hpp"

#include <algorithm>
#include <array>

#include "panels.hpp"
#include "split_product.hpp"

namespace jcs::kernels {

namespace {

constexpr std::int64_t kTile = 4;       // pixels of an output tile along an edge
constexpr std::int64_t kTileInput = 6;  // and of the input that it depends on

// Tiles of one task, measured: more of them share a walk through the weights, fewer stay in a cache
// of the second level. On AMX, where products take less time than what they need takes to arrive,
// it depends on the channels what comes to more.
std::int64_t usual_tiles(const VectorCode& code, int in, int out) {
  constexpr std::int64_t kTiles = 96, kFew = 32, kMany = 128;
  constexpr int kManyChannels = 96;
  if (code.split == nullptr) return kTiles;
  return std::max(in, out) < kManyChannels ? kFew : kMany;
}

/// How many tiles a task has: about so many, and all threads have equally much to do.
std::int64_t tiles_of_a_task(std::int64_t count, std::int64_t usual, int threads,
                             std::int64_t step) {
  const std::int64_t round = usual * threads;
  const std::int64_t rounds = std::max<std::int64_t>(1, (count + round / 2) / round);
  const std::int64_t tasks = rounds * threads;
  return filled_up((count + tasks - 1) / tasks, step);
}

// G of the formula in vectors.inl.
constexpr std::array<std::array<double, 3>, 6> kG = {{{1.0 / 4, 0, 0},
                                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                                      {0, 0, 1}}};

/// G g Gᵀ of one kernel, in double precision: it is done once.
std::array<double, kTilePositions> transformed(const float* g) {
  std::array<std::array<double, 3>, 6> rows{};  // G g
  for (std::size_t y = 0; y < 6; ++y) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t i = 0; i < 3; ++i)
        rows[y][j] += kG[y][i] * static_cast<double>(g[i * 3 + j]);
    }
  }
  std::array<double, kTilePositions> all{};
  for (std::size_t y = 0; y < 6; ++y) {
    for (std::size_t x = 0; x < 6; ++x) {
      for (std::size_t j = 0; j < 3; ++j) all[y * 6 + x] += rows[y][j] * kG[x][j];
    }
  }
  return all;
}

/// Where a tile lies.
struct Place {
  std::int64_t picture, top, left;  ///< of the output tile's first pixel
};

/// The tiles of maps of one extent, and where a tile's pixels are. With a dilation d, every d-th
/// pixel of every d-th row belongs to one tile: the map falls apart into d² maps that have nothing
/// to do with each other, and a tile lies in one of them.
class Tiling {
 public:
  Tiling(const Extent& extent, std::int64_t dilation)
      : extent_(extent),
        dilation_(dilation),
        down_(tiles_along(extent.height)),
        across_(tiles_along(extent.width)) {}

  [[nodiscard]] std::int64_t count() const { return extent_.pictures * down_ * across_; }

  [[nodiscard]] Place place(std::int64_t tile) const {
    const std::int64_t in_picture = tile % (down_ * across_);
    return {tile / (down_ * across_), first_pixel(in_picture / across_),
            first_pixel(in_picture % across_)};
  }

  /// The square of `edge` pixels that begins `before` pixels above and left of a place, row by row:
  /// the index of each pixel, or −1 outside of the map.
  template <std::int64_t edge>
  [[nodiscard]] std::array<std::int64_t, edge * edge> pixels(const Place& place,
                                                             std::int64_t before) const {
    std::array<std::int64_t, edge * edge> indices;
    std::size_t at = 0;
    for (std::int64_t i = -before; i < edge - before; ++i) {
      const std::int64_t y = place.top + i * dilation_;
      const std::int64_t row = (place.picture * extent_.height + y) * extent_.width;
      for (std::int64_t j = -before; j < edge - before; ++j) {
        const std::int64_t x = place.left + j * dilation_;
        const bool inside = y >= 0 && y < extent_.height && x >= 0 && x < extent_.width;
        indices[at++] = inside ? row + x : -1;
      }
    }
    return indices;
  }

 private:
  [[nodiscard]] std::int64_t tiles_along(std::int64_t pixels) const {
    const std::int64_t span = kTile * dilation_;
    // Behind the last whole span, each of its first pixels begins a tile.
    return pixels / span * dilation_ + std::min(pixels % span, dilation_);
  }

  [[nodiscard]] std::int64_t first_pixel(std::int64_t tile) const {
    return tile / dilation_ * dilation_ * kTile + tile % dilation_;
  }

  Extent extent_;
  std::int64_t dilation_;
  std::int64_t down_, across_;
};

/// A run of tiles transformed: in each position a matrix [tiles × in].
class TransformedTiles {
 public:
  TransformedTiles(const VectorCode& code, std::span<const Channels> parts, int in,
                   std::int64_t tiles)
      : code_(code), parts_(parts), in_(in), tiles_(tiles), splits_(can_split()) {
    // Rows that are a power of two apart would fall onto the same few lines of a cache.
    row_stride_ = filled_up(in, code.lanes) + code.lanes;
    position_stride_ =
        splits_ ? code.split->tiles_bytes(tiles, in) / static_cast<std::int64_t>(sizeof(float))
                : tiles * row_stride_;
    data_ = workspace(0, kTilePositions * position_stride_);
  }

  /// @param zeros as many as the widest part has channels
  void take(std::int64_t tile, const Place& place,
            const std::array<std::int64_t, kTilePositions>& indices, const float* zeros) {
    int first = 0;
    for (const Channels& part : parts_) {
      std::array<const float*, kTilePositions> pixels;
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = indices[i] < 0 ? zeros : part.data + indices[i] * part.pixel_stride;
      }
      const float* scale =
          part.scale == nullptr ? nullptr : part.scale + place.picture * part.scale_stride;
      if (splits_) {
        code_.split->tile_in(pixels.data(), part.count, scale, first, in_, tile, data_,
                             position_stride_ * static_cast<std::int64_t>(sizeof(float)));
      } else {
        code_.tile_in(pixels.data(), part.count, scale, data_ + tile * row_stride_ + first,
                      position_stride_);
      }
      first += part.count;
    }
  }

  /// `out` = the matrix of a position times panels.
  void multiply(std::int64_t position, std::int64_t columns, const float* panels, float* out,
                std::int64_t out_stride) const {
    const float* matrix = data_ + position * position_stride_;
    if (splits_) {
      code_.split->multiply_tiles(tiles_, columns, matrix, in_, panels, out, out_stride, {});
      return;
    }
    const Segment segment = {matrix, row_stride_, in_};
    kernels::multiply(code_, tiles_, columns,
                      {.segments = {&segment, 1},
                       .depth = in_,
                       .panels = panels,
                       .out = out,
                       .out_stride = out_stride});
  }

 private:
  // Tiles can be split as they are transformed where each part begins with a vector.
  [[nodiscard]] bool can_split() const {
    return code_.split != nullptr &&
           std::ranges::all_of(parts_.first(parts_.size() - 1),
                               [&](const Channels& part) { return part.count % code_.lanes == 0; });
  }

  const VectorCode& code_;
  std::span<const Channels> parts_;
  int in_;
  std::int64_t tiles_;
  bool splits_;
  std::int64_t row_stride_, position_stride_;  ///< floats
  float* data_;
};

}  // namespace

Winograd::Winograd(std::span<const float> weights, std::span<const float> bias, int in, int out,
                   int dilation, InstructionSet set, const Workers& workers)
    : in_(in),
      out_(out),
      dilation_(dilation),
      set_(set),
      bias_(panel_bias(bias, out, vector_code(set))) {
  const VectorCode& code = vector_code(set);
  const int panel = code.panel, depth = panel_depth(code, in);
  const auto size = static_cast<std::size_t>(filled_up(out, panel) * depth);
  panels_.resize(size * kTilePositions);
  workers.run((out + panel - 1) / panel, [&](std::int64_t task) {
    float* const first = panels_.data() + task * panel * depth;
    float* to = first;
    for (int from = 0; from < in; ++from) {
      for (std::int64_t column = task * panel; column < (task + 1) * panel; ++column, ++to) {
        if (column >= out) continue;
        const auto all = transformed(weights.data() + (column * in + from) * 9);
        for (std::size_t position = 0; position < kTilePositions; ++position) {
          to[position * size] = static_cast<float>(all[position]);
        }
      }
    }
    for (std::size_t position = 0; position < kTilePositions; ++position) {
      lay_out(code, first + position * size, in);
    }
  });
}

void Winograd::run(std::span<const Channels> parts, const Extent& extent, const Output& output,
                   const Workers& workers) const {
  const VectorCode& code = vector_code(set_);
  const Tiling tiling(extent, dilation_);
  const std::int64_t most =
      tiles_of_a_task(tiling.count(), usual_tiles(code, in_, out_), workers.threads,
                      code.split == nullptr ? 1 : code.split->row_step);
  const std::int64_t out_stride = filled_up(out_, code.panel) + code.lanes;
  const auto widest = std::ranges::max(parts, {}, &Channels::count).count;
  const std::vector<float> zeros(static_cast<std::size_t>(widest), 0.0F);
  const std::int64_t panel_size = filled_up(out_, code.panel) * panel_depth(code, in_);

  workers.run((tiling.count() + most - 1) / most, [&](std::int64_t task) {
    const std::int64_t first = task * most;
    const std::int64_t tiles = std::min(most, tiling.count() - first);
    TransformedTiles inputs(code, parts, in_, tiles);
    float* products = workspace(1, kTilePositions * tiles * out_stride);

    for (std::int64_t t = 0; t < tiles; ++t) {
      const Place place = tiling.place(first + t);
      inputs.take(t, place, tiling.pixels<kTileInput>(place, 1), zeros.data());
    }

    for (std::int64_t position = 0; position < kTilePositions; ++position) {
      inputs.multiply(position, filled_up(out_, code.panel), panels_.data() + position * panel_size,
                      products + position * tiles * out_stride, out_stride);
    }

    for (std::int64_t t = 0; t < tiles; ++t) {
      const Place place = tiling.place(first + t);
      const auto indices = tiling.pixels<kTile>(place, 0);
      std::array<float*, kTilePixels> pixels;
      std::array<const float*, kTilePixels> addends;
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        const bool inside = indices[i] >= 0;
        pixels[i] = inside ? output.data + indices[i] * output.pixel_stride : nullptr;
        addends[i] = inside && output.addend != nullptr
                         ? output.addend + indices[i] * output.addend_stride
                         : nullptr;
      }
      code.tile_out(products + t * out_stride, tiles * out_stride, out_, bias_.data(),
                    output.addend == nullptr ? nullptr : addends.data(), output.relu,
                    pixels.data());
    }
  });
}

}  // namespace jcs::kernels
