#include "jcs/evaluation/picture_pairs.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture_files.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::test::error_line;
using jcs::test::rectangle;
using jcs::test::write_picture;
using testing::HasSubstr;

class PicturePairsTest : public testing::Test {
 protected:
  jcs::evaluation::PicturePairs pairs(bool allow_missing = false) {
    return jcs::evaluation::find_pairs(dir_ / "p", dir_ / "a", allow_missing);
  }
  std::vector<jcs::evaluation::PictureResult> scores(int threads = 1) {
    return jcs::evaluation::score_pairs(pairs().pairs, {}, {}, threads, jcs::no_progress(), {});
  }
  std::string refusal() {
    return error_line<jcs::InputError>([&] { scores(); });
  }
  jcs::test::TempDir dir_;
};

TEST_F(PicturePairsTest, NamesBelongTogetherWhateverTheirEndings) {
  const cv::Mat picture = rectangle(8, 8, {2, 2, 4, 4});
  write_picture(dir_ / "p/b_prediction.png", picture);
  write_picture(dir_ / "p/a.png", picture);
  write_picture(dir_ / "a/a_annotation.png", picture);
  write_picture(dir_ / "a/b.bmp", picture);
  std::ofstream(dir_ / "a/notes.txt") << "x";
  const auto found = pairs();
  ASSERT_EQ(found.pairs.size(), 2u);
  EXPECT_EQ(found.pairs[0].name, "a");
  EXPECT_EQ(found.pairs[1].name, "b");
  EXPECT_EQ(found.pairs[1].prediction, dir_ / "p/b_prediction.png");
  EXPECT_EQ(found.unpaired, 0u);
}

TEST_F(PicturePairsTest, OneFolderMayHoldBoth) {
  write_picture(dir_ / "p/a_prediction.png", rectangle(8, 8, {0, 0, 4, 4}));
  write_picture(dir_ / "p/a_annotation.png", rectangle(8, 8, {0, 0, 4, 4}));
  const auto found = jcs::evaluation::find_pairs(dir_ / "p", dir_ / "p", false);
  ASSERT_EQ(found.pairs.size(), 1u);
  EXPECT_NE(found.pairs[0].prediction, found.pairs[0].annotation);
}

TEST_F(PicturePairsTest, GreyValuesAreProbabilities) {
  // Of 16 annotated pixels 8 are predicted with 0.8, beside them 8 others with 0.8 and 8 with 0.4.
  cv::Mat prediction = rectangle(8, 8, {4, 0, 4, 4}, 204);
  prediction(cv::Rect(0, 0, 2, 4)).setTo(102);
  write_picture(dir_ / "p/a.png", prediction);
  write_picture(dir_ / "a/a.png", rectangle(8, 8, {2, 0, 4, 4}));
  const auto result = scores().front();
  EXPECT_EQ(result.name, "a");
  EXPECT_EQ(result.opacity_area, 16);
  EXPECT_EQ(result.lesions, 1);
  EXPECT_EQ(result.scores.pixels.tp, 8);
  EXPECT_EQ(result.scores.pixels.fp, 8);
  EXPECT_EQ(result.scores.pixels.fn, 8);
  EXPECT_DOUBLE_EQ(result.scores.dice.value(), 0.5);
  // (8 · 0.2 + 8 · 1 + 8 · 0.8 + 8 · 0.4) / 64
  EXPECT_NEAR(result.scores.mae, 19.2 / 64, 1e-6);
}

TEST_F(PicturePairsTest, LesionsTouchAtCorners) {
  cv::Mat annotation = rectangle(8, 8, {0, 0, 2, 2});
  annotation(cv::Rect(2, 2, 2, 2)).setTo(255);  // touches the first at a corner
  annotation(cv::Rect(6, 6, 1, 1)).setTo(255);
  write_picture(dir_ / "p/a.png", annotation);
  write_picture(dir_ / "a/a.png", annotation);
  EXPECT_EQ(scores().front().lesions, 2);
}

TEST_F(PicturePairsTest, ThreadsChangeNothing) {
  for (int i = 0; i < 12; ++i) {
    write_picture(dir_ / ("p/" + std::to_string(i) + ".png"), rectangle(16, 16, {i, 0, 3, 9}, 200));
    write_picture(dir_ / ("a/" + std::to_string(i) + ".png"), rectangle(16, 16, {2, 2, 5, 7}));
  }
  const auto one = scores(1), four = scores(4);
  ASSERT_EQ(one.size(), four.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].name, four[i].name);
    EXPECT_EQ(one[i].scores.dice, four[i].scores.dice);
    EXPECT_EQ(one[i].scores.weighted_f, four[i].scores.weighted_f);
  }
}

TEST_F(PicturePairsTest, MissingPartnersAreCountedAndNamed) {
  const cv::Mat picture = rectangle(8, 8, {2, 2, 4, 4});
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    write_picture(dir_ / "a" / (std::string(name) + ".png"), picture);
  }
  write_picture(dir_ / "p/a.png", picture);
  EXPECT_EQ(refusal(), (dir_ / "p").string() +
                           ": 4 of 5 predictions missing: b, c, d, ... (expected one for each, or "
                           "--allow-missing)");
  const auto found = pairs(true);
  EXPECT_EQ(found.pairs.size(), 1u);
  EXPECT_EQ(found.unpaired, 4u);
  write_picture(dir_ / "p/z.png", picture);
  std::filesystem::remove(dir_ / "p/a.png");
  EXPECT_THAT(error_line<jcs::InputError>([&] { pairs(true); }),
              HasSubstr("no prediction has the name of an annotation"));
}

TEST_F(PicturePairsTest, RefusesInOneLine) {
  const cv::Mat picture = rectangle(8, 8, {2, 2, 4, 4});
  write_picture(dir_ / "p/a.png", picture);
  EXPECT_THAT(refusal(), HasSubstr("folder cannot be read"));
  write_picture(dir_ / "a/a.png", rectangle(8, 9, {2, 2, 4, 4}));
  EXPECT_THAT(refusal(), testing::AllOf(HasSubstr("differ in size"), HasSubstr("9x8"),
                                        HasSubstr("8x8"), HasSubstr("p/a.png")));
  cv::Mat photograph(8, 8, CV_8UC1);
  cv::randu(photograph, 0, 255);
  write_picture(dir_ / "a/a.png", photograph);
  EXPECT_THAT(refusal(), HasSubstr("a/a.png"));
  write_picture(dir_ / "a/a.png", picture);
  write_picture(dir_ / "p/a.png", rectangle(8, 8, {2, 2, 4, 4}, 1));
  EXPECT_THAT(refusal(), HasSubstr("nothing but 0 and 1"));
  write_picture(dir_ / "p/a_prediction.png", picture);
  EXPECT_THAT(refusal(), HasSubstr("two pictures of one name"));
  std::filesystem::remove_all(dir_ / "p");
  std::filesystem::create_directories(dir_ / "p");
  EXPECT_THAT(refusal(), HasSubstr("no picture in this folder"));
}

}  // namespace
