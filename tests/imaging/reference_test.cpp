// Every file of two folders of real DICOM files, held against what an independent reader made of
// it.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/imaging/dicom_pixels.hpp"

#include "support/shared.hpp"

namespace {

using jcs::imaging::DicomFrame;

/// CRC-32 (IEEE) of the values as little-endian 32-bit integers.
std::uint32_t crc32_of(const std::vector<double>& values) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const double value : values) {
    const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
    for (unsigned byte = 0; byte < 4; ++byte) {
      crc ^= (bits >> (8 * byte)) & 0xFFU;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

bool is_lossy(const std::string& syntax) {
  static const std::array<std::string, 4> kLossy = {
      "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81",
      "1.2.840.10008.1.2.4.91"};
  return std::find(kLossy.begin(), kLossy.end(), syntax) != kLossy.end();
}

void expect_figures(const nlohmann::json& expected, const DicomFrame& frame) {
  // What a lossy decoder may round another way.
  const double tolerance = is_lossy(frame.transfer_syntax) ? 1.0 : 1e-6;
  const auto [low, high] = std::minmax_element(frame.values.begin(), frame.values.end());
  const double mean = std::accumulate(frame.values.begin(), frame.values.end(), 0.0) /
                      static_cast<double>(frame.values.size());
  EXPECT_NEAR(*low, expected.at("min").get<double>(), tolerance);
  EXPECT_NEAR(*high, expected.at("max").get<double>(), tolerance);
  EXPECT_NEAR(mean, expected.at("mean").get<double>(), tolerance);
  if (expected.contains("crc32_int32") && !is_lossy(frame.transfer_syntax)) {
    EXPECT_EQ(crc32_of(frame.values), expected.at("crc32_int32").get<std::uint32_t>());
  }
}

struct Counts {
  int equal = 0;      ///< figures and size as the reference has them
  int size_only = 0;  ///< the reference gives no figures, the size agrees
  int further = 0;    ///< decoded where the reference could not
  int refused = 0;
};

Counts compare(const std::string& name) {
  std::ifstream in(jcs::test::reference_dir() / ("dicom_" + name + ".json"));
  const auto reference = nlohmann::json::parse(in);
  Counts counts;
  for (const auto& [file, expected] : reference.items()) {
    SCOPED_TRACE(file);
    const std::string status = expected.at("status");
    try {
      const DicomFrame frame = jcs::imaging::read_dicom_frame(jcs::test::data_dir() / name / file);
      if (status == "reference_cannot_decode") {
        ++counts.further;
        continue;
      }
      EXPECT_TRUE(status == "pixels" || status == "not_dicom") << status;
      if (status != "pixels") {
        ++counts.further;
        continue;
      }
      EXPECT_EQ(frame.rows, expected.at("rows").get<int>());
      EXPECT_EQ(frame.columns, expected.at("columns").get<int>());
      EXPECT_EQ(frame.frames, expected.at("frames").get<int>());
      if (expected.contains("min")) {
        expect_figures(expected, frame);
        ++counts.equal;
      } else {
        ++counts.size_only;
      }
    } catch (const jcs::InputError& error) {
      const std::string line = error.what();
      EXPECT_EQ(line.find('\n'), std::string::npos) << line;
      EXPECT_NE(line.find(std::filesystem::path(file).filename().string()), std::string::npos)
          << line;
      EXPECT_FALSE(expected.contains("min")) << "refused: " << line;
      ++counts.refused;
    }
  }
  return counts;
}

void record(const Counts& counts) {
  ::testing::Test::RecordProperty("equal", counts.equal);
  ::testing::Test::RecordProperty("size_only", counts.size_only);
  ::testing::Test::RecordProperty("further", counts.further);
  ::testing::Test::RecordProperty("refused", counts.refused);
}

TEST(Reference, OddFilesAreReadAlikeOrRefusedInOneLine) {
  JCS_NEEDS(jcs::test::reference_dir() / "dicom_dicom-edge.json");
  JCS_NEEDS(jcs::test::data_dir() / "dicom-edge");
  const Counts counts = compare("dicom-edge");
  record(counts);
  EXPECT_EQ(counts.equal, 52);
}

TEST(Reference, PatientsAreReadAlike) {
  JCS_NEEDS(jcs::test::reference_dir() / "dicom_ct-md.json");
  JCS_NEEDS(jcs::test::data_dir() / "ct-md");
  const Counts counts = compare("ct-md");
  record(counts);
  EXPECT_EQ(counts.equal, 470);
}

}  // namespace
