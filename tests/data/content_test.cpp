#include "jcs/data/content.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "data/picture_set.hpp"
#include "support/error_line.hpp"

namespace {

using jcs::data::content_hash;
using jcs::data::read_manifest;
using jcs::test::PictureSet;

TEST(ContentHash, IsThatOfTheContentWhereverItLies) {
  const PictureSet first(4);
  const PictureSet second(4);
  EXPECT_EQ(content_hash(read_manifest(first.manifest())),
            content_hash(read_manifest(second.manifest()), 1));
}

TEST(ContentHash, ChangesWithPicturesMasksAndLabels) {
  const PictureSet set(4);
  const std::string before = content_hash(read_manifest(set.manifest()));
  for (const char* name : {"2.png", "mask_3.png"}) {
    const cv::Mat old = cv::imread((set.path() / name).string(), cv::IMREAD_GRAYSCALE);
    cv::imwrite((set.path() / name).string(), cv::Mat(old.size(), CV_8UC1, cv::Scalar(9)));
    EXPECT_NE(content_hash(read_manifest(set.manifest())), before) << name;
    cv::imwrite((set.path() / name).string(), old);
    EXPECT_EQ(content_hash(read_manifest(set.manifest())), before) << name;
  }
  auto manifest = read_manifest(set.manifest());
  manifest.entries[1].label.reset();
  EXPECT_NE(content_hash(manifest), before);
  manifest = read_manifest(set.manifest());
  std::swap(manifest.entries[0], manifest.entries[1]);
  EXPECT_NE(content_hash(manifest), before);
}

TEST(ContentHash, NamesAFileThatCannotBeRead) {
  const PictureSet set(2);
  const auto manifest = read_manifest(set.manifest());
  std::filesystem::remove(set.path() / "1.png");
  EXPECT_NE(
      jcs::test::error_line<jcs::InputError>([&] { (void)content_hash(manifest); }).find("1.png"),
      std::string::npos);
}

}  // namespace
