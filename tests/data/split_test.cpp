#include "jcs/data/split.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/data/overlap.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::data::Manifest;
using jcs::data::ManifestEntry;
using jcs::data::Split;
using jcs::data::split_by_patient;
using jcs::data::SplitOptions;
using jcs::test::TempDir;
using testing::HasSubstr;

class SplitTest : public testing::Test {
 protected:
  void add(const std::string& patient, std::optional<int> label, const std::string& source,
           const std::string& content = "") {
    const std::string name = std::to_string(manifest_.entries.size());
    std::ofstream(dir_ / name) << (content.empty() ? "unlike all others: " + name : content);
    ManifestEntry entry;
    entry.image = dir_ / name;
    entry.patient = patient;
    entry.label = label;
    entry.source = source;
    manifest_.entries.push_back(entry);
  }
  TempDir dir_;
  Manifest manifest_{"all.csv", {}};
};

std::set<std::string> patients(const Manifest& manifest) {
  std::set<std::string> names;
  for (const ManifestEntry& entry : manifest.entries) names.insert(entry.patient);
  return names;
}
std::vector<std::filesystem::path> images(const Manifest& manifest) {
  std::vector<std::filesystem::path> paths;
  for (const ManifestEntry& entry : manifest.entries) paths.push_back(entry.image);
  return paths;
}
std::size_t of(const Manifest& manifest, const std::string& prefix) {
  std::size_t count = 0;
  for (const std::string& name : patients(manifest)) count += name.starts_with(prefix) ? 1 : 0;
  return count;
}

TEST_F(SplitTest, KeepsPatientsTogetherAndEveryEntryOnce) {
  for (int i = 0; i < 60; ++i) add("p" + std::to_string(i % 20), i % 3 == 0 ? 1 : 0, "s");
  const Split split = split_by_patient(manifest_, {0.25, 0.1, 7});
  EXPECT_EQ(patients(split.validation).size(), 5U);
  EXPECT_EQ(patients(split.test).size(), 2U);
  EXPECT_EQ(patients(split.training).size(), 13U);
  EXPECT_EQ(
      split.training.entries.size() + split.validation.entries.size() + split.test.entries.size(),
      60U);
  EXPECT_TRUE(jcs::data::find_overlap(split.training, split.validation).empty());
  EXPECT_TRUE(jcs::data::find_overlap(split.training, split.test).empty());
  EXPECT_TRUE(jcs::data::find_overlap(split.validation, split.test).empty());
}

TEST_F(SplitTest, DividesEachKindOfPatientByTheShares) {
  for (int i = 0; i < 10; ++i) {
    for (const char* source : {"a", "b"}) {
      const std::string name = source + std::to_string(i);
      add("sick-" + name, 1, source);
      add("sick-" + name, 0, source);  // one positive slice makes the patient positive
      add("well-" + name, 0, source);
    }
  }
  for (const std::int64_t seed : {1, 2, 3}) {
    const Split split = split_by_patient(manifest_, {0.2, 0.1, seed});
    for (const char* kind : {"sick-a", "sick-b", "well-a", "well-b"}) {
      EXPECT_EQ(of(split.validation, kind), 2U) << kind;
      EXPECT_EQ(of(split.test, kind), 1U) << kind;
    }
  }
}

TEST_F(SplitTest, DependsOnTheSeedAlone) {
  for (int i = 0; i < 40; ++i) add("p" + std::to_string(i), i % 2, "s");
  const Split one = split_by_patient(manifest_, {0.25, 0, 5}, 1);
  const Split same = split_by_patient(manifest_, {0.25, 0, 5}, 4);
  EXPECT_EQ(images(one.validation), images(same.validation));
  EXPECT_EQ(images(one.training), images(same.training));
  const Split other = split_by_patient(manifest_, {0.25, 0, 6});
  EXPECT_NE(images(one.validation), images(other.validation));
  EXPECT_TRUE(one.test.entries.empty());
}

TEST_F(SplitTest, EntriesWithoutAPatientStandAloneButCopiesStayTogether) {
  for (int i = 0; i < 30; ++i) add("", 1, "s", "picture " + std::to_string(i / 2));
  add("named", 1, "s", "picture 0");
  for (const std::int64_t seed : {1, 2, 3, 4}) {
    const Split split = split_by_patient(manifest_, {0.4, 0, seed});
    EXPECT_TRUE(jcs::data::find_overlap(split.training, split.validation).empty());
    EXPECT_GE(split.validation.entries.size(), 12U);  // 6 of 15 pairs
    EXPECT_LE(split.validation.entries.size(), 13U);
  }
}

TEST_F(SplitTest, AMaskCountsWhereThereIsNoLabel) {
  for (int i = 0; i < 20; ++i) {
    add((i < 10 ? "masked" : "bare") + std::to_string(i), std::nullopt, "s");
    if (i < 10) manifest_.entries.back().mask = "mask.png";
  }
  const Split split = split_by_patient(manifest_, {0.2, 0, 3});
  EXPECT_EQ(of(split.validation, "masked"), 2U);
  EXPECT_EQ(of(split.validation, "bare"), 2U);
}

TEST_F(SplitTest, RefusesSharesAndSetsThatLeaveNothingToLearnFrom) {
  for (int i = 0; i < 6; ++i) add("p" + std::to_string(i / 3), 1, "s");
  for (const SplitOptions& options : {SplitOptions{0, 0, 1}, SplitOptions{0.6, 0.4, 1},
                                      SplitOptions{-0.1, 0.5, 1}, SplitOptions{1, 0, 1}}) {
    EXPECT_THAT(
        jcs::test::error_line<jcs::UsageError>([&] { split_by_patient(manifest_, options); }),
        HasSubstr("no shares that leave patients for training"));
  }
  EXPECT_EQ(jcs::test::error_line<jcs::InputError>([&] {
              split_by_patient(manifest_, {0.2, 0.2, 1});
            }),
            "all.csv: too few patients for the parts (expected 3 or more, got 2)");
  EXPECT_EQ(patients(split_by_patient(manifest_, {0.2, 0, 1}).validation).size(), 1U);
}

}  // namespace
