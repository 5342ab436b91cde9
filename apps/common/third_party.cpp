#include "common/third_party.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <link.h>

namespace jcs::app {

namespace {

// A function of a library that happens to be loaded. The programs do not all link the same
// libraries, and a list of them must not make them do so.
template <class Function>
Function* loaded(const char* symbol) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, symbol));
}

using Version = std::string (*)();

std::string text_of(const char* symbol) {
  const auto function = loaded<const char*()>(symbol);
  return function == nullptr ? "" : function();
}

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

// The first run of digits and dots.
std::string number_in(std::string_view text) {
  const auto from =
      std::find_if(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  const auto to = std::find_if(from, text.end(),
                               [](unsigned char c) { return std::isdigit(c) == 0 && c != '.'; });
  return {from, to};
}

std::string torch_configuration() {
  const auto function = loaded<std::string()>("_ZN2at11show_configB5cxx11Ev");
  return function == nullptr ? "" : function();
}

std::string after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? "" : number_in(text.substr(at + mark.size()));
}

std::string opencv_version() {
  const auto part = [](const char* symbol) {
    const auto function = loaded<int()>(symbol);
    return function == nullptr ? 0 : function();
  };
  return dotted(part("_ZN2cv15getVersionMajorEv"), part("_ZN2cv15getVersionMinorEv"),
                part("_ZN2cv18getVersionRevisionEv"));
}

std::string openssl_version() {
  constexpr int kVersionString = 6;  // OPENSSL_VERSION_STRING
  const auto function = loaded<const char*(int)>("OpenSSL_version");
  return function == nullptr ? "" : number_in(function(kVersionString));
}

std::string matio_version() {
  const auto function = loaded<void(int*, int*, int*)>("Mat_GetLibraryVersion");
  int major = 0, minor = 0, patch = 0;
  if (function == nullptr) return "";
  function(&major, &minor, &patch);
  return dotted(major, minor, patch);
}

std::string hdf5_version() {
  const auto function = loaded<int(unsigned*, unsigned*, unsigned*)>("H5get_libversion");
  unsigned major = 0, minor = 0, patch = 0;
  if (function == nullptr) return "";
  function(&major, &minor, &patch);
  return dotted(static_cast<int>(major), static_cast<int>(minor), static_cast<int>(patch));
}

std::string png_version() {
  const auto function = loaded<std::uint32_t()>("png_access_version_number");
  if (function == nullptr) return "";
  const auto number = static_cast<int>(function());
  return dotted(number / 10000, number / 100 % 100, number % 100);
}

std::string webp_version() {
  const auto function = loaded<int()>("WebPGetDecoderVersion");
  if (function == nullptr) return "";
  const int number = function();
  return dotted(number >> 16, number >> 8 & 0xff, number & 0xff);
}

std::string gdal_version() {
  const auto function = loaded<const char*(const char*)>("GDALVersionInfo");
  return function == nullptr ? "" : function("RELEASE_NAME");
}

constexpr std::string_view kGccLicence = "GPL-3.0-or-later WITH GCC-exception-3.1";
constexpr std::string_view kNvidia = "LicenseRef-NVIDIA-EULA";

constexpr std::string_view kNotInTheName = "-";

struct Entry {
  std::string_view name;
  std::string_view licence;
  /// How the names of its files begin; several are divided by blanks.
  std::string_view files;
  /// Nothing: the library has no such function.
  Version version = nullptr;
  /// The wheel that it came in, whose version stands in a folder's name.
  std::string_view wheel = {};
  /// What stands before the version in the file's name. Other libraries number their files by what
  /// they are compatible with.
  std::string_view before_version = kNotInTheName;
};

