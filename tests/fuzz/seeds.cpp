// Writes a few small files of every kind that the fuzzers start from: jcs_fuzz_seeds FOLDER makes a
// folder for each fuzzer in it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <opencv2/imgcodecs.hpp>

#include "jcs/evaluation/picture_result.hpp"
#include "jcs/imaging/nifti_writer.hpp"
#include "jcs/imaging/phantom.hpp"

#include "data/stage_one_files.hpp"
#include "imaging/file_bytes.hpp"
#include "imaging/jpeg2000_slice.hpp"
#include "imaging/synthetic_slice.hpp"

namespace {

namespace fs = std::filesystem;
using jcs::test::SyntheticSlice;

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

/// The bytes of a file's only fragment.
std::string codestream_of(const std::string& dicom) {
  const std::string item("\xFE\xFF\x00\xE0", 4), end("\xFE\xFF\xDD\xE0", 4);
  const std::size_t table = dicom.find(item, dicom.find(std::string("\xE0\x7F\x10\x00", 4)));
  const std::size_t fragment = dicom.find(item, table + 4) + 8;
  return dicom.substr(fragment, dicom.rfind(end) - fragment);
}

SyntheticSlice slice_of(E_TransferSyntax syntax, int bits) {
  SyntheticSlice slice;
  slice.rows = 9;
  slice.columns = 11;
  slice.bits_stored = bits;
  slice.syntax = syntax;
  for (unsigned i = 0; i < 99; ++i) {
    slice.stored.push_back(static_cast<std::uint16_t>((i * i * 31U) % (1U << bits)));
  }
  return slice;
}

void dicom_seeds(const fs::path& folder) {
  const std::pair<const char*, E_TransferSyntax> kinds[] = {
      {"explicit", EXS_LittleEndianExplicit},
      {"implicit", EXS_LittleEndianImplicit},
      {"big", EXS_BigEndianExplicit},
      {"deflated", EXS_DeflatedLittleEndianExplicit},
      {"jpeg", EXS_JPEGProcess14SV1},
      {"jpegls", EXS_JPEGLSLossless},
      {"rle", EXS_RLELossless},
      {"jpeg2000", EXS_JPEG2000LosslessOnly}};
  for (const auto& [name, syntax] : kinds) {
    for (const int bits : {12, 16}) {
      const fs::path file = folder / "dicom" / (name + std::to_string(bits) + ".dcm");
      fs::create_directories(file.parent_path());
      SyntheticSlice slice = slice_of(syntax, bits);
      if (syntax == EXS_JPEG2000LosslessOnly) {
        slice.syntax = EXS_LittleEndianExplicit;
        jcs::test::write_jpeg2000(slice, file);
      } else {
        slice.write(file);
      }
      const fs::path codec = folder / ("codec_" + std::string(name));
      if (!DcmXfer(syntax).isEncapsulated()) continue;
      write(codec / std::to_string(bits),
            std::string("\x08\x00\x0A\x00\x00", 5) + codestream_of(jcs::test::content_of(file)));
    }
  }
}

void picture_seeds(const fs::path& folder) {
  fs::create_directories(folder / "picture");
  cv::Mat grey(9, 11, CV_8UC1);
  cv::randu(grey, 0, 2);
  cv::Mat colours(5, 4, CV_8UC3);
  cv::randu(colours, 0, 256);
  for (const char* ending : {"png", "jpg", "bmp", "tif"}) {
    cv::imwrite((folder / "picture" / (std::string("grey.") + ending)).string(), grey);
    cv::imwrite((folder / "picture" / (std::string("colours.") + ending)).string(), colours);
  }
}

void nifti_seeds(const fs::path& folder) {
  fs::create_directories(folder / "nifti");
  jcs::imaging::PhantomOptions options;
  options.rows = options.columns = 32;
  options.slices = 4;
  const jcs::imaging::CtVolume volume = jcs::imaging::make_phantom(options).volume;
  jcs::imaging::write_nifti_volume(folder / "nifti" / "volume.nii", volume);
  jcs::imaging::write_nifti_volume(folder / "nifti" / "volume.nii.gz", volume);
}

void text_seeds(const fs::path& folder) {
  write(folder / "yaml" / "all",
        "flag: true\ncount: 4\nseed: 7\nname: \"a b\"\nfolder: x/y\nmean: [1, 2.5, -3]\ncolour: "
        "green\ninner: {share: 0.25, list: [1, 2, 3]}\n");
  write(folder / "lists" / "manifest",
        "image,mask,label,patient,study,slice,series\n\"a,b.png\",m.png,1,p1,s1,3,x\nc.png,,0,p2,,,"
        "\n");
  write(folder / "lists" / "studies", "path,name\n/tmp,one\n# none\n\"/usr\",\"two\"\n");
  write(folder / "lists" / "plain", "/tmp\n# comment\n\n/usr\n");
}

void result_seeds(const fs::path& folder) {
  write(
      folder / "result_json" / "result",
      R"({"schema_version": 1, "verdict": "positive", "positive_slices": 31, "slices": 40, "threshold": 25,
"opacity_volume_ml": 120.5, "total_seconds": 2.25, "findings": {"opacity_share": 0.125, "severity":
"moderate", "lung_volume_ml": 4200.0}, "concerns": [{"code": "few_slices", "text": "x"}, {"code":
"gaps"}]})");
  write(
      folder / "result_json" / "state",
      R"({"status": "failed", "name": "one", "path": "one", "settings": "", "exit_code": 3, "error":
"cannot be read"})");
  std::string figures;
  for (const auto& [name, value] : jcs::evaluation::figures_of({})) {
    figures += ",\"" + std::string(name) + "\":0.5";
  }
  write(folder / "result_json" / "evaluation",
        R"({"pictures":[{"name":"a","patient":"p","opacity_area":7)" + figures +
            R"(},{"name":"b","opacity_area":9)" + figures + "}]}");
}

void mat_seeds(const fs::path& folder) {
  fs::create_directories(folder / "mat");
  jcs::test::write_features(folder / "mat" / "small.mat", 3, 2, 1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: jcs_fuzz_seeds FOLDER\n");
    return 2;
  }
  const fs::path folder = argv[1];
  dicom_seeds(folder);
  picture_seeds(folder);
  nifti_seeds(folder);
  text_seeds(folder);
  result_seeds(folder);
  mat_seeds(folder);
}
