#include <array>
#include <cmath>

#include "body_axes.hpp"
#include "format.hpp"
#include "identity.hpp"
#include "page.hpp"
#include "slice_layers.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using diagnosis::SliceResult;
using imaging::CtVolume;

/// Size of a slice on the page: columns wide, and as high as its pixels' shape asks for.
struct Frame {
  double width, height, aspect;
};

Frame frame_of(const CtVolume& volume) {
  const double aspect = pixel_aspect(volume);
  return {static_cast<double>(volume.columns), volume.rows * aspect, aspect};
}

/// A bar of a round length, at most 30 % of the width; false when the spacing is not known.
PageData scale_bar(const CtVolume& volume, const Frame& frame) {
  if (!(volume.column_spacing_mm > 0)) {
    return {false};
  }
  constexpr std::array<double, 7> kLengths = {100, 50, 20, 10, 5, 2, 1};  // mm
  for (const double length : kLengths) {
    const double pixels = length / volume.column_spacing_mm;
    if (pixels > 0.3 * frame.width) {
      continue;
    }
    const double y = frame.height * 0.965;
    PageData bar;
    bar["x1"] = fixed(frame.width * 0.03, 1);
    bar["x2"] = fixed(frame.width * 0.03 + pixels, 1);
    bar["y"] = fixed(y, 1);
    bar["tick1"] = fixed(y - frame.width * 0.012, 1);
    bar["tick2"] = fixed(y + frame.width * 0.012, 1);
    bar["text_y"] = fixed(y - frame.width * 0.02, 1);
    bar["text"] = length < 10 ? fixed(length, 0) + " mm" : fixed(length / 10, 0) + " cm";
    return bar;
  }
  return {false};
}

PageData panel(const std::string& caption, const PageData& grey, const std::string& heat,
               const std::string& outline) {
  PageData data;
  data["caption"] = caption;
  data["grey"] = PageData(grey);
  data["heat"] = text_or_false(heat);
  data["outline"] = text_or_false(outline);
  return data;
}

const char* opacity_caption(const SliceResult& slice, bool outlined) {
  if (!slice.opacity_pixels) return "Not looked at for opacities";
  return outlined ? "Outlined opacities" : "No opacity outlined";
}

PageData panels(const CaseResult& result, const SliceResult& slice, const SliceLayers& layers) {
  PageData list = page_list();
  list << panel("Slice", PageData(layers.grey), {}, {});
  if (!layers.heat.empty()) {
    list << panel("Activation map of the classifier", false, layers.heat, {});
  }
  if (result.segmented) {
    list << panel(opacity_caption(slice, !layers.outline.empty()), false, {}, layers.outline);
  }
  return list;
}

std::string opacity_text(const SliceResult& slice) {
  if (slice.opacity_area_mm2) {
    return fixed(*slice.opacity_area_mm2 / 100.0, 1) + " cm²";
  }
  if (slice.opacity_pixels) {
    return counted(*slice.opacity_pixels, "pixel") + " (spacing not known)";
  }
  return kNotLookedAt;
}

PageData facts(const CaseResult& result, const SliceResult& slice) {
  PageData list = page_list();
  list << named_fact("Position", std::isfinite(slice.location_mm)
                                     ? fixed(slice.location_mm, 1) + " mm"
                                     : std::string());
  list << named_fact(
      "Probability",
      fixed(slice.probability, 3) + (slice.positive ? ", counted as positive" : ", not counted"));
  if (result.segmented) {
    list << named_fact("Opacity", opacity_text(slice));
  }
  return list;
}

}  // namespace

double pixel_aspect(const CtVolume& volume) {
  return volume.row_spacing_mm > 0 && volume.column_spacing_mm > 0
             ? volume.row_spacing_mm / volume.column_spacing_mm
             : 1.0;
}

std::string slice_letter(std::size_t n) {
  return n < 26 ? std::string(1, static_cast<char>('A' + n)) : std::to_string(n + 1);
}

PageData slice_list(const CaseResult& result, const CtVolume& volume,
                    const std::vector<std::size_t>& slices, const ReportOptions& options) {
  const Frame frame = frame_of(volume);
  const bool oriented = orientation_known(volume);
  PageData list = page_list();
  for (std::size_t n = 0; n < slices.size(); ++n) {
    const SliceResult& slice = result.slices[slices[n]];
    PageData data;
    data["letter"] = slice_letter(n);
    data["number"] = std::to_string(slices[n] + 1);
    data["file"] = clean_text(shown_reference(slice.file, options.identity));
    data["facts"] = facts(result, slice);
    data["width"] = fixed(frame.width, 0);
    data["height"] = fixed(frame.height, 1);
    data["aspect"] = fixed(frame.aspect, 5);
    data["font"] = fixed(frame.width * 0.055, 1);
    data["edge_left"] =
        text_or_false(oriented ? edge_letter(opposite(volume.row_direction)) : std::string());
    data["edge_right"] =
        text_or_false(oriented ? edge_letter(volume.row_direction) : std::string());
    data["scale"] = scale_bar(volume, frame);
    data["panels"] = panels(result, slice, slice_layers(result, volume, slices[n], options));
    list << data;
  }
  return list;
}

}  // namespace jcs::report