// The parts that jcs asks for itself, then those that decode files or compute beneath them.
constexpr std::array kEntries{
    Entry{"LibTorch", "BSD-3-Clause", "libtorch libc10",
          [] { return after(torch_configuration(), "TORCH_VERSION="); }},
    Entry{"OpenCV", "Apache-2.0", "libopencv_", opencv_version},
    Entry{"CharLS of DCMTK", "BSD-3-Clause", "libdcmtkcharls", nullptr, {}, "17."},
    Entry{"IJG libjpeg of DCMTK", "IJG", "libijg", nullptr, {}, "17."},
    Entry{"DCMTK", "BSD-3-Clause", "libdcm libcmr liboflog libofstd", nullptr, {}, "17."},
    Entry{"IJG libjpeg of GDCM", "IJG", "libgdcmjpeg",
          [] { return text_of("_ZN4gdcm7Version10GetVersionEv"); }},
    Entry{"GDCM", "BSD-3-Clause", "libgdcm",
          [] { return text_of("_ZN4gdcm7Version10GetVersionEv"); }},
    Entry{"NIfTI clib", "LicenseRef-Public-Domain AND MIT", "libnifti libznz"},
    Entry{"OpenSSL", "Apache-2.0", "libcrypto libssl.", openssl_version},
    Entry{"spdlog", "MIT", "libspdlog", nullptr, {}, ""},
    Entry{"fmt", "MIT", "libfmt", nullptr, {}, ""},
    Entry{"yaml-cpp", "MIT", "libyaml-cpp", nullptr, {}, ""},
    Entry{"libzip", "BSD-3-Clause", "libzip", [] { return text_of("zip_libzip_version"); }},
    Entry{"matio", "BSD-2-Clause", "libmatio", matio_version},
    Entry{"ISA-L", "BSD-3-Clause", "libisal", [] { return std::string(JCS_ISAL_VERSION); }},
    Entry{"zlib", "Zlib", "libz.", [] { return text_of("zlibVersion"); }},
    Entry{"GNU OpenMP", kGccLicence, "libgomp"},
    Entry{"GCC runtime", kGccLicence, "libstdc++ libgcc_s libgfortran libquadmath"},
    Entry{"GNU C library", "LGPL-2.1-or-later",
          "libc. libm. libdl. libpthread. librt. libutil. libresolv. ld-linux",
          [] { return std::string(::gnu_get_libc_version()); }},

    Entry{"OpenJPEG", "BSD-2-Clause", "libopenjp2", [] { return text_of("opj_version"); }},
    Entry{"CharLS", "BSD-3-Clause", "libcharls",
          [] { return text_of("charls_get_version_string"); }},
    Entry{"libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "libjpeg"},
    Entry{"libpng", "libpng-2.0", "libpng", png_version},
    Entry{"LibTIFF", "libtiff", "libtiff", [] { return number_in(text_of("TIFFGetVersion")); }},
    Entry{"libwebp", "BSD-3-Clause", "libwebp libsharpyuv", webp_version},
    Entry{"OpenEXR", "BSD-3-Clause", "libOpenEXR libIex libIlmThread"},
    Entry{"Imath", "BSD-3-Clause", "libImath"},
    Entry{"GDAL", "MIT", "libgdal", gdal_version},
    Entry{"HDF5", "BSD-3-Clause", "libhdf5", hdf5_version},
    Entry{"oneTBB", "Apache-2.0", "libtbb", [] { return text_of("TBB_runtime_version"); }},
    Entry{"Zstandard", "BSD-3-Clause", "libzstd", [] { return text_of("ZSTD_versionString"); }},
    Entry{"XZ Utils", "0BSD", "liblzma", [] { return text_of("lzma_version_string"); }},
    Entry{"bzip2", "bzip2-1.0.6", "libbz2", [] { return number_in(text_of("BZ2_bzlibVersion")); }},
    Entry{"libxml2", "MIT", "libxml2"},
    Entry{"libwrap", "LicenseRef-TCP-Wrappers", "libwrap"},

    Entry{"cuBLAS", kNvidia, "libcublas", nullptr, "nvidia_cublas"},
    Entry{"CUDA runtime", kNvidia, "libcudart", nullptr, "nvidia_cuda_runtime"},
    Entry{"CUPTI", kNvidia, "libcupti", nullptr, "nvidia_cuda_cupti"},
    Entry{"cuDNN", kNvidia, "libcudnn", nullptr, "nvidia_cudnn_cu13"},
    Entry{"cuFFT", kNvidia, "libcufft", nullptr, "nvidia_cufft"},
    Entry{"cuFile", kNvidia, "libcufile", nullptr, "nvidia_cufile"},
    Entry{"cuRAND", kNvidia, "libcurand", nullptr, "nvidia_curand"},
    Entry{"cuSOLVER", kNvidia, "libcusolver", nullptr, "nvidia_cusolver"},
    Entry{"cuSPARSELt", kNvidia, "libcusparseLt", nullptr, "nvidia_cusparselt_cu13"},
    Entry{"cuSPARSE", kNvidia, "libcusparse", nullptr, "nvidia_cusparse"},
    Entry{"NCCL", "BSD-3-Clause", "libnccl", nullptr, "nvidia_nccl_cu13"},
    Entry{"NVRTC", kNvidia, "libnvrtc", nullptr, "nvidia_cuda_nvrtc"},
    Entry{"nvJitLink", kNvidia, "libnvJitLink", nullptr, "nvidia_nvjitlink"},
    Entry{"NVSHMEM", kNvidia, "libnvshmem", nullptr, "nvidia_nvshmem_cu13"},
    Entry{"CUDA driver", kNvidia, "libcuda. libnvidia-", nullptr, {}, ""},
};

// What the wheel says about the libraries inside LibTorch: a mark in its configuration, and the
// version behind it where there is one.
struct Inside {
  std::string_view name;
  std::string_view licence;
  std::string_view mark;
  bool has_version;
};

constexpr std::array kInsideTorch{
    Inside{"oneMKL", "LicenseRef-Intel-Simplified-Software-License", "Math Kernel Library Version ",
           true},
    Inside{"oneDNN", "Apache-2.0", "MKL-DNN v", true},
    Inside{"Gloo", "BSD-3-Clause", "USE_GLOO=ON", false},
    Inside{"FBGEMM", "BSD-3-Clause", "-DUSE_FBGEMM", false},
    Inside{"XNNPACK", "BSD-3-Clause", "-DUSE_XNNPACK", false},
    Inside{"QNNPACK", "BSD-3-Clause", "-DUSE_PYTORCH_QNNPACK", false},
    Inside{"NNPACK", "BSD-2-Clause", "NNPACK is enabled", false},
    Inside{"Kineto", "BSD-3-Clause", "-DUSE_KINETO", false},
};

std::vector<std::filesystem::path> loaded_files() {
  std::vector<std::filesystem::path> files;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* into) {
        const std::string_view file = info->dlpi_name;
        // The program itself has no name here; the kernel's own object has no file.
        if (!file.empty() && !file.starts_with("linux-vdso")) {
          static_cast<std::vector<std::filesystem::path>*>(into)->emplace_back(file);
        }
        return 0;
      },
      &files);
  std::ranges::sort(files, {}, [](const auto& file) { return file.filename(); });
  return files;
}

