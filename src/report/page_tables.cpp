#include "jcs/imaging/slice_steps.hpp"

#include "format.hpp"
#include "identity.hpp"
#include "page.hpp"

namespace jcs::report {

namespace {

std::string millimetres(double value) { return value > 0 ? fixed(value, 2) + " mm" : ""; }

std::string scanner(const imaging::SeriesInfo& info) {
  return clean_text(info.manufacturer + " " + info.model);
}

std::string pixel_spacing(const imaging::CtVolume& volume) {
  if (!(volume.row_spacing_mm > 0 && volume.column_spacing_mm > 0)) {
    return {};
  }
  return fixed(volume.row_spacing_mm, 3) + " × " + fixed(volume.column_spacing_mm, 3) + " mm";
}

std::string slice_spacing(const imaging::CtVolume& volume) {
  const std::string median = millimetres(volume.slice_spacing_mm);
  return median.empty() || imaging::evenly_spaced(volume) ? median : median + ", uneven (median)";
}

PageData table(const std::string& title, const PageData& rows) {
  PageData data;
  data["title"] = title;
  data["rows"] = PageData(rows);
  return data;
}

PageData series_rows(const imaging::CtVolume& volume, const imaging::SeriesInfo& info) {
  PageData rows = page_list();
  rows << named_fact("Series", clean_text(info.series_description));
  rows << named_fact("Series number",
                     info.series_number == 0 ? "" : std::to_string(info.series_number));
  rows << named_fact("Scanner", scanner(info));
  rows << named_fact("Kernel", clean_text(info.convolution_kernel));
  rows << named_fact("Tube voltage", info.kvp > 0 ? fixed(info.kvp, 0) + " kV" : "");
  rows << named_fact("Slices", std::to_string(volume.slice_count()));
  rows << named_fact("Rows × columns",
                     std::to_string(volume.rows) + " × " + std::to_string(volume.columns));
  rows << named_fact("Pixel spacing", pixel_spacing(volume));
  rows << named_fact("Slice spacing", slice_spacing(volume));
  rows << named_fact("Slice thickness", millimetres(info.slice_thickness_mm));
  rows << named_fact("Values", volume.windowed ? "8-bit pictures" : "Hounsfield units");
  rows << named_fact("Series UID", clean_text(info.series_uid));
  return rows;
}

PageData timing_rows(const diagnosis::CaseResult& result) {
  PageData rows = page_list();
  double total = 0.0;
  for (const diagnosis::StageTime& stage : result.timing) {
    rows << named_fact(clean_text(stage.stage), fixed(stage.seconds, 2) + " s");
    total += stage.seconds;
  }
  rows << named_fact("Together, without writing", fixed(total, 2) + " s");
  rows << named_fact("Device", clean_text(result.device));
  rows << named_fact("Precision", clean_text(result.precision));
  rows << named_fact("Activation maps", result.activation_maps.empty()
                                            ? "none"
                                            : clean_text(result.activation_reading) + " reading");
  return rows;
}

}  // namespace

PageData page_list() { return PageData(PageData::type::list); }

PageData text_or_false(const std::string& text) {
  return text.empty() ? PageData(false) : PageData(text);
}

PageData named_fact(const std::string& name, const std::string& value) {
  PageData data;
  data["name"] = name;
  data["value"] = or_not_given(value);
  data["missing"] = value.empty();
  return data;
}

PageData identity_facts(const imaging::SeriesInfo& info, const ReportOptions& options) {
  PageData list = page_list();
  const auto add_given = [&list](const char* name, const std::string& raw,
                                 const std::string& shown) {
    if (!clean_text(raw).empty()) {
      list << named_fact(name, shown);
    }
  };
  if (clean_text(info.patient_name).empty() && clean_text(info.patient_id).empty()) {
    list << named_fact("Patient", "");
  }
  add_given("Patient", info.patient_name, shown_name(info.patient_name));
  add_given("Patient ID", info.patient_id, clean_text(info.patient_id));
  add_given("Sex", info.patient_sex, clean_text(info.patient_sex));
  add_given("Age", info.patient_age, shown_age(info.patient_age));
  add_given("Study date", info.study_date, shown_date(info.study_date));
  add_given("Study", info.study_description, clean_text(info.study_description));
  add_given("Accession number", info.accession_number, clean_text(info.accession_number));
  add_given("Source", shown_source(options), clean_text(shown_source(options)));
  return list;
}

PageData fact_tables(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                     const imaging::SeriesInfo& info) {
  PageData list = page_list();
  list << table("Series", series_rows(volume, info));
  list << table("Timing", timing_rows(result));
  return list;
}

PageData weights_list(const diagnosis::CaseResult& result) {
  PageData list = page_list();
  for (const diagnosis::WeightsUsed& used : result.weights) {
    PageData data;
    data["role"] = or_not_given(used.role);
    data["architecture"] = clean_text(used.architecture);
    data["file"] = or_not_given(used.file);
    data["sha256"] = or_not_given(used.sha256);
    list << data;
  }
  return list;
}

}  // namespace jcs::report
