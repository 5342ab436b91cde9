#include "jcs/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/core/random.hpp"
#include "jcs/core/text.hpp"

#include "file_hashes.hpp"

namespace jcs::data {

namespace {

// Sets of entries that must stay together; each is known by its first entry.
class Together {
 public:
  explicit Together(std::size_t entries) : parent_(entries) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t first(std::size_t entry) {
    while (parent_[entry] != entry) {
      entry = parent_[entry] = parent_[parent_[entry]];
    }
    return entry;
  }
  void join(std::size_t a, std::size_t b) {
    const auto [low, high] = std::minmax({first(a), first(b)});
    parent_[high] = low;
  }

 private:
  std::vector<std::size_t> parent_;
};

Together groups_of(const Manifest& manifest, int threads, Progress& progress,
                   const std::stop_token& stop) {
  const auto hashes = image_hashes({&manifest}, threads, progress, stop);
  Together together(manifest.entries.size());
  std::map<std::string, std::size_t> patients, pictures;
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    const ManifestEntry& entry = manifest.entries[i];
    if (!entry.patient.empty()) {
      together.join(i, patients.try_emplace(entry.patient, i).first->second);
    }
    together.join(i, pictures.try_emplace(hashes.at(entry.image), i).first->second);
  }
  return together;
}

// Patients that are alike: of one source, and all with a positive slice or all without.
using Stratum = std::pair<std::string, bool>;

std::map<Stratum, std::vector<std::size_t>> strata_of(const Manifest& manifest,
                                                      Together& together) {
  std::map<std::size_t, bool> positive;
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    const ManifestEntry& entry = manifest.entries[i];
    bool& any = positive[together.first(i)];
    any = any || entry.label.value_or(entry.mask.empty() ? 0 : 1) == 1;
  }
  std::map<Stratum, std::vector<std::size_t>> strata;
  for (const auto& [group, any] : positive) {
    strata[{manifest.entries[group].source, any}].push_back(group);
  }
  return strata;
}

std::size_t share_of(double share, std::size_t patients) {
  if (share <= 0) {
    return 0;
  }
  const auto count = std::llround(share * static_cast<double>(patients));
  return static_cast<std::size_t>(std::max(count, 1LL));
}

// Takes `count` patients out of the strata, from each in proportion to its size; what is left over
// after rounding down comes from the strata that lost most by it.
std::vector<std::size_t> take(std::map<Stratum, std::vector<std::size_t>>& strata,
                              std::size_t count) {
  std::size_t all = 0;
  for (const auto& [stratum, groups] : strata) {
    all += groups.size();
  }
  if (count == 0 || all == 0) {
    return {};
  }
  struct Quota {
    std::vector<std::size_t>* groups;
    std::size_t whole;
    std::size_t remainder;
  };
  std::vector<Quota> quotas;
  std::size_t given = 0;
  for (auto& [stratum, groups] : strata) {
    const std::size_t exact = count * groups.size();
    quotas.push_back({&groups, exact / all, exact % all});
    given += exact / all;
  }
  std::stable_sort(quotas.begin(), quotas.end(),
                   [](const Quota& a, const Quota& b) { return a.remainder > b.remainder; });
  std::vector<std::size_t> taken;
  for (Quota& quota : quotas) {
    if (given < count && quota.remainder > 0) {
      ++quota.whole;
      ++given;
    }
    for (std::size_t i = 0; i < quota.whole; ++i) {
      taken.push_back(quota.groups->back());
      quota.groups->pop_back();
    }
  }
  return taken;
}

void check(const SplitOptions& options) {
  const bool shares = options.validation >= 0 && options.test >= 0 &&
                      options.validation + options.test > 0 &&
                      options.validation + options.test < 1;
  if (!shares) {
    throw UsageError({"no shares that leave patients for training",
                      {},
                      "validation and test from 0 on, together above 0 and below 1",
                      to_text(options.validation) + " and " + to_text(options.test)});
  }
}

}  // namespace

Split split_by_patient(const Manifest& manifest, const SplitOptions& options, int threads,
                       Progress& progress, const std::stop_token& stop) {
  check(options);
  Together together = groups_of(manifest, threads, progress, stop);
  auto strata = strata_of(manifest, together);
  std::size_t patients = 0;
  std::uint64_t number = 0;
  for (auto& [stratum, groups] : strata) {
    patients += groups.size();
    Random random(derive_seed(static_cast<std::uint64_t>(options.seed), number++));
    std::vector<std::size_t> shuffled;
    for (const std::size_t i : random.permutation(groups.size())) {
      shuffled.push_back(groups[i]);
    }
    groups = std::move(shuffled);
  }
  const std::size_t testing = share_of(options.test, patients);
  const std::size_t validating = share_of(options.validation, patients);
  if (testing + validating >= patients) {
    throw InputError({"too few patients for the parts", manifest.file.string(),
                      std::to_string(testing + validating + 1) + " or more",
                      std::to_string(patients)});
  }
  enum class Part { kTraining, kValidation, kTest };
  std::map<std::size_t, Part> parts;
  for (const std::size_t group : take(strata, testing)) parts[group] = Part::kTest;
  for (const std::size_t group : take(strata, validating)) parts[group] = Part::kValidation;

  Split split{{manifest.file, {}}, {manifest.file, {}}, {manifest.file, {}}};
  for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
    const auto part = parts.find(together.first(i));
    Manifest& to = part == parts.end()                 ? split.training
                   : part->second == Part::kValidation ? split.validation
                                                       : split.test;
    to.entries.push_back(manifest.entries[i]);
  }
  return split;
}

}  // namespace jcs::data
