#include "jcs/imaging/decoder_processes.hpp"

#include <csignal>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <unistd.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_pixels.hpp"
#include "jcs/imaging/picture.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/file_bytes.hpp"
#include "imaging/jpeg2000_slice.hpp"
#include "imaging/limits_for.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::DecoderProcesses;
using jcs::imaging::read_dicom_frame;
using jcs::test::LimitsFor;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::HasSubstr;
using testing::Not;

constexpr E_TransferSyntax kCompressed[] = {EXS_JPEGProcess14SV1, EXS_JPEGLSLossless,
                                            EXS_RLELossless, EXS_JPEG2000LosslessOnly};

std::string name_of(E_TransferSyntax syntax) { return DcmXfer(syntax).getXferName(); }

/// Uneven sizes, both signs, all bits in use.
SyntheticSlice noisy(E_TransferSyntax syntax, int rows = 33) {
  SyntheticSlice slice;
  slice.rows = rows;
  slice.columns = 31;
  slice.syntax = syntax;
  slice.is_signed = syntax == EXS_RLELossless;
  for (unsigned i = 0; i < static_cast<unsigned>(slice.rows * slice.columns); ++i) {
    slice.stored.push_back(static_cast<std::uint16_t>((i * 2654435761U) >> 20U));
  }
  return slice;
}

std::filesystem::path write(SyntheticSlice slice, const std::filesystem::path& file) {
  if (slice.syntax == EXS_JPEG2000LosslessOnly) {
    slice.syntax = EXS_LittleEndianExplicit;
    jcs::test::write_jpeg2000(slice, file);
  } else {
    slice.write(file);
  }
  return file;
}

/// Processes below this one, by the process that they were forked from.
std::multimap<pid_t, pid_t> descendants() {
  std::multimap<pid_t, pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream stat(entry.path() / "stat");
    pid_t pid = 0, parent = 0;
    std::string name;
    char state = 0;
    if (stat >> pid >> name >> state >> parent && state != 'Z' && name == "(jcs-decoders)") {
      children.emplace(parent, pid);
    }
  }
  return children;
}

/// The processes that decode at this moment or wait to.
std::vector<pid_t> decoders() {
  const auto children = descendants();
  std::vector<pid_t> found;
  const auto [first, last] = children.equal_range(::getpid());
  for (auto parent = first; parent != last; ++parent) {
    const auto [begin, end] = children.equal_range(parent->second);
    for (auto child = begin; child != end; ++child) found.push_back(child->second);
  }
  return found;
}

/// Ends whatever decodes, again and again, as long as it lives.
class KillsAllDecoders {
 public:
  KillsAllDecoders() = default;

 private:
  std::jthread thread_{[](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (const pid_t decoder : decoders()) ::kill(decoder, SIGKILL);
    }
  }};
};

TEST(DecoderProcesses, DecodeToTheSamePixels) {
  const TempDir dir;
  for (const E_TransferSyntax syntax : kCompressed) {
    const auto file = write(noisy(syntax), dir / "slice.dcm");
    const auto here = read_dicom_frame(file).values;
    const DecoderProcesses processes;
    EXPECT_EQ(read_dicom_frame(file).values, here) << name_of(syntax);
  }
}

TEST(DecoderProcesses, DecodePicturesOfAnyKindToTheSamePixels) {
  const TempDir dir;
  cv::Mat colours(7, 5, CV_8UC3);
  cv::randu(colours, 0, 256);
  cv::imwrite((dir / "colours.png").string(), colours);
  cv::Mat grey(5, 7, CV_8UC1);
  cv::randu(grey, 0, 256);
  cv::imwrite((dir / "grey.jpg").string(), grey);
  cv::Mat large(900, 1100, CV_8UC1);
  cv::randu(large, 0, 256);
  cv::imwrite((dir / "large.png").string(), large);
  const DecoderProcesses processes;
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::decode_picture(dir / "colours.png"); }),
              HasSubstr("the picture is coloured"));
  EXPECT_EQ(jcs::imaging::decode_picture(dir / "grey.jpg").size(), grey.size());
  EXPECT_EQ(cv::norm(jcs::imaging::decode_picture(dir / "large.png"), large, cv::NORM_INF), 0);
}

TEST(DecoderProcesses, AnEmptyPictureIsNoPicture) {
  const TempDir dir;
  jcs::test::overwrite(dir / "empty.png", "");
  const DecoderProcesses processes;
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::decode_picture(dir / "empty.png"); }),
              HasSubstr("empty.png: is no picture that can be decoded"));
}

TEST(DecoderProcesses, SayWhatIsWrongAsTheCallingThreadDoes) {
  const TempDir dir;
  for (const E_TransferSyntax syntax : kCompressed) {
    const auto file = write(noisy(syntax), dir / "slice.dcm");
    std::string content = jcs::test::content_of(file);
    for (std::size_t i = content.size() - 400; i < content.size() - 300; ++i) content[i] = '\x5A';
    jcs::test::overwrite(file, content);
    const auto outcome = [&] {
      try {
        return std::to_string(read_dicom_frame(file).values[7]);
      } catch (const jcs::InputError& error) {
        return std::string(error.what());
      }
    };
    const std::string here = outcome();
    const DecoderProcesses processes;
    EXPECT_EQ(outcome(), here) << name_of(syntax);
  }
}

