#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>
#include "jcs/imaging/ct_volume.hpp"
namespace jcs::imaging {
struct Lungs { std::vector<std::uint8_t> mask; std::string missing; };
inline Lungs find_lungs(const CtVolume& volume, const std::stop_token& = {}) {
  Lungs l; if (volume.windowed) { l.missing = "stub"; return l; }
  for (std::size_t i = 0; i < volume.hu.size(); ++i) l.mask.push_back(volume.hu[i] > -950 && volume.hu[i] < -700 ? (i % volume.columns < (std::size_t)volume.columns / 2 ? 1 : 2) : 0);
  return l;
}
}
