#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "jcs/imaging/nifti_writer.hpp"

#include "cli/diagnose_fixture.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::Finished;
using jcs::test::small_volume;

class JcsDiagnoseRefuses : public jcs::test::DiagnoseFixture {};

TEST_F(JcsDiagnoseRefuses, UnknownSeries) {
  write(small_volume(2));
  expect_refused(run_with({"--series", "42"}), 2, "42");
}

TEST_F(JcsDiagnoseRefuses, SendingWhatIsNoDicom) {
  const fs::path nifti = study_ / "volume.nii.gz";
  jcs::imaging::write_nifti_volume(nifti, small_volume(30));
  std::vector<std::string> all = words();
  all[0] = nifti;
  all.insert(all.end(), {"--send", "127.0.0.1:1:PACS"});
  expect_refused(run(all), 2, "--send");
}

TEST_F(JcsDiagnoseRefuses, MissingFolder) {
  fs::remove(study_);
  expect_refused(run(words()), 3, study_.string());
}

TEST_F(JcsDiagnoseRefuses, EmptyFolder) { expect_refused(run(words()), 3, study_.string()); }

TEST_F(JcsDiagnoseRefuses, NoCtInTheFolder) {
  std::ofstream(study_ / "letter.txt") << "Dear colleague";
  expect_refused(run(words()), 3, study_.string());
}

TEST_F(JcsDiagnoseRefuses, TwoSlicesAtOnePosition) {
  write(small_volume(4));
  jcs::imaging::CtVolume other = jcs::test::without_slice(small_volume(4), 0);
  for (std::int16_t& hu : other.hu) {
    hu = static_cast<std::int16_t>(-hu / 2);
  }
  other.slices[0].sop_instance_uid = "1.2.826.0.1.3680043.10.7";
  other = jcs::test::without_slice(jcs::test::without_slice(other, 2), 1);
  write(other, "again");
  expect_refused(run(words()), 3, "position");
}

TEST_F(JcsDiagnoseRefuses, MixedSizes) {
  write(small_volume(4), "a");
  jcs::imaging::CtVolume other = small_volume(8, 40, 64);
  other.slices.erase(other.slices.begin(), other.slices.begin() + 4);
  other.hu.erase(other.hu.begin(),
                 other.hu.begin() + static_cast<std::ptrdiff_t>(4 * other.pixels()));
  write(other, "b");
  expect_refused(run(words()), 3, "40 x 64");
}

TEST_F(JcsDiagnoseRefuses, MixedOrientations) {
  write(small_volume(4), "a");
  jcs::imaging::CtVolume other = small_volume(3);
  other.row_direction = {0, 1, 0};
  other.column_direction = {0, 0, -1};
  other.normal = {-1, 0, 0};
  for (std::size_t i = 0; i < other.slices.size(); ++i) {
    other.slices[i].position = {-2.0 * static_cast<double>(i), 0, 100};
  }
  write(other, "b");
  expect_refused(run(words()), 3, "orientation");
}

TEST_F(JcsDiagnoseRefuses, TruncatedFile) {
  write(small_volume(4));
  const fs::path file = study_ / "slice_0003.dcm";
  fs::resize_file(file, fs::file_size(file) * 6 / 10);
  expect_refused(run(words()), 3, "slice_0003.dcm");
}

TEST_F(JcsDiagnoseRefuses, ASyntaxThatCannotBeDecoded) {
  write(small_volume(4));
  jcs::test::replace_in_file(study_ / "slice_0002.dcm", std::string("1.2.840.10008.1.2.1\0", 20),
                             std::string("1.2.840.10008.1.2.7\0", 20));
  expect_refused(run(words()), 3, "slice_0002.dcm");
}

TEST_F(JcsDiagnoseRefuses, ARescaleSlopeThatIsNone) {
  for (const char* slope : {"0", "nan"}) {
    write(small_volume(4));
    jcs::test::set_rescale_slope(study_ / "slice_0002.dcm", slope);
    expect_refused(run(words()), 3, "slice_0002.dcm");
  }
}

TEST_F(JcsDiagnoseRefuses, WeightsOfTheWrongNetwork) {
  write(small_volume(4));
  expect_refused(run({study_, "--weights-cls", seg_, "--weights-seg", seg_, "-o", out_}), 4,
                 "seg.safetensors");
  expect_refused(run({study_, "--weights-cls", cls_, "--weights-seg", cls_, "-o", out_}), 4,
                 "cls.safetensors");
}

