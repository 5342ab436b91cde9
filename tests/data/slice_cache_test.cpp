#include "jcs/data/slice_cache.hpp"

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jcs/core/error.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/random.hpp"
#include "jcs/data/read_slice.hpp"
#include "jcs/imaging/dicom_writer.hpp"

#include "support/error_line.hpp"
#include "support/nifti_file.hpp"
#include "support/process.hpp"
#include "support/shared.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::Preprocessing;
using jcs::data::ManifestEntry;
using jcs::data::read_slice;
using jcs::data::read_slice_mask;
using jcs::data::SliceCache;
using jcs::test::NiftiFile;
using jcs::test::TempDir;

bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

ManifestEntry entry_of(const fs::path& image) {
  ManifestEntry entry;
  entry.image = image;
  return entry;
}

ManifestEntry dicom_entry(const fs::path& folder) {
  jcs::imaging::CtVolume volume;
  volume.rows = 8;
  volume.columns = 9;
  volume.row_spacing_mm = volume.column_spacing_mm = volume.slice_spacing_mm = 1;
  for (int i = 0; i < 72; ++i) volume.hu.push_back(static_cast<std::int16_t>(40 * i - 1400));
  volume.slices.resize(1);
  jcs::imaging::write_ct_series(folder, volume);
  return entry_of(folder / "slice_0001.dcm");
}

ManifestEntry png_entry(const fs::path& file, int grey = 100) {
  cv::Mat picture(6, 7, CV_8UC1, cv::Scalar(grey));
  picture.at<std::uint8_t>(2, 3) = 250;
  cv::imwrite(file.string(), picture);
  return entry_of(file);
}

ManifestEntry nifti_entry(const fs::path& folder, int slice) {
  NiftiFile nifti;
  nifti.sizes = {5, 4, 6};
  std::vector<std::int16_t> hu;
  std::vector<std::uint8_t> opacity;
  for (int i = 0; i < 120; ++i) {
    hu.push_back(static_cast<std::int16_t>(20 * i - 1500));
    opacity.push_back(static_cast<std::uint8_t>(i % 4));
  }
  nifti.write(folder / "v.nii.gz", hu);
  nifti.write(folder / "m.nii.gz", opacity);
  ManifestEntry entry = entry_of(folder / "v.nii.gz");
  entry.mask = folder / "m.nii.gz";
  entry.mask_value = 3;
  entry.slice = slice;
  return entry;
}

std::vector<fs::path> kept_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(folder)) files.push_back(file.path());
  return files;
}

Preprocessing narrow() {
  Preprocessing window;
  window.window_center = 40;
  window.window_width = 400;
  return window;
}

// What the library's log says while the object lives.
class LogText {
 public:
  LogText() : sink_(std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)) {
    jcs::log().sinks().push_back(sink_);
  }
  ~LogText() { jcs::log().sinks().pop_back(); }
  LogText(const LogText&) = delete;
  LogText& operator=(const LogText&) = delete;
  [[nodiscard]] auto lines() const {
    const std::string text = text_.str();
    return std::count(text.begin(), text.end(), '\n');
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink_;
};

TEST(SliceCache, AHitEqualsAMissEqualsNoCacheInEveryWindow) {
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  for (const ManifestEntry& entry :
       {dicom_entry(dir / "dicom"), png_entry(dir / "a.png"), nifti_entry(dir.path(), 4)}) {
    for (int i = 0; i < 2; ++i) {
      for (const Preprocessing& window : {Preprocessing{}, narrow()}) {
        EXPECT_TRUE(equal(cache.picture(entry, window), read_slice(entry, window))) << entry.image;
      }
      EXPECT_TRUE(equal(cache.mask(entry), read_slice_mask(entry))) << entry.image;
    }
  }
  EXPECT_EQ(kept_in(dir / "cache").size(), 4U);  // one for each image and the NIfTI mask
}

