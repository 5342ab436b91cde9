#include "jcs/kernels/winograd.hpp"

#include <algorithm>
#include <array>

#include "panels.hpp"

namespace jcs::kernels {

namespace {

constexpr std::int64_t kTile = 4;       // pixels of an output tile along an edge
constexpr std::int64_t kTileInput = 6;  // and of the input that it depends on

// Tiles of one task: as many as the caches hold beside a position's weights.
constexpr std::int64_t kTiles = 96;

// G of the formula in vector_code.inl.
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
  // Tasks of one size, and at least one a thread.
  const std::int64_t most =
      std::clamp<std::int64_t>((tiling.count() + workers.threads - 1) / workers.threads, 1, kTiles);
  const std::int64_t tasks = (tiling.count() + most - 1) / most;
  // Rows that are a power of two apart would fall onto the same few lines of a cache.
  const std::int64_t in_stride = filled_up(in_, code.lanes) + code.lanes;
  const std::int64_t out_stride = filled_up(out_, code.panel) + code.lanes;
  const auto widest = std::ranges::max(parts, {}, &Channels::count).count;
  const std::vector<float> zeros(static_cast<std::size_t>(widest), 0.0F);
  const std::int64_t panel_size = filled_up(out_, code.panel) * panel_depth(code, in_);

  workers.run(tasks, [&](std::int64_t task) {
    const std::int64_t first = tiling.count() * task / tasks;
    const std::int64_t tiles = tiling.count() * (task + 1) / tasks - first;
    float* inputs = workspace(0, kTilePositions * tiles * in_stride);
    float* products = workspace(1, kTilePositions * tiles * out_stride);

    for (std::int64_t t = 0; t < tiles; ++t) {
      const Place place = tiling.place(first + t);
      const auto indices = tiling.pixels<kTileInput>(place, 1);
      float* to = inputs + t * in_stride;
      for (const Channels& part : parts) {
        std::array<const float*, kTilePositions> pixels;
        for (std::size_t i = 0; i < pixels.size(); ++i) {
          pixels[i] = indices[i] < 0 ? zeros.data() : part.data + indices[i] * part.pixel_stride;
        }
        code.tile_in(
            pixels.data(), part.count,
            part.scale == nullptr ? nullptr : part.scale + place.picture * part.scale_stride, to,
            tiles * in_stride);
        to += part.count;
      }
    }

    for (std::int64_t position = 0; position < kTilePositions; ++position) {
      const Segment segment = {inputs + position * tiles * in_stride, in_stride, in_};
      multiply(code, tiles, filled_up(out_, code.panel),
               {.segments = {&segment, 1},
                .depth = in_,
                .panels = panels_.data() + position * panel_size,
                .out = products + position * tiles * out_stride,
                .out_stride = out_stride});
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
