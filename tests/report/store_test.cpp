#include "jcs/report/store.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jcs/imaging/dicom_writer.hpp"
#include "jcs/imaging/phantom.hpp"
#include "jcs/imaging/study.hpp"

#include "report/storage_peer.hpp"
#include "support/error_line.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::report::store;
using jcs::report::StoreTarget;
using jcs::test::error_line;
using jcs::test::free_port;
using jcs::test::PeerManners;
using jcs::test::StoragePeer;
using jcs::test::TempDir;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Three slices as files, and a folder for what a peer is sent.
class Store : public testing::Test {
 protected:
  void SetUp() override { make(jcs::imaging::WriteOptions::TransferSyntax::kExplicitLittleEndian); }

  void make(jcs::imaging::WriteOptions::TransferSyntax syntax) {
    jcs::imaging::PhantomOptions options;
    options.rows = options.columns = 32;
    options.slices = 3;
    options.row_spacing_mm = options.column_spacing_mm = 12;
    options.slice_spacing_mm = 20;
    fs::remove_all(dir / "study");
    jcs::imaging::write_ct_series(dir / "study", jcs::imaging::make_phantom(options).volume,
                                  {syntax});
    files.clear();
    for (const auto& entry : fs::directory_iterator(dir / "study")) files.push_back(entry.path());
    std::ranges::sort(files);
    fs::create_directory(dir / "archive");
  }

  [[nodiscard]] static StoreTarget target(int port) { return {"127.0.0.1", port, "ARCHIVE"}; }
  [[nodiscard]] std::size_t archived() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir / "archive"), fs::directory_iterator{}));
  }

  TempDir dir;
  std::vector<fs::path> files;
};

TEST(StoreTargetParse, TakesHostPortAndTitle) {
  const StoreTarget target = StoreTarget::parse("pacs.example.org:11112:ARCHIVE ONE");
  EXPECT_EQ(target.host, "pacs.example.org");
  EXPECT_EQ(target.port, 11112);
  EXPECT_EQ(target.called_ae, "ARCHIVE ONE");
}

TEST(StoreTargetParse, SaysWhatIsWrong) {
  const auto line = [](const char* text) {
    return error_line<jcs::UsageError>([&] { (void)StoreTarget::parse(text); });
  };
  for (const char* text : {"", "pacs", "pacs:104", ":104:ARCHIVE"}) {
    EXPECT_THAT(line(text), HasSubstr("HOST:PORT:AE_TITLE")) << text;
  }
  for (const char* text : {"pacs::ARCHIVE", "pacs:0:ARCHIVE", "pacs:65536:ARCHIVE",
                           "pacs:104x:ARCHIVE", "pacs:-1:ARCHIVE"}) {
    EXPECT_THAT(line(text), HasSubstr("1 to 65535")) << text;
  }
  for (const char* text : {"pacs:104:", "pacs:104:SEVENTEENLETTERSS", "pacs:104:A\\B",
                           "pacs:104: A", "pacs:104:\xC3\x84"}) {
    EXPECT_THAT(line(text), HasSubstr("application entity title")) << text;
  }
}

TEST_F(Store, TheyArriveAsTheyAre) {
  StoragePeer peer(dir / "archive", {});
  store(target(peer.port()), files, {}, "SENDER");
  EXPECT_THAT(peer.callers(), ElementsAre("SENDER"));
  EXPECT_EQ(archived(), files.size());
  EXPECT_EQ(jcs::imaging::read_study(dir / "study").hu,
            jcs::imaging::read_study(dir / "archive").hu);
}

TEST_F(Store, CompressedPixelsStayCompressedOrAreUnpackedForAPeerThatWantsIt) {
  make(jcs::imaging::WriteOptions::TransferSyntax::kJpegLossless);
  for (const bool only_uncompressed : {false, true}) {
    fs::remove_all(dir / "archive");
    fs::create_directory(dir / "archive");
    PeerManners manners;
    manners.only_uncompressed = only_uncompressed;
    StoragePeer peer(dir / "archive", manners);
    store(target(peer.port()), files);
    EXPECT_THAT(peer.callers(), ElementsAre("JCS"));
    ASSERT_EQ(archived(), files.size());
    DcmFileFormat format;
    ASSERT_TRUE(format.loadFile(fs::directory_iterator(dir / "archive")->path().c_str()).good());
    EXPECT_EQ(format.getDataset()->getOriginalXfer(),
              only_uncompressed ? EXS_LittleEndianExplicit : EXS_JPEGProcess14SV1);
    EXPECT_EQ(jcs::imaging::read_study(dir / "study").hu,
              jcs::imaging::read_study(dir / "archive").hu);
  }
}

