// Files of very many frames: what the file says once is neither kept nor searched for once per
// frame.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/core/error.hpp"
#include "jcs/imaging/study.hpp"

#include "imaging/frame_groups.hpp"
#include "imaging/synthetic_slice.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

using jcs::imaging::CtVolume;
using jcs::imaging::list_series;
using jcs::imaging::read_study;
using jcs::test::SyntheticSlice;
using jcs::test::TempDir;
using testing::Contains;
using testing::HasSubstr;

/// Frames of one pixel each, without functional groups.
SyntheticSlice frames_of_a_pixel(int count) {
  SyntheticSlice slice;
  slice.rows = slice.columns = 1;
  slice.stored.assign(static_cast<std::size_t>(count), 1000);
  slice.edit = [count](DcmDataset& data) {
    data.putAndInsertString(DCM_NumberOfFrames, std::to_string(count).c_str());
  };
  return slice;
}

/// A text longer than 64 KiB needs a VR whose length has four bytes.
void put_long_text(DcmItem& item, const DcmTagKey& tag, std::size_t length) {
  auto* element = new DcmUnlimitedText(DcmTag(tag, EVR_UT));
  element->putString(std::string(length, '1').c_str());
  item.insert(element, OFTrue);
}

/// Per-frame groups that `fill` fills; by its number DCMTK would walk to each of them.
template <class Fill>
void add_frame_groups(DcmDataset& data, int count, const Fill& fill) {
  auto* groups = new DcmSequenceOfItems(DCM_PerFrameFunctionalGroupsSequence);
  for (int frame = 0; frame < count; ++frame) {
    auto* own = new DcmItem();
    fill(*own, frame);
    groups->append(own);
  }
  data.insert(groups, OFTrue);
}

DcmItem& group_in(DcmItem& own, const DcmTagKey& sequence) {
  DcmItem* item = nullptr;
  own.findOrCreateSequenceItem(sequence, item);
  return *item;
}

TEST(ManyFrames, LongTextsAreNotKeptForEachFrame) {
  constexpr int kFrames = 300;
  const TempDir dir;
  SyntheticSlice slice = frames_of_a_pixel(kFrames);
  slice.edit = [edit = slice.edit](DcmDataset& data) {
    edit(data);
    for (const DcmTagKey& tag :
         {DCM_ImageType, DCM_RescaleType, DCM_SOPClassUID, DCM_SOPInstanceUID}) {
      put_long_text(data, tag, 1'000'000);
    }
  };
  slice.write(dir / "frames.dcm");
  const auto found = list_series(dir.path());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].slices, static_cast<std::size_t>(kFrames));
  EXPECT_LE(found[0].image_type.size(), 1024U);
  for (const auto& image : read_study(dir.path()).slices) {
    ASSERT_LE(image.sop_class_uid.size() + image.sop_instance_uid.size(), 2048U);
  }
}

