#include "jcs/imaging/phantom_study.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "jcs/imaging/picture.hpp"
#include "jcs/imaging/study.hpp"

#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::imaging::Phantom;
using jcs::imaging::PhantomOptions;
using jcs::imaging::PhantomStudyOptions;
using jcs::imaging::write_phantom_study;
using jcs::test::error_line;
using jcs::test::TempDir;

PhantomOptions small() {
  PhantomOptions options;
  options.rows = options.columns = 48;
  options.slices = 8;
  options.diseased = true;
  return options;
}

TEST(PhantomStudy, WritesTheSeriesAndItsMasks) {
  const TempDir dir;
  PhantomStudyOptions options;
  options.masks = dir / "masks";
  const Phantom phantom = write_phantom_study(dir / "study", small(), options);
  EXPECT_EQ(jcs::imaging::read_study(dir / "study").hu, phantom.volume.hu);
  for (std::size_t k = 0; k < 8; ++k) {
    const cv::Mat mask =
        jcs::imaging::read_mask(dir / "masks" / ("slice_000" + std::to_string(k + 1) + ".png"));
    const auto truth = phantom.mask_slice(k);
    ASSERT_EQ(mask.total(), truth.size());
    EXPECT_TRUE(std::equal(truth.begin(), truth.end(), mask.data)) << "slice " << k;
  }
}

TEST(PhantomStudy, ReplacesAnEarlierPhantomOnlyWhenAllowed) {
  const TempDir dir;
  write_phantom_study(dir / "study", small());
  PhantomOptions other = small();
  other.seed = 2;
  other.slices = 5;
  const std::string line =
      error_line<jcs::OutputError>([&] { write_phantom_study(dir / "study", other); });
  EXPECT_NE(line.find("holds an earlier phantom"), std::string::npos) << line;
  EXPECT_EQ(jcs::imaging::read_study(dir / "study").slice_count(), 8U);
  PhantomStudyOptions options;
  options.overwrite = true;
  write_phantom_study(dir / "study", other, options);
  EXPECT_EQ(jcs::imaging::read_study(dir / "study").slice_count(), 5U);
}

TEST(PhantomStudy, NeverReplacesAPatient) {
  const TempDir dir;
  jcs::imaging::CtVolume patient = jcs::imaging::make_phantom(small()).volume;
  patient.series.patient_id = "4711";
  jcs::imaging::write_ct_series(dir / "study", patient);
  PhantomStudyOptions options;
  options.overwrite = true;
  error_line<jcs::OutputError>([&] { write_phantom_study(dir / "study", small(), options); });
  EXPECT_EQ(jcs::imaging::read_study(dir / "study").series.patient_id, "4711");

  write_phantom_study(dir / "mixed", small());
  std::ofstream(dir / "mixed" / "notes.txt") << "precious";
  error_line<jcs::OutputError>([&] { write_phantom_study(dir / "mixed", small(), options); });
  EXPECT_TRUE(fs::exists(dir / "mixed" / "notes.txt"));
}

TEST(PhantomStudy, KeepsMasksOutOfTheStudy) {
  const TempDir dir;
  PhantomStudyOptions options;
  for (const fs::path& masks : {dir / "study", dir / "study" / "masks", dir.path()}) {
    options.masks = masks;
    error_line<jcs::UsageError>([&] { write_phantom_study(dir / "study", small(), options); });
  }
  EXPECT_FALSE(fs::exists(dir / "study"));
}

}  // namespace