TEST(SliceCache, AHitDoesNotDecode) {
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  const ManifestEntry entry = dicom_entry(dir / "dicom");
  const cv::Mat before = cache.picture(entry, {});
  // Other content in a file of the same size and time is not looked at.
  const auto time = fs::last_write_time(entry.image);
  std::fstream(entry.image, std::ios::in | std::ios::out | std::ios::binary)
      << std::string(200, 'x');
  fs::last_write_time(entry.image, time);
  EXPECT_THROW(read_slice(entry, {}), jcs::InputError);
  EXPECT_TRUE(equal(cache.picture(entry, {}), before));
}

TEST(SliceCache, AllSlicesOfAVolumeAreKeptAtOnce) {
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  ManifestEntry entry = nifti_entry(dir.path(), 5);
  std::vector<cv::Mat> expected;
  for (int slice = 0; slice < 6; ++slice) {
    entry.slice = slice;
    expected.push_back(read_slice(entry, {}));
  }
  EXPECT_TRUE(equal(cache.picture(entry, {}), expected[5]));
  EXPECT_EQ(kept_in(dir / "cache").size(), 1U);
  const auto time = fs::last_write_time(entry.image);
  const auto size = fs::file_size(entry.image);
  std::ofstream(entry.image, std::ios::binary) << std::string(size, 'x');
  fs::last_write_time(entry.image, time);
  for (int slice = 0; slice < 6; ++slice) {
    entry.slice = slice;
    EXPECT_TRUE(equal(cache.picture(entry, {}), expected[slice])) << slice;
  }
}

TEST(SliceCache, AChangedSourceIsDecodedAnew) {
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  const ManifestEntry entry = png_entry(dir / "a.png", 50);
  EXPECT_EQ(cache.picture(entry, {}).at<std::uint8_t>(0, 0), 50);
  const auto time = fs::last_write_time(entry.image);
  png_entry(dir / "a.png", 60);
  fs::last_write_time(entry.image, time + std::chrono::milliseconds(1));
  EXPECT_EQ(cache.picture(entry, {}).at<std::uint8_t>(0, 0), 60);
  EXPECT_EQ(kept_in(dir / "cache").size(), 1U);
}

TEST(SliceCache, ADamagedFileIsMadeAnew) {
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  const ManifestEntry entry = nifti_entry(dir.path(), 2);
  const cv::Mat expected = read_slice(entry, {});
  cache.picture(entry, {});
  const fs::path kept = kept_in(dir / "cache").front();
  const std::string whole = jcs::test::content_of(kept);
  const auto damage = [&](const std::string& bytes) {
    std::ofstream(kept, std::ios::binary) << bytes;
    EXPECT_TRUE(equal(cache.picture(entry, {}), expected));
    EXPECT_EQ(jcs::test::content_of(kept), whole);
  };
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{25}, std::size_t{30}, std::size_t{36},
        std::size_t{64 + 2 * 40 + 7}, whole.size() - 100, whole.size() - 1}) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    damage(bytes);
  }
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{10}, std::size_t{64}, whole.size() / 2, whole.size() - 1}) {
    damage(whole.substr(0, length));
  }
  damage(whole + "more");
  fs::remove(kept);
  damage("");
}

TEST(SliceCache, ThreadsAndProcessesShareAFolder) {
  const TempDir dir;
  std::vector<ManifestEntry> entries;
  for (int slice = 0; slice < 6; ++slice) entries.push_back(nifti_entry(dir.path(), slice));
  entries.push_back(dicom_entry(dir / "dicom"));
  for (int i = 0; i < 10; ++i) {
    entries.push_back(png_entry(dir / (std::to_string(i) + ".png"), 10 * i));
  }
  std::vector<cv::Mat> expected;
  for (const ManifestEntry& entry : entries) expected.push_back(read_slice(entry, {}));

  const auto all_right = [&] {
    const SliceCache cache(dir / "cache");
    std::atomic<int> wrong{0};
    {
      std::vector<std::jthread> threads;
      for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
          for (std::size_t i = 0; i < entries.size(); ++i) {
            const std::size_t index = (i * (t + 1)) % entries.size();
            wrong += equal(cache.picture(entries[index], {}), expected[index]) ? 0 : 1;
          }
        });
      }
    }
    return wrong == 0;
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(all_right() ? 0 : 1);
    children.push_back(child);
  }
  EXPECT_TRUE(all_right());
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(kept_in(dir / "cache").size(), 12U);  // and no temporary is left
}

