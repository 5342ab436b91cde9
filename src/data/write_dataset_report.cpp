#include "jcs/data/write_dataset_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <vector>

#include <nlohmann/json.hpp>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/text.hpp"

#include "csv_field.hpp"
#include "spread.hpp"

namespace jcs::data {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kYears = 10, kMillimetres = 0.25, kPixels = 16, kSquarePixels = 1000,
                 kShare = 0.05;

template <class Items, class Value>
std::vector<double> values_of(const Items& items, const Value& value) {
  std::vector<double> values;
  values.reserve(items.size());
  for (const auto& item : items) values.push_back(static_cast<double>(value(item)));
  return values;
}

template <class Member>
std::vector<double> known(const DatasetReport& report, Member member) {
  std::vector<double> values;
  for (const auto& [name, facts] : report.headers) {
    if (facts.*member) values.push_back(*(facts.*member));
  }
  return values;
}

std::map<std::string, std::size_t> sexes(const DatasetReport& report) {
  std::map<std::string, std::size_t> counts{{"F", 0}, {"M", 0}, {"O", 0}, {"missing", 0}};
  for (const auto& [name, facts] : report.headers) {
    ++counts[facts.sex.empty() ? "missing" : facts.sex];
  }
  return counts;
}

std::map<int, std::size_t> slices_by_lesions(const DatasetReport& report) {
  std::map<int, std::size_t> counts;
  for (const AnnotatedSlice& slice : report.annotated) ++counts[slice.lesions];
  return counts;
}

Json spread_json(const std::vector<double>& values, double bin_width, double origin = 0) {
  const Spread spread = spread_of(values);
  const auto figure = [&](double value) { return spread.count > 0 ? Json(value) : Json(nullptr); };
  Json json{{"count", spread.count},
            {"minimum", figure(spread.minimum)},
            {"lower_quartile", figure(spread.lower_quartile)},
            {"median", figure(spread.median)},
            {"upper_quartile", figure(spread.upper_quartile)},
            {"maximum", figure(spread.maximum)},
            {"mean", figure(spread.mean)},
            {"histogram", Json::array()}};
  for (const Bin& bin : histogram(values, bin_width, origin)) {
    json["histogram"].push_back({{"from", bin.from}, {"to", bin.to}, {"count", bin.count}});
  }
  return json;
}

Json headers_json(const DatasetReport& report) {
  const auto with_missing = [&](const std::vector<double>& values, double width,
                                double origin = 0) {
    Json json = spread_json(values, width, origin);
    json["missing"] = report.headers.size() - values.size();
    return json;
  };
  return {{"slices", report.dicom_slices},
          {"patients", report.headers.size()},
          {"age_years", with_missing(known(report, &PatientFacts::age_years), kYears)},
          {"sex", sexes(report)},
          {"slice_thickness_mm",
           with_missing(known(report, &PatientFacts::thickness_mm), kMillimetres,
                        -kMillimetres / 2)}};  // the usual values in the middle of their bins
}

std::string row_of(const std::string& name, const std::vector<std::string>& cells) {
  constexpr std::size_t kName = 30, kCell = 12;
  std::string row = name + std::string(kName - name.size(), ' ');
  for (const std::string& cell : cells) {
    row += std::string(kCell - std::min(cell.size(), kCell), ' ') + cell;
  }
  return row + "\n";
}

// One line of the table, nothing where there is nothing to tell.
std::string line(const std::string& name, const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  if (spread.count == 0) return {};
  std::vector<std::string> cells;
  for (const double value : {spread.minimum, spread.lower_quartile, spread.median,
                             spread.upper_quartile, spread.maximum, spread.mean}) {
    cells.push_back(to_text(std::round(value * 100) / 100));
  }
  return row_of(name, cells);
}

std::string counted(std::size_t count, const std::string& one, const std::string& many = "") {
  return std::to_string(count) + " " + (count == 1 ? one : many.empty() ? one + "s" : many);
}

}  // namespace

