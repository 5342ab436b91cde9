#include "jcs/imaging/nifti.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/picture.hpp"

#include "nifti_header.hpp"

namespace jcs::imaging {

namespace {

constexpr double kAir = -1024;

struct CloseStream {
  void operator()(znzptr* stream) const { Xznzclose(&stream); }
};

template <class Stored>
void append_as_double(const std::vector<std::byte>& bytes, std::vector<double>& values) {
  Stored value;
  for (std::size_t at = 0; at + sizeof value <= bytes.size(); at += sizeof value) {
    std::memcpy(&value, bytes.data() + at, sizeof value);
    values.push_back(static_cast<double>(value));
  }
}

std::vector<double> as_doubles(const std::vector<std::byte>& bytes, int datatype) {
  std::vector<double> values;
  values.reserve(bytes.size());
  switch (datatype) {
    case DT_UINT8:
      append_as_double<std::uint8_t>(bytes, values);
      break;
    case DT_INT8:
      append_as_double<std::int8_t>(bytes, values);
      break;
    case DT_INT16:
      append_as_double<std::int16_t>(bytes, values);
      break;
    case DT_UINT16:
      append_as_double<std::uint16_t>(bytes, values);
      break;
    case DT_INT32:
      append_as_double<std::int32_t>(bytes, values);
      break;
    case DT_UINT32:
      append_as_double<std::uint32_t>(bytes, values);
      break;
    case DT_INT64:
      append_as_double<std::int64_t>(bytes, values);
      break;
    case DT_UINT64:
      append_as_double<std::uint64_t>(bytes, values);
      break;
    case DT_FLOAT32:
      append_as_double<float>(bytes, values);
      break;
    default:
      append_as_double<double>(bytes, values);
      break;
  }
  return values;
}

bool fits_grey(double value) { return value >= 0 && value <= 255; }

}  // namespace

struct NiftiVolume::File {
  explicit File(const std::filesystem::path& file)
      : path(file), header(read_nifti_header(file)), axes(nifti_axes(*header, file)) {
    stream.reset(znzopen(path.c_str(), "rb", nifti_is_gzfile(path.c_str())));
    if (!stream) {
      throw InputError({"cannot be opened", path.string()});
    }
  }

  // One slice in the order of the file, rescaled.
  std::vector<double> stored(int index) {
    if (index < 0 || index >= header->nz) {
      throw InputError({"has no such slice", path.string(),
                        "0 to " + std::to_string(header->nz - 1), std::to_string(index)});
    }
    std::vector<std::byte> bytes(
        static_cast<std::size_t>(header->nx * header->ny * header->nbyper));
    const auto start = static_cast<znz_off_t>(header->iname_offset) +
                       static_cast<znz_off_t>(bytes.size()) * static_cast<znz_off_t>(index);
    if (znzseek(stream.get(), start, SEEK_SET) < 0 ||
        znzread(bytes.data(), 1, bytes.size(), stream.get()) != bytes.size()) {
      throw InputError(
          {"ends too early or is damaged", path.string(), {}, "no slice " + std::to_string(index)});
    }
    if (header->swapsize > 1 && header->byteorder != nifti_short_order()) {
      nifti_swap_Nbytes(static_cast<std::int64_t>(bytes.size()) / header->swapsize,
                        header->swapsize, bytes.data());
    }
    std::vector<double> values = as_doubles(bytes, header->datatype);
    if (header->scl_slope != 0) {
      for (double& value : values) value = header->scl_slope * value + header->scl_inter;
    }
    return values;
  }

  // The values as shown, each after `convert`.
  template <class Pixel, class Convert>
  cv::Mat shown(const std::vector<double>& values, Convert&& convert) const {
    const auto nx = static_cast<int>(header->nx);
    const auto ny = static_cast<int>(header->ny);
    cv::Mat picture(axes.transposed ? nx : ny, axes.transposed ? ny : nx,
                    cv::DataType<Pixel>::type);
    for (int row = 0; row < picture.rows; ++row) {
      const int y = axes.flip_rows ? picture.rows - 1 - row : row;
      auto* out = picture.ptr<Pixel>(row);
      for (int column = 0; column < picture.cols; ++column) {
        const int x = axes.flip_columns ? picture.cols - 1 - column : column;
        const auto at = axes.transposed ? y + static_cast<std::size_t>(nx) * x
                                        : x + static_cast<std::size_t>(nx) * y;
        out[column] = convert(values[at]);
      }
    }
    return picture;
  }