TEST_F(JcsDiagnoseRefuses, WeightsThatAreNone) {
  write(small_volume(4));
  std::ofstream(dir_ / "page.pth") << "<!DOCTYPE html><html><body>404</body></html>";
  expect_refused(
      run({study_, "--weights-cls", dir_ / "page.pth", "--weights-seg", seg_, "-o", out_}), 4,
      "HTML");
  expect_refused(
      run({study_, "--weights-cls", dir_ / "absent.pth", "--weights-seg", seg_, "-o", out_}), 4,
      "absent.pth");
}

TEST_F(JcsDiagnoseRefuses, WeightsAreReadBeforeTheStudy) {
  write(small_volume(4));
  fs::resize_file(study_ / "slice_0001.dcm", 300);
  std::ofstream(cls_) << "no weights";
  expect_refused(run(words()), 4, "cls.safetensors");
}

TEST_F(JcsDiagnoseRefuses, WeightsThatGiveNoNumbers) {
  jcs::models::Classifier broken = jcs::test::constant_classifier(true);
  {
    const torch::NoGradGuard no_grad;
    broken->head_weight().fill_(std::nanf(""));
  }
  jcs::test::save(cls_, broken);
  write(small_volume(4));
  expect_refused(run(words()), 4, "cls.safetensors");
}

TEST_F(JcsDiagnoseRefuses, OutputBelowAFile) {
  write(small_volume(4));
  std::ofstream(dir_ / "file") << "in the way";
  std::vector<std::string> all = words();
  all[6] = dir_ / "file" / "result";
  expect_refused(run(all), 5, "file");
}

TEST_F(JcsDiagnoseRefuses, OutputThatFillsUp) {
  write(small_volume(30));
  // No file may grow beyond 4 KiB; the ignored signal lets the write fail as on a full disk.
  expect_refused(run(words(), "trap '' XFSZ; ulimit -f 8"), 5, "result");
}

TEST_F(JcsDiagnoseRefuses, OutputInTheStudyItself) {
  write(small_volume(4));
  std::vector<std::string> all = words();
  all[6] = study_;
  expect_refused(run(all), 5, study_.string());
  EXPECT_EQ(std::distance(fs::directory_iterator(study_), fs::directory_iterator()), 4);
}

TEST_F(JcsDiagnoseRefuses, CudaWhereThereIsNone) {
  write(small_volume(4));
  std::vector<std::string> all = words();
  all.back() = "cuda:99";
  expect_refused(run(all), 2, "cuda:99");
}

TEST_F(JcsDiagnoseRefuses, WrongOptions) {
  write(small_volume(4));
  expect_refused(run_with({"--threshold", "lots"}), 2, "'lots'");
  expect_refused(run_with({"--threshold", "100%"}), 2, "'100%'");
  expect_refused(run_with({"--segment", "often"}), 2, "often");
  expect_refused(run_with({"--activation-map", "mine"}), 2, "mine");
  expect_refused(run_with({"--batch-cls", "-1"}), 2, "--batch-cls");
  expect_refused(run_with({"--threads", "two"}), 2, "--threads");
  expect_refused(run_with({"--key-slices", "99"}), 2, "--key-slices");
  expect_refused(run_with({"--colour"}), 2, "--colour");
  expect_refused(run_with({"--send", ""}), 2, "--send");
  expect_refused(run_with({"--segment", "never", "--nifti-opacity"}), 2, "--nifti-opacity");
  expect_refused(run_with({"--segment", "never", "--segment-where", "lung"}), 2, "--segment-where");
  expect_refused(run_with({"--cohort", "--overwrite"}), 2, "--overwrite");
  expect_refused(run({study_, "-o", out_}), 2, "--weights-cls");
  expect_refused(run({study_, "-o", out_, "--weights-cls", cls_}), 2, "--weights-seg");
  expect_refused(run({"--weights-cls", cls_}), 2, "STUDY");
  std::vector<std::string> all = words();
  all.back() = "gpu";
  expect_refused(run(all), 2, "'gpu'");
}

}  // namespace
