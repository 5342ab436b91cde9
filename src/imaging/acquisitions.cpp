#include "acquisitions.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "jcs/core/text.hpp"

#include "slice_order.hpp"
#include "vector3.hpp"

namespace jcs::imaging {
namespace {

// Neighbouring slabs may have so many slices in common.
constexpr std::size_t kMostCommonSlices = 2;

struct Acquisition {
  std::optional<int> temporal_position, number;
  std::vector<std::size_t> slices;
  std::vector<double> places;  ///< along the normal, ascending
};

/// Places along the normal, or nothing when not all slices have one.
std::vector<double> places_of(const std::vector<SliceHeader>& slices) {
  const SliceHeader& first = slices.front();
  const Vec3 normal = first.row_direction
                          ? slice_normal(*first.row_direction, *first.column_direction)
                          : Vec3{0, 0, 1};
  std::vector<double> places;
  for (const SliceHeader& slice : slices) {
    if (slice.position.has_value() != first.position.has_value()) return {};
    if (slice.position) {
      places.push_back(dot(*slice.position, normal));
    } else if (slice.slice_location) {
      places.push_back(*slice.slice_location);
    } else {
      return {};
    }
  }
  return places;
}

std::vector<Acquisition> acquisitions_of(const std::vector<SliceHeader>& slices,
                                         const std::vector<double>& places) {
  using Key = std::pair<std::optional<int>, std::optional<int>>;
  std::map<Key, Acquisition> by_key;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    Acquisition& one = by_key[{slices[i].temporal_position, slices[i].acquisition_number}];
    one.slices.push_back(i);
    one.places.push_back(places[i]);
  }
  std::vector<Acquisition> all;
  for (auto& [key, one] : by_key) {
    std::tie(one.temporal_position, one.number) = key;
    std::sort(one.places.begin(), one.places.end());
    all.push_back(std::move(one));
  }
  return all;
}

std::size_t count_between(const std::vector<double>& places, double low, double high) {
  const auto begin = std::lower_bound(places.begin(), places.end(), low - kSamePlaceMm);
  return static_cast<std::size_t>(std::upper_bound(begin, places.end(), high + kSamePlaceMm) -
                                  begin);
}

bool overlap(const Acquisition& a, const Acquisition& b) {
  const double low = std::max(a.places.front(), b.places.front());
  const double high = std::min(a.places.back(), b.places.back());
  if (low > high + kSamePlaceMm) return false;
  return std::max(count_between(a.places, low, high), count_between(b.places, low, high)) >
         kMostCommonSlices;
}

/// `acquisition 2`, `acquisitions 1 to 4`
std::string range(const std::string& what, const std::set<int>& numbers) {
  if (numbers.empty()) return "no " + what;
  if (numbers.size() == 1) return what + " " + std::to_string(*numbers.begin());
  return what + "s " + std::to_string(*numbers.begin()) + " to " +
         std::to_string(*numbers.rbegin());
}

/// What the acquisitions of a group are called, by what the series has more than one of.
std::string name_of(const std::vector<const Acquisition*>& group,
                    const std::vector<Acquisition>& all) {
  std::set<int> numbers, positions;
  for (const Acquisition* one : group) {
    if (one->number) numbers.insert(*one->number);
    if (one->temporal_position) positions.insert(*one->temporal_position);
  }
  const Acquisition& first = all.front();
  const bool differ_in_number = std::any_of(
      all.begin(), all.end(), [&](const Acquisition& a) { return a.number != first.number; });
  const bool differ_in_time = std::any_of(all.begin(), all.end(), [&](const Acquisition& a) {
    return a.temporal_position != first.temporal_position;
  });
  std::vector<std::string> parts;
  if (differ_in_number) parts.push_back(range("acquisition", numbers));
  if (differ_in_time) parts.push_back(range("temporal position", positions));
  return joined(parts);
}

}  // namespace

std::vector<AcquisitionGroup> acquisition_groups(const std::vector<SliceHeader>& slices) {
  AcquisitionGroup whole;
  whole.slices.resize(slices.size());
  std::iota(whole.slices.begin(), whole.slices.end(), std::size_t{0});
  if (slices.empty()) return {whole};
  const std::vector<double> places = places_of(slices);
  if (places.empty()) return {whole};
  const std::vector<Acquisition> all = acquisitions_of(slices, places);

  // In the order of time and number: slabs of one phase follow each other, and the first that lies
  // where its group has been already begins the next phase.
  std::vector<std::vector<const Acquisition*>> groups(1);
  std::vector<const Acquisition*> wide;  // of the last group; the others overlap with nothing
  for (const Acquisition& one : all) {
    if (one.slices.size() > kMostCommonSlices) {
      if (std::any_of(wide.begin(), wide.end(),
                      [&](const Acquisition* other) { return overlap(one, *other); })) {
        groups.emplace_back();
        wide.clear();
      }
      wide.push_back(&one);
    }
    groups.back().push_back(&one);
  }
  if (groups.size() == 1) return {whole};

  std::vector<AcquisitionGroup> named;
  for (const auto& group : groups) {
    AcquisitionGroup part{.name = name_of(group, all), .slices = {}};
    for (const Acquisition* one : group) {
      part.slices.insert(part.slices.end(), one->slices.begin(), one->slices.end());
    }
    std::sort(part.slices.begin(), part.slices.end());
    named.push_back(std::move(part));
  }
  return named;
}

}  // namespace jcs::imaging