  // Whether all values of the volume are grey values. Most CTs say no in their first slice.
  bool windowed() {
    double largest = 0;
    for (int index = 0; !windowed_.has_value() && index < header->nz; ++index) {
      const std::vector<double> values = stored(index);
      if (!std::all_of(values.begin(), values.end(), fits_grey)) windowed_ = false;
      for (const double value : values) largest = std::max(largest, value);
    }
    if (!windowed_.has_value() && largest <= 1) {
      throw InputError({"has values from 0 to 1 alone", path.string(),
                        "Hounsfield units, or grey values from 0 to 255"});
    }
    if (!windowed_.has_value()) windowed_ = true;
    return *windowed_;
  }

  std::filesystem::path path;
  NiftiHeader header;
  NiftiAxes axes;
  std::unique_ptr<znzptr, CloseStream> stream;
  std::optional<bool> windowed_;
};

NiftiVolume::NiftiVolume(const std::filesystem::path& file) : file_(std::make_unique<File>(file)) {}
NiftiVolume::~NiftiVolume() = default;
NiftiVolume::NiftiVolume(NiftiVolume&&) noexcept = default;
NiftiVolume& NiftiVolume::operator=(NiftiVolume&&) noexcept = default;

int NiftiVolume::rows() const {
  return static_cast<int>(file_->axes.transposed ? file_->header->nx : file_->header->ny);
}
int NiftiVolume::columns() const {
  return static_cast<int>(file_->axes.transposed ? file_->header->ny : file_->header->nx);
}
PixelSpacing NiftiVolume::spacing() const {
  return {file_->axes.row_spacing_mm, file_->axes.column_spacing_mm};
}
int NiftiVolume::slices() const { return static_cast<int>(file_->header->nz); }
bool NiftiVolume::feet_first() const { return file_->axes.feet_first; }

cv::Mat NiftiVolume::slice(int index) {
  const std::vector<double> values = file_->stored(index);
  if (!std::all_of(values.begin(), values.end(), fits_grey)) file_->windowed_ = false;
  if (file_->windowed()) {
    return file_->shown<std::uint8_t>(
        values, [](double value) { return static_cast<std::uint8_t>(std::lround(value)); });
  }
  return file_->shown<std::int16_t>(values, [](double value) {
    using Limits = std::numeric_limits<std::int16_t>;
    const double hu = std::isnan(value) ? kAir : value;
    return static_cast<std::int16_t>(
        std::lround(std::clamp<double>(hu, Limits::min(), Limits::max())));
  });
}

cv::Mat NiftiVolume::mask(int index, std::optional<int> value) {
  constexpr double kWhole = 1e-3;  // what a rescale may leave of a whole number
  const std::vector<double> values = file_->stored(index);
  for (const double found : values) {
    const bool whole = std::abs(found - std::round(found)) <= kWhole;
    if (!whole || (!value && std::abs(found) > kWhole && std::abs(found - 1) > kWhole)) {
      throw InputError({"the mask has a stray value", file_->path.string(),
                        value ? "whole numbers" : "0 and 1, or a mask value in the manifest",
                        std::to_string(found) + " in slice " + std::to_string(index)});
    }
  }
  const int wanted = value.value_or(1);
  return file_->shown<std::uint8_t>(values, [&](double found) {
    return static_cast<std::uint8_t>(std::abs(found - wanted) <= kWhole ? 1 : 0);
  });
}

bool named_like_nifti(const std::filesystem::path& file) {
  return has_ending(file, ".nii") || has_ending(file, ".nii.gz");
}

cv::Mat read_nifti_picture(const std::filesystem::path& file, int slice,
                           const Preprocessing& preprocessing) {
  return windowed(NiftiVolume(file).slice(slice), preprocessing);
}

cv::Mat read_nifti_mask(const std::filesystem::path& file, int slice, std::optional<int> value) {
  return NiftiVolume(file).mask(slice, value);
}

}  // namespace jcs::imaging