std::string to_json(const DatasetReport& report) {
  Json lesions = Json::array();
  for (const auto& [count, slices] : slices_by_lesions(report)) {
    lesions.push_back({{"lesions", count}, {"slices", slices}});
  }
  const auto& opacities = report.opacities;
  const auto figure = [&](auto member, double width) {
    return spread_json(values_of(opacities, [&](const Opacity& one) { return one.*member; }),
                       width);
  };
  const Json json{
      {"manifest", report.manifest.string()},
      {"slices", report.slices},
      {"positive", report.positive},
      {"negative", report.negative},
      {"patients", report.patients},
      {"slices_of_nobody_known", report.slices_of_nobody},
      {"headers", headers_json(report)},
      {"annotated_slices", report.annotated.size()},
      {"slices_by_lesions", lesions},
      {"covered_share",
       spread_json(values_of(report.annotated, [](const auto& slice) { return slice.covered; }),
                   kShare)},
      {"opacities",
       {{"count", opacities.size()},
        {"least_area", report.least_area},
        {"width_px", figure(&Opacity::width, kPixels)},
        {"height_px", figure(&Opacity::height, kPixels)},
        {"area_px", figure(&Opacity::area, kSquarePixels)},
        {"centre_x", figure(&Opacity::centre_x, kShare)},
        {"centre_y", figure(&Opacity::centre_y, kShare)}}}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_table(const DatasetReport& report) {
  std::string text = report.manifest.string() + ": " + counted(report.slices, "slice") + ", " +
                     std::to_string(report.positive) + " positive, " +
                     std::to_string(report.negative) + " negative, " +
                     std::to_string(report.annotated.size()) + " annotated; " +
                     counted(report.patients, "patient");
  if (report.slices_of_nobody > 0) {
    text += ", " + counted(report.slices_of_nobody, "slice") + " of nobody known";
  }
  text += "\n";
  const auto ages = known(report, &PatientFacts::age_years);
  const auto thicknesses = known(report, &PatientFacts::thickness_mm);
  if (!report.headers.empty()) {
    const auto sex = sexes(report);
    text += "DICOM headers of " + counted(report.headers.size(), "patient") + ": " +
            std::to_string(sex.at("F")) + " female, " + std::to_string(sex.at("M")) + " male, " +
            std::to_string(sex.at("O")) + " other, " + std::to_string(sex.at("missing")) +
            " without sex, " + std::to_string(report.headers.size() - ages.size()) +
            " without age, " + std::to_string(report.headers.size() - thicknesses.size()) +
            " without slice thickness\n";
  }
  const auto lesions = slices_by_lesions(report);
  if (!lesions.empty()) {
    std::vector<std::string> parts;
    parts.reserve(lesions.size());
    for (const auto& [count, slices] : lesions) {
      parts.push_back(counted(slices, "slice") + " with " + std::to_string(count));
    }
    text += counted(report.opacities.size(), "opacity", "opacities") + ": " + joined(parts) + "\n";
  }
  const auto& opacities = report.opacities;
  const auto figure = [&](auto member, double unit) {
    return values_of(opacities, [&](const Opacity& one) { return one.*member * unit; });
  };
  const std::string lines =
      line("age, years", ages) + line("slice thickness, mm", thicknesses) +
      line("opacity width, pixels", figure(&Opacity::width, 1)) +
      line("opacity height, pixels", figure(&Opacity::height, 1)) +
      line("opacity area, pixels", figure(&Opacity::area, 1)) +
      line("opacity centre from left, %", figure(&Opacity::centre_x, 100)) +
      line("opacity centre from top, %", figure(&Opacity::centre_y, 100)) +
      line("slice covered, %",
           values_of(report.annotated, [](const auto& slice) { return 100 * slice.covered; }));
  if (!lines.empty()) {
    text += row_of("", {"least", "quarter", "median", "3 quarters", "most", "mean"}) + lines;
  }
  return text;
}

void write_opacities(const std::filesystem::path& file, const DatasetReport& report,
                     const Manifest& manifest) {
  write_file(file, [&](std::ostream& out) {
    out << "image,patient,slice,area,x,y,width,height,centre_x,centre_y\n";
    for (const Opacity& one : report.opacities) {
      const ManifestEntry& entry = manifest.entries.at(one.entry);
      out << csv_field(entry.image.string()) << ',' << csv_field(entry.patient) << ','
          << (entry.slice ? std::to_string(*entry.slice) : "") << ',' << one.area << ',' << one.x
          << ',' << one.y << ',' << one.width << ',' << one.height << ',' << to_text(one.centre_x)
          << ',' << to_text(one.centre_y) << '\n';
    }
  });
}

}  // namespace jcs::data