TEST_F(Store, NobodyListensThere) {
  const int port = free_port();
  const std::string line = error_line<jcs::OutputError>([&] { store(target(port), files); });
  EXPECT_THAT(line, AllOf(HasSubstr("127.0.0.1:" + std::to_string(port) + " (ARCHIVE)"),
                          HasSubstr("no association")));
}

TEST_F(Store, NoSuchHost) {
  EXPECT_THAT(error_line<jcs::OutputError>([&] {
                store({"no-such-host.invalid", 104, "ARCHIVE"}, files);
              }),
              HasSubstr("no-such-host.invalid:104 (ARCHIVE)"));
}

TEST_F(Store, ARejectedAssociationNamesTheTitles) {
  PeerManners manners;
  manners.ae_title = "ANOTHER";
  StoragePeer peer(dir / "archive", manners);
  const std::string line = error_line<jcs::OutputError>([&] { store(target(peer.port()), files); });
  EXPECT_THAT(line, AllOf(HasSubstr("ARCHIVE"), HasSubstr("rejected"), HasSubstr("JCS")));
  EXPECT_EQ(archived(), 0U);
}

TEST_F(Store, ARefusedFileIsNamedWithTheStatus) {
  PeerManners manners;
  manners.status = 0xA700;
  StoragePeer peer(dir / "archive", manners);
  const std::string line = error_line<jcs::OutputError>([&] { store(target(peer.port()), files); });
  EXPECT_THAT(line, AllOf(HasSubstr("slice_0001.dcm"), HasSubstr("A700H"),
                          HasSubstr("OutOfResources"), HasSubstr("(ARCHIVE)")));
}

TEST_F(Store, AWarningIsNoFailure) {
  PeerManners manners;
  manners.status = 0xB000;
  StoragePeer peer(dir / "archive", manners);
  EXPECT_NO_THROW(store(target(peer.port()), files));
}

TEST_F(Store, AnObjectThatThePeerDoesNotTakeIsNamed) {
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(files.back().c_str()).good());
  format.getDataset()->putAndInsertString(DCM_SOPClassUID, UID_SegmentationStorage);
  ASSERT_TRUE(format.saveFile(files.back().c_str(), EXS_LittleEndianExplicit).good());
  PeerManners manners;
  manners.only_ct = true;
  StoragePeer peer(dir / "archive", manners);
  EXPECT_THAT(error_line<jcs::OutputError>([&] { store(target(peer.port()), files); }),
              AllOf(HasSubstr("slice_0003.dcm"), HasSubstr("takes no objects of the kind")));
}

TEST_F(Store, APeerThatHangsUpIsAnError) {
  PeerManners manners;
  manners.hangs_up = true;
  StoragePeer peer(dir / "archive", manners);
  EXPECT_THAT(error_line<jcs::OutputError>([&] { store(target(peer.port()), files); }),
              HasSubstr("slice_0001.dcm"));
}

TEST_F(Store, NothingIsSentWhenAFileIsNotDicom) {
  std::ofstream(dir / "notes.txt") << "no DICOM";
  files.push_back(dir / "notes.txt");
  StoragePeer peer(dir / "archive", {});
  EXPECT_THAT(error_line<jcs::InputError>([&] { store(target(peer.port()), files); }),
              HasSubstr("notes.txt"));
  EXPECT_THAT(error_line<jcs::InputError>([&] {
                const std::vector<fs::path> missing{dir / "missing.dcm"};
                store(target(peer.port()), missing);
              }),
              HasSubstr("missing.dcm"));
  EXPECT_EQ(archived(), 0U);
}

TEST_F(Store, AStopIsHeeded) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(store(target(free_port()), files, stop.get_token()), jcs::Interrupted);
}

TEST_F(Store, NoFilesNeedNoPeer) { EXPECT_NO_THROW(store(target(free_port()), {})); }

}  // namespace
