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

PhantomOptions small_patient() {
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
  const Phantom phantom = write_phantom_study(dir / "study", small_patient(), options);
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
  write_phantom_study(dir / "study", small_patient());
  PhantomOptions other = small_patient();
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
  jcs::imaging::CtVolume patient = jcs::imaging::make_phantom(small_patient()).volume;
  patient.series.patient_id = "4711";
  jcs::imaging::write_ct_series(dir / "study", patient);
  PhantomStudyOptions options;
  options.overwrite = true;
  error_line<jcs::OutputError>(
      [&] { write_phantom_study(dir / "study", small_patient(), options); });
  EXPECT_EQ(jcs::imaging::read_study(dir / "study").series.patient_id, "4711");

  write_phantom_study(dir / "mixed", small_patient());
  std::ofstream(dir / "mixed" / "notes.txt") << "precious";
  error_line<jcs::OutputError>(
      [&] { write_phantom_study(dir / "mixed", small_patient(), options); });
  EXPECT_TRUE(fs::exists(dir / "mixed" / "notes.txt"));
}

TEST(PhantomStudy, NeverReplacesAPatientsSliceAmongItsOwn) {
  const TempDir dir;
  PhantomStudyOptions options;
  options.overwrite = true;
  jcs::imaging::CtVolume patient = jcs::imaging::make_phantom(small_patient()).volume;
  patient.series.patient_id = "4711";
  jcs::imaging::write_ct_series(dir / "patient", patient);
  for (const char* name : {"slice_0000.dcm", "slice_0003.dcm", "slice_0009.dcm", "slice_x.dcm"}) {
    fs::remove_all(dir / "study");
    write_phantom_study(dir / "study", small_patient());
    fs::copy_file(dir / "patient" / "slice_0001.dcm", dir / "study" / name,
                  fs::copy_options::overwrite_existing);
    error_line<jcs::OutputError>(
        [&] { write_phantom_study(dir / "study", small_patient(), options); });
    EXPECT_TRUE(fs::exists(dir / "study" / name)) << name;
  }
}

TEST(PhantomStudy, ReplacesMasksWithTheirStudyAlone) {
  const TempDir dir;
  PhantomStudyOptions options;
  options.masks = dir / "masks";
  options.overwrite = true;
  write_phantom_study(dir / "study", small_patient(), options);
  PhantomOptions other = small_patient();
  other.slices = 5;
  write_phantom_study(dir / "study", other, options);
  EXPECT_TRUE(fs::exists(dir / "masks" / "slice_0005.png"));
  EXPECT_FALSE(fs::exists(dir / "masks" / "slice_0006.png"));

  const auto refuses = [&](const fs::path& study) {
    const std::string line =
        error_line<jcs::OutputError>([&] { write_phantom_study(study, small_patient(), options); });
    EXPECT_NE(line.find("masks"), std::string::npos) << line;
    EXPECT_FALSE(fs::exists(dir / "masks" / "slice_0008.png"));
  };
  refuses(dir / "another");
  EXPECT_FALSE(fs::exists(dir / "another"));
  for (const char* name : {"slice_x.png", "slice_5.png", "slice_0000.png", "slice_0006.png"}) {
    fs::rename(dir / "masks" / "slice_0005.png", dir / "masks" / name);
    refuses(dir / "study");
    EXPECT_TRUE(fs::exists(dir / "masks" / name)) << name;
    fs::rename(dir / "masks" / name, dir / "masks" / "slice_0005.png");
  }
  std::ofstream(dir / "masks" / "slice_x.png") << "precious";
  refuses(dir / "study");
  EXPECT_TRUE(fs::exists(dir / "masks" / "slice_x.png"));
}

TEST(PhantomStudy, KeepsMasksOutOfTheStudy) {
  const TempDir dir;
  PhantomStudyOptions options;
  for (const fs::path& masks : {dir / "study", dir / "study" / "masks", dir.path()}) {
    options.masks = masks;
    error_line<jcs::UsageError>(
        [&] { write_phantom_study(dir / "study", small_patient(), options); });
  }
  EXPECT_FALSE(fs::exists(dir / "study"));
}

}  // namespace