TEST(SliceCache, WithoutAFolderToWriteItDecodesWithOneWarning) {
  const TempDir dir;
  std::ofstream(dir / "file") << "in the way";
  const LogText log;
  const SliceCache cache(dir / "file" / "cache");
  for (const ManifestEntry& entry :
       {dicom_entry(dir / "dicom"), png_entry(dir / "a.png"), nifti_entry(dir.path(), 1)}) {
    EXPECT_TRUE(equal(cache.picture(entry, {}), read_slice(entry, {})));
    EXPECT_TRUE(equal(cache.mask(entry), read_slice_mask(entry)));
  }
  EXPECT_EQ(log.lines(), 1);
}

TEST(SliceCache, AFullDiskLeavesNothingBehind) {
  const TempDir dir;
  const ManifestEntry entry = nifti_entry(dir.path(), 1);
  const cv::Mat expected = read_slice(entry, {});
  const LogText log;
  const SliceCache cache(dir / "cache");
  // A limit on the size of files stands in for a full disk.
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const cv::Mat first = cache.picture(entry, {});
  const cv::Mat second = cache.picture(entry, {});
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(equal(first, expected));
  EXPECT_TRUE(equal(second, expected));
  EXPECT_EQ(log.lines(), 1);
  EXPECT_TRUE(kept_in(dir / "cache").empty());
}

TEST(SliceCache, RefusesWhatReadingWithoutItRefuses) {
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  const auto line = [](auto&& action) { return jcs::test::error_line<jcs::InputError>(action); };
  std::ofstream(dir / "bad.png") << "no picture";
  for (const char* name : {"bad.png", "gone.png"}) {
    const ManifestEntry entry = entry_of(dir / name);
    EXPECT_EQ(line([&] { cache.picture(entry, {}); }), line([&] { read_slice(entry, {}); }));
  }
  ManifestEntry entry = nifti_entry(dir.path(), 6);
  EXPECT_EQ(line([&] { cache.picture(entry, {}); }), line([&] { read_slice(entry, {}); }));
  entry.slice = 1;
  entry.mask_value.reset();
  EXPECT_EQ(line([&] { cache.mask(entry); }), line([&] { read_slice_mask(entry); }));
}

TEST(SliceCache, ASoundSliceOfADamagedVolumeIsStillRead) {
  const TempDir dir;
  NiftiFile nifti;
  nifti.sizes = {50, 40, 8};
  jcs::Random random(1);  // noise does not pack, so that half the file is half the volume
  std::vector<std::int16_t> hu(16000);
  for (auto& value : hu) value = static_cast<std::int16_t>(random.integer(-1000, 1000));
  nifti.write(dir / "v.nii.gz", hu);
  fs::resize_file(dir / "v.nii.gz", fs::file_size(dir / "v.nii.gz") / 2);
  ManifestEntry entry = entry_of(dir / "v.nii.gz");
  entry.slice = 0;
  const SliceCache cache(dir / "cache");
  EXPECT_TRUE(equal(cache.picture(entry, {}), read_slice(entry, {})));
  EXPECT_TRUE(kept_in(dir / "cache").empty());
}

TEST(SliceCache, RealSlicesAreBitEqual) {
  const fs::path folder = jcs::test::data_dir() / "ct-md/P001";
  JCS_NEEDS(folder);
  const TempDir dir;
  const SliceCache cache(dir / "cache");
  for (const int number : {1, 40, 100}) {
    const ManifestEntry entry = entry_of(folder / ("slice_" + std::to_string(number) + ".dcm"));
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(equal(cache.picture(entry, {}), read_slice(entry, {})));
    }
  }
}

}  // namespace