bool belongs(const Entry& entry, std::string_view file) {
  std::string_view rest = entry.files;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (file.starts_with(rest.substr(0, end))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

// Wheels leave a folder NAME-VERSION.dist-info beside what they hold.
std::string wheel_version(const std::filesystem::path& file, std::string_view wheel) {
  const std::string begin = std::string(wheel) + "-";
  const std::string_view end = ".dist-info";
  std::error_code error;
  std::filesystem::path folder = file.parent_path();
  for (int up = 0; up < 4; ++up) {
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end)) {
        return name.substr(begin.size(), name.size() - begin.size() - end.size());
      }
    }
    folder = folder.parent_path();
  }
  return "";
}

// libfmt.so.9 is a link to libfmt.so.9.1.0; libjpeg.so.62 to libjpeg.so.62.3.0, whatever its
// version is.
std::string file_version(const std::filesystem::path& file, std::string_view before) {
  std::error_code error;
  const std::string name = std::filesystem::canonical(file, error).filename().string();
  const std::size_t at = name.rfind(".so.");
  if (at == std::string::npos) return "";
  const std::string version = name.substr(at + 4);
  if (before == kNotInTheName) return "(ABI " + version + ")";
  return version.starts_with(before) ? version.substr(before.size()) : version;
}

std::string line_of(std::string_view name, std::string_view version, std::string_view licence,
                    std::string_view where) {
  std::string line(name);
  if (!version.empty()) line.append(" ").append(version);
  return line.append(", ").append(licence).append(": ").append(where).append("\n");
}

}  // namespace

std::string third_party() {
  std::vector<std::filesystem::path> files = loaded_files();
  std::string text;
  for (const CompiledIn& part : compiled_in()) {
    text += line_of(part.name, part.version, part.licence, "compiled in");
  }
  for (const Entry& entry : kEntries) {
    std::string names, version;
    std::erase_if(files, [&](const std::filesystem::path& file) {
      const std::string name = file.filename().string();
      if (!belongs(entry, name)) return false;
      if (version.empty()) {
        version = entry.version != nullptr ? entry.version()
                  : !entry.wheel.empty()   ? wheel_version(file, entry.wheel)
                                           : "";
        if (version.empty()) version = file_version(file, entry.before_version);
      }
      names.append(names.empty() ? "" : " ").append(name);
      return true;
    });
    if (!names.empty()) text += line_of(entry.name, version, entry.licence, names);
  }
  const std::string torch = torch_configuration();
  for (const Inside& part : kInsideTorch) {
    if (torch.find(part.mark) == std::string::npos) continue;
    text += line_of(part.name, part.has_version ? after(torch, part.mark) : "", part.licence,
                    "inside LibTorch");
  }
  if (!files.empty()) {
    text += "Loaded by these from the system, under licences of their own:";
    for (const auto& file : files) text.append(" ").append(file.filename().string());
    text += "\n";
  }
  return text;
}

}  // namespace jcs::app
