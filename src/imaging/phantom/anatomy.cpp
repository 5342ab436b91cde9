#include "anatomy.hpp"

#include "jcs/core/random.hpp"

#include "skeleton.hpp"
#include "soft_tissue.hpp"

namespace jcs::imaging::phantom {

namespace {

// Every part of the patient has random numbers of its own, so that opacities change nothing else.
enum Stream : std::uint64_t { kBuild, kTexture, kTubes, kOpacities, kOpacityTexture };

double lung_hu(const Build& build, const Texture& texture, const Point& p) {
  double hu = build.parenchyma_hu + build.gravity_hu * p.y / build.cage_depth;
  hu += 22 * texture(p, 24) + 12 * texture(p, 8);
  // The oblique fissure, from high at the back to low in front.
  const double h = build.lung_height;
  const double fissure =
      p.z - 0.43 * h - 0.62 * h * p.y / (1.8 * build.cage_depth) + 5 * texture(p, 35);
  if (std::abs(fissure) < 3) hu += 110 * std::exp(-square(fissure / 1.1));
  return hu;
}

}  // namespace

Grid::Grid(const Build& build, int rows, int columns, double column_spacing, double row_spacing,
           int samples)
    : rows_(rows * samples),
      columns_(columns * samples),
      column_spacing_(column_spacing / samples),
      row_spacing_(row_spacing / samples),
      cos_(std::cos(build.rotation)),
      sin_(std::sin(build.rotation)),
      offset_x_(build.offset_x),
      offset_y_(build.offset_y) {}

Point Grid::chest(int row, int column) const {
  const double x = (column - 0.5 * (columns_ - 1)) * column_spacing_ - offset_x_;
  const double y = (row - 0.5 * (rows_ - 1)) * row_spacing_ - offset_y_;
  return {cos_ * x + sin_ * y, cos_ * y - sin_ * x, 0};
}

Grid::Box Grid::box(const Point& a, const Point& b, double reach) const {
  double left = 1e9, right = -1e9, front = 1e9, back = -1e9;
  for (const double x : {a.x, b.x}) {
    for (const double y : {a.y, b.y}) {
      const double u = cos_ * x - sin_ * y + offset_x_;
      const double v = sin_ * x + cos_ * y + offset_y_;
      left = std::min(left, u - reach);
      right = std::max(right, u + reach);
      front = std::min(front, v - reach);
      back = std::max(back, v + reach);
    }
  }
  const auto index = [](double mm, double spacing, int count) {
    return std::clamp(mm / spacing + 0.5 * (count - 1), -1.0, static_cast<double>(count));
  };
  return {
      std::max(0, static_cast<int>(std::floor(index(front, row_spacing_, rows_)))),
      std::min(rows_ - 1, static_cast<int>(std::ceil(index(back, row_spacing_, rows_)))),
      std::max(0, static_cast<int>(std::floor(index(left, column_spacing_, columns_)))),
      std::min(columns_ - 1, static_cast<int>(std::ceil(index(right, column_spacing_, columns_))))};
}

Anatomy::Anatomy(const PhantomOptions& options)
    : build_(draw_build(derive_seed(static_cast<std::uint64_t>(options.seed), kBuild))),
      texture_(derive_seed(static_cast<std::uint64_t>(options.seed), kTexture)),
      opacity_texture_(derive_seed(static_cast<std::uint64_t>(options.seed), kOpacityTexture)),
      tubes_(draw_tubes(build_, texture_,
                        derive_seed(static_cast<std::uint64_t>(options.seed), kTubes))) {
  if (options.diseased) {
    opacities_ = draw_opacities(build_, texture_,
                                derive_seed(static_cast<std::uint64_t>(options.seed), kOpacities),
                                options.opacities, options.opacity_radius_mm);
  }
}

SliceTruth Anatomy::slice(const Grid& grid, double z) const {
  const auto pixels =
      static_cast<std::size_t>(grid.rows()) * static_cast<std::size_t>(grid.columns());
  SliceTruth slice{std::vector<float>(pixels), std::vector<std::uint8_t>(pixels, 0),
                   std::vector<std::uint8_t>(pixels, 0)};
  fill_tissues(grid, Section(build_, texture_, z), slice);
  add_opacities(grid, z, slice);
  add_tubes(tubes_, grid, z, slice);
  return slice;
}

void Anatomy::fill_tissues(const Grid& grid, const Section& section, SliceTruth& slice) const {
  std::size_t i = 0;
  for (int row = 0; row < grid.rows(); ++row) {
    for (int column = 0; column < grid.columns(); ++column, ++i) {
      const Point p = grid.chest(row, column);
      Depths depths;
      depths.trunk = section.trunk(p.x, p.y);
      depths.skin = std::min(depths.trunk, section.breast(p.x, p.y));
      double hu = 0;
      if (depths.skin > 0) {
        hu = surroundings_hu(section, p.x, p.y);
      } else {
        depths.cage = section.cage(p.x, p.y);
        if (depths.cage < 0 && section.lungs(p.x, p.y) < 0) {
          slice.lungs[i] = 1;
          hu = lung_hu(build_, texture_, {p.x, p.y, section.z()});
        } else {
          const auto bone = skeleton_hu(build_, section, texture_, p.x, p.y, depths.cage);
          hu = bone ? *bone : soft_tissue_hu(build_, section, texture_, p.x, p.y, depths);
        }
      }
      slice.hu[i] = static_cast<float>(hu);
    }
  }
}

void Anatomy::add_opacities(const Grid& grid, double z, SliceTruth& slice) const {
  for (const Opacity& opacity : opacities_) {
    if (z < opacity.lowest || z > opacity.highest) continue;
    const Grid::Box box =
        grid.box({opacity.left, opacity.front, z}, {opacity.right, opacity.back, z}, 0);
    for (int row = box.first_row; row <= box.last_row; ++row) {
      for (int column = box.first_column; column <= box.last_column; ++column) {
        const std::size_t i =
            static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.columns()) +
            static_cast<std::size_t>(column);
        if (slice.lungs[i] == 0) continue;
        Point p = grid.chest(row, column);
        p.z = z;
        const double distance = opacity.distance(p, opacity_texture_);
        const double weight = smooth_step(kOpacityEdgeMm / 2, -kOpacityEdgeMm / 2, distance);
        if (weight <= 0) continue;
        const auto target = static_cast<float>(opacity.hu(p, distance, opacity_texture_));
        slice.hu[i] += static_cast<float>(weight) * std::max(0.0F, target - slice.hu[i]);
        if (weight >= 0.5) slice.mask[i] = 1;
      }
    }
  }
}

}  // namespace jcs::imaging::phantom
