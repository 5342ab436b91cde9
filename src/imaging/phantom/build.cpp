#include "build.hpp"

#include "jcs/core/random.hpp"

namespace jcs::imaging::phantom {

Build draw_build(std::uint64_t seed) {
  Random random(seed);
  Build b;
  b.female = random.coin();
  b.age = static_cast<int>(random.integer(25, 80));
  const double size = (b.female ? 0.95 : 1.03) * random.uniform(0.94, 1.06);
  b.lung_height = 255 * size * random.uniform(0.92, 1.08);
  b.cage_width = 132 * size * random.uniform(0.94, 1.05);
  b.cage_depth = 92 * size * random.uniform(0.90, 1.12);
  b.fat = random.uniform(7, 22);
  b.side_wall = 15 * size + b.fat;
  b.front_wall = 13 * size + 0.8 * b.fat;
  b.back_wall = 34 * size + 0.7 * b.fat;
  b.heart = size * random.uniform(0.92, 1.12);
  b.dome_right = b.lung_height * random.uniform(0.30, 0.38);
  b.dome_left = b.dome_right - random.uniform(12, 22);
  b.rotation = random.normal(0, 0.025);
  b.offset_x = random.uniform(-7, 7);
  b.offset_y = random.uniform(-10, 4);
  b.table_z = -0.1 * static_cast<double>(random.integer(2500, 4500));
  b.parenchyma_hu = random.uniform(-880, -840);
  b.gravity_hu = random.uniform(30, 80);
  b.outline_phase = random.uniform(0, 6.28);
  b.rib_phase = random.uniform(0, 1);
  b.rib_pitch = 25 * size;
  b.rib_drop = random.uniform(70, 95);
  b.stomach = random.uniform(0.6, 1.1);
  b.gas_level = random.uniform(-26, 6);
  return b;
}

}  // namespace jcs::imaging::phantom
