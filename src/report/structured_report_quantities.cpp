#include "structured_report_quantities.hpp"

#include <array>
#include <optional>

#include "structured_report_codes.hpp"

namespace jcs::report {

namespace {

using diagnosis::CaseResult;
using diagnosis::Findings;

DSRCodedEntryValue volume() { return codes::sct("118565006", "Volume"); }

void add_ml(Quantities& to, const DSRCodedEntryValue& name, const std::optional<double>& value) {
  if (value) {
    to.push_back({name, *value, codes::millilitre()});
  }
}

void add_share(Quantities& to, const DSRCodedEntryValue& name, const std::optional<double>& share) {
  if (share) {
    to.push_back({name, 100.0 * *share, codes::percent()});
  }
}

void add_number(Quantities& to, const DSRCodedEntryValue& name, std::size_t value) {
  to.push_back({name, static_cast<double>(value), codes::number()});
}

DSRCodedEntryValue opacity_share() {
  return codes::own("opacity_share", "Share of the lung volume that is opaque");
}
DSRCodedEntryValue ground_glass() {
  return codes::own("ground_glass", "Volume of ground-glass opacity");
}
DSRCodedEntryValue consolidation() {
  return codes::own("consolidation", "Volume of consolidation");
}

}  // namespace

Quantities series_quantities(const CaseResult& result) {
  Quantities all;
  add_number(all, codes::own("slices", "Number of slices"), result.slices.size());
  add_number(all, codes::own("positive_slices", "Number of positive slices"),
             static_cast<std::size_t>(result.positive_slices));
  add_number(all, codes::own("threshold", "Number of positive slices above which it is positive"),
             static_cast<std::size_t>(result.threshold));
  add_share(all, codes::own("threshold_share", "Threshold as a share of the slices"),
            result.threshold_fraction);
  return all;
}

Quantities opacity_quantities(const CaseResult& result) {
  Quantities all;
  if (!result.segmented) {
    return all;
  }
  const Findings& found = result.findings;
  add_ml(all, volume(), result.opacity_volume_ml);
  add_ml(all, codes::own("opacity_in_lungs", "Volume of opacities in the lungs"),
         found.opacity_in_lungs_ml);
  add_ml(all, codes::own("opacity_outside", "Volume of opacities outside the lungs"),
         found.opacity_outside_ml);
  add_share(all, opacity_share(), found.opacity_share);
  add_ml(all, ground_glass(), found.ground_glass_ml);
  add_ml(all, consolidation(), found.consolidation_ml);
  if (result.opacity_volume_ml) {
    add_number(all, codes::own("lesions", "Number of opacities described one by one"),
               found.lesions.size());
    add_number(all, codes::own("smaller_lesions", "Number of smaller opacities"),
               found.smaller_lesions);
    add_ml(all, codes::own("smaller_volume", "Volume of the smaller opacities together"),
           found.smaller_lesions_ml);
  }
  return all;
}

Quantities lungs_quantities(const CaseResult& result) {
  Quantities all;
  add_ml(all, volume(), result.findings.lung_volume_ml);
  return all;
}

Quantities quantities(const diagnosis::LungFinding& lung) {
  Quantities all;
  add_ml(all, volume(), lung.volume_ml);
  add_ml(all, codes::own("opacity_in_lungs", "Volume of opacities in the lungs"), lung.opacity_ml);
  add_share(all, opacity_share(), lung.opacity_share);
  return all;
}

Quantities quantities(const diagnosis::Lesion& lesion) {
  Quantities all;
  add_ml(all, volume(), lesion.volume_ml);
  add_ml(all, ground_glass(), lesion.ground_glass_ml);
  add_ml(all, consolidation(), lesion.consolidation_ml);
  add_share(all, codes::own("share_of_lung", "Share of its lung's volume"), lesion.share_of_lung);
  if (lesion.mean_hu) {
    all.push_back({CODE_DCM_AttenuationCoefficient, *lesion.mean_hu, codes::hounsfield(), true});
  }
  const std::array extents{codes::own("extent_columns", "Width, across the columns"),
                           codes::own("extent_rows", "Height, across the rows"),
                           codes::own("extent_slices", "Length, across the slices")};
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    all.push_back({extents[axis], lesion.extent_mm[axis], codes::millimetre()});
  }
  return all;
}

}  // namespace jcs::report