TEST(DecoderProcesses, AreAsManyAsThreadsDecodeAtOnceAndEndWithTheObject) {
  const TempDir dir;
  for (int i = 0; i < 12; ++i) {
    SyntheticSlice slice = noisy(EXS_JPEGProcess14SV1);
    slice.position[2] = i;
    slice.instance_number = i + 1;
    slice.write(dir / ("slice" + std::to_string(i) + ".dcm"));
  }
  const auto here = jcs::imaging::read_study(dir.path(), {.threads = 3}).hu;
  {
    const DecoderProcesses processes;
    EXPECT_EQ(DecoderProcesses::running(), &processes);
    EXPECT_EQ(jcs::imaging::read_study(dir.path(), {.threads = 3}).hu, here);
    EXPECT_GE(decoders().size(), 1U);
    EXPECT_LE(decoders().size(), 3U);
  }
  EXPECT_EQ(DecoderProcesses::running(), nullptr);
  EXPECT_EQ(descendants().count(::getpid()), 0U);
}

TEST(DecoderProcesses, OneThatEndsWhileItIsIdleIsReplaced) {
  const TempDir dir;
  const auto file = write(noisy(EXS_JPEGProcess14SV1), dir / "slice.dcm");
  const auto here = read_dicom_frame(file).values;
  const DecoderProcesses processes;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(read_dicom_frame(file).values, here);
    for (const pid_t decoder : decoders()) ::kill(decoder, SIGKILL);
    while (!decoders().empty()) std::this_thread::yield();
  }
}

// By a system short of memory, say: that is no fault of the picture at hand.
TEST(DecoderProcesses, OneThatIsKilledAtWorkIsReplaced) {
  const TempDir dir;
  const auto file = write(noisy(EXS_JPEG2000LosslessOnly, 2000), dir / "slice.dcm");
  const auto here = read_dicom_frame(file).values;
  const DecoderProcesses processes;
  read_dicom_frame(file);
  for (int i = 0; i < 40; ++i) {
    const pid_t decoder = decoders().at(0);
    std::jthread killer([i, decoder] {
      std::this_thread::sleep_for(std::chrono::microseconds(500 * i));
      ::kill(decoder, SIGKILL);
    });
    EXPECT_EQ(read_dicom_frame(file).values, here);
    killer.join();
    while (::kill(decoder, 0) == 0) std::this_thread::yield();
    read_dicom_frame(file);
  }
}

// As Ctrl-Z and a cluster's scheduler do: the clock on the wall goes on.
TEST(DecoderProcesses, OneThatIsSuspendedGoesOn) {
  const TempDir dir;
  const auto file = write(noisy(EXS_JPEG2000LosslessOnly, 20000), dir / "slice.dcm");
  const auto here = read_dicom_frame(file).values;
  const LimitsFor one_second({.decoder_seconds = 1});
  const DecoderProcesses processes;
  std::jthread suspends([] {
    std::vector<pid_t> found;
    while (found.empty()) found = decoders();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::kill(found[0], SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    ::kill(found[0], SIGCONT);
  });
  EXPECT_EQ(read_dicom_frame(file).values, here);
}

TEST(DecoderProcesses, APictureThatEndsTwoOfThemIsRefused) {
  const TempDir dir;
  const auto good = write(noisy(EXS_JPEGProcess14SV1), dir / "good.dcm");
  const auto bad = write(noisy(EXS_JPEG2000LosslessOnly, 20000), dir / "bad.dcm");
  const auto here = read_dicom_frame(good).values;
  const DecoderProcesses processes;
  EXPECT_EQ(read_dicom_frame(good).values, here);
  const std::string refusal = [&] {
    const KillsAllDecoders killer;
    return jcs::test::error_line<jcs::InputError>([&] { read_dicom_frame(bad); });
  }();
  EXPECT_THAT(refusal, HasSubstr("bad.dcm"));
  EXPECT_THAT(refusal, HasSubstr("its decoder crashed"));
  EXPECT_EQ(read_dicom_frame(good).values, here);
}

// What a damaged picture left in it, memory that nobody gives back above all, is no next picture's.
TEST(DecoderProcesses, OneThatRefusedAPictureIsNotUsedAgain) {
  const TempDir dir;
  const auto good = write(noisy(EXS_JPEGProcess14SV1), dir / "good.dcm");
  jcs::test::overwrite(dir / "bad.png", "\x89PNG\r\n\x1A\nbut no picture");
  const auto here = read_dicom_frame(good).values;
  const DecoderProcesses processes;
  EXPECT_EQ(read_dicom_frame(good).values, here);
  const std::vector<pid_t> before = decoders();
  EXPECT_EQ(read_dicom_frame(good).values, here);
  EXPECT_EQ(decoders(), before);
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::decode_picture(dir / "bad.png"); }),
              HasSubstr("bad.png: is no picture that can be decoded"));
  EXPECT_EQ(read_dicom_frame(good).values, here);
  EXPECT_EQ(before.size(), 1U);
  EXPECT_THAT(decoders(), Not(testing::Contains(before.at(0))));
}

TEST(DecoderProcesses, APictureThatNeedsTooMuchMemoryIsRefused) {
  const TempDir dir;
  const cv::Mat large(6000, 6000, CV_8UC3, cv::Scalar(7, 8, 9));
  cv::imwrite((dir / "large.jpg").string(), large);
  const LimitsFor small({.decoder_memory_mib = 64});
  const DecoderProcesses processes;
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::decode_picture(dir / "large.jpg"); }),
              HasSubstr("large.jpg: is no picture that can be decoded"));
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>(
                  [&] { jcs::imaging::decode_picture(dir / "large.jpg"); }),
              HasSubstr("it needs more than 64 MiB, the limit of a decoder"));
}

}  // namespace