TEST(ManyFrames, LongNumbersAreNotReadForEachFrame) {
  const TempDir dir;
  SyntheticSlice slice = frames_of_a_pixel(20'000);
  slice.edit = [edit = slice.edit](DcmDataset& data) {
    edit(data);
    put_long_text(jcs::test::shared_group(data, DCM_PixelMeasuresSequence), DCM_PixelSpacing,
                  1'000'000);
  };
  slice.write(dir / "frames.dcm");
  EXPECT_EQ(list_series(dir.path()).at(0).row_spacing_mm, 0.0);
}

// A number that is no number is refused, and a longer one is none either.
TEST(ManyFrames, ALongSlopeIsNoMissingOne) {
  const TempDir dir;
  SyntheticSlice slice;
  slice.edit = [](DcmDataset& data) { put_long_text(data, DCM_RescaleSlope, 5000); };
  slice.write(dir / "slice.dcm");
  EXPECT_THAT(jcs::test::error_line<jcs::InputError>([&] { read_study(dir.path()); }),
              HasSubstr("the rescale to Hounsfield units is unusable"));
}

TEST(ManyFrames, GroupsOfAllFramesAreWalkedOnce) {
  constexpr int kFrames = 20'000;
  const TempDir dir;
  SyntheticSlice slice = frames_of_a_pixel(kFrames);
  slice.edit = [edit = slice.edit](DcmDataset& data) {
    edit(data);
    jcs::test::shared_group(data, DCM_PlaneOrientationSequence)
        .putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
    add_frame_groups(data, kFrames, [](DcmItem& own, int frame) {
      group_in(own, DCM_PlanePositionSequence)
          .putAndInsertString(DCM_ImagePositionPatient, ("0\\0\\" + std::to_string(frame)).c_str());
    });
  };
  slice.write(dir / "frames.dcm");
  EXPECT_EQ(list_series(dir.path()).at(0).positions, static_cast<std::size_t>(kFrames));
}

TEST(ManyFrames, PartsOfASeriesShareItsLocalizers) {
  constexpr int kPositions = 1000;
  const TempDir dir;
  SyntheticSlice slice = frames_of_a_pixel(3 * kPositions);
  slice.edit = [edit = slice.edit](DcmDataset& data) {
    edit(data);
    add_frame_groups(data, 3 * kPositions, [](DcmItem& own, int frame) {
      group_in(own, DCM_PlanePositionSequence)
          .putAndInsertString(DCM_ImagePositionPatient,
                              ("0\\0\\" + std::to_string(frame / kPositions)).c_str());
      group_in(own, DCM_FrameContentSequence)
          .putAndInsertUint32(DCM_TemporalPositionIndex,
                              static_cast<Uint32>(1 + frame % kPositions));
    });
  };
  slice.write(dir / "frames.dcm");
  SyntheticSlice localizers = frames_of_a_pixel(1000);
  localizers.image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
  localizers.write(dir / "localizers.dcm");
  EXPECT_EQ(list_series(dir.path()).size(), static_cast<std::size_t>(kPositions));
  const CtVolume volume = read_study(dir.path(), {.series = "1/1000"});
  EXPECT_EQ(volume.slice_count(), 3U);
  EXPECT_THAT(volume.warnings, Contains(HasSubstr("1000 localizer(s) in the series left out")));
}

/// The codestream of a compressed slice.
std::string jpeg_ls_of(SyntheticSlice slice, const std::filesystem::path& file) {
  slice.syntax = EXS_JPEGLSLossless;
  slice.write(file);
  DcmFileFormat format;
  EXPECT_TRUE(format.loadFile(file.c_str()).good());
  DcmElement* element = nullptr;
  DcmPixelSequence* sequence = nullptr;
  DcmPixelItem* fragment = nullptr;
  Uint8* bytes = nullptr;
  EXPECT_TRUE(format.getDataset()->findAndGetElement(DCM_PixelData, element).good());
  dynamic_cast<DcmPixelData&>(*element).getEncapsulatedRepresentation(EXS_JPEGLSLossless, nullptr,
                                                                      sequence);
  EXPECT_TRUE(sequence->getItem(fragment, 1).good());
  EXPECT_TRUE(fragment->getUint8Array(bytes).good());
  std::string stream(reinterpret_cast<const char*>(bytes), fragment->getLength());
  std::filesystem::remove(file);
  return stream;
}

void add_fragment(DcmPixelSequence& sequence, const std::string& bytes) {
  auto* fragment = new DcmPixelItem(DcmTag(DCM_Item, EVR_pixelItem));
  fragment->putUint8Array(reinterpret_cast<const Uint8*>(bytes.data()), bytes.size());
  sequence.insert(fragment);
}

/// Adds the stream in `count` fragments, the last of which holds what is left.
void add_in_fragments(DcmPixelSequence& sequence, const std::string& stream, std::size_t count) {
  const std::size_t length = stream.size() / count / 2 * 2;
  ASSERT_GE(length, 4U);
  for (std::size_t i = 0; i < count; ++i) {
    add_fragment(sequence, stream.substr(i * length, i + 1 < count ? length : std::string::npos));
  }
}

TEST(ManyFrames, FramesInManyFragmentsAreFoundOnce) {
  constexpr int kFrames = 1000;
  const TempDir dir;
  SyntheticSlice slice;
  slice.rows = slice.columns = 16;
  std::vector<std::string> streams;
  std::vector<std::vector<std::uint16_t>> stored;
  for (unsigned kind = 0; kind < 3; ++kind) {
    slice.stored.clear();
    for (unsigned i = 0; i < 16 * 16; ++i) {
      slice.stored.push_back(
          static_cast<std::uint16_t>(((i + 1) * (kind + 3) * 2654435761U) >> 20U));
    }
    stored.push_back(slice.stored);
    streams.push_back(jpeg_ls_of(slice, dir / "one.dcm"));
  }
  auto* sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
  sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_pixelItem)));
  for (std::size_t frame = 0; frame < kFrames; ++frame) {
    add_in_fragments(*sequence, streams[frame % 3], 80 + frame % 20);
  }
  slice.write(dir / "frames.dcm");
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile((dir / "frames.dcm").c_str()).good());
  auto* element = new DcmPixelData(DCM_PixelData);
  element->putOriginalRepresentation(EXS_JPEGLSLossless, nullptr, sequence);
  format.getDataset()->insert(element, OFTrue);
  format.getDataset()->putAndInsertString(DCM_NumberOfFrames, std::to_string(kFrames).c_str());
  ASSERT_TRUE(format.saveFile((dir / "frames.dcm").c_str(), EXS_JPEGLSLossless).good());

  const CtVolume volume = read_study(dir.path());
  ASSERT_EQ(volume.slice_count(), static_cast<std::size_t>(kFrames));
  for (std::size_t frame = 0; frame < kFrames; ++frame) {
    const auto hu = volume.slice(frame);
    for (std::size_t i = 0; i < hu.size(); ++i) {
      ASSERT_EQ(hu[i], stored[frame % 3][i] - 1024) << frame;
    }
  }
}

}  // namespace
