#include "jcs/evaluation/slice_predictions.hpp"

#include <algorithm>
#include <set>

#include "jcs/core/csv_problem.hpp"
#include "jcs/core/csv_reader.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::evaluation {

namespace fs = std::filesystem;

namespace {

constexpr const char* kColumns = "the columns patient, slice, label and probability";

using Reader = CsvReader<5>;

std::optional<bool> label_of(const std::string& text, const char* what, const std::string& where) {
  if (text.empty()) {
    return std::nullopt;
  }
  if (text != "0" && text != "1") {
    throw InputError(
        {std::string("no ") + what, where, "1, 0 or nothing", "'" + printable(text) + "'"});
  }
  return text == "1";
}

double probability_of(const std::string& text, const std::string& where) {
  const auto number = parse_number(text);
  if (!number || *number < 0 || *number > 1) {
    throw InputError({"no probability", where, "a number 0 ... 1", "'" + printable(text) + "'"});
  }
  return *number;
}

void read_header(Reader& csv, const fs::path& file) {
  csv.read_header(io::ignore_missing_column | io::ignore_extra_column, "patient", "slice", "label",
                  "probability", "patient_label");
  for (const char* name : {"patient", "slice", "label", "probability"}) {
    if (!csv.has_column(name)) {
      throw InputError({"no column '" + std::string(name) + "'", file.string() + ":1", kColumns});
    }
  }
}

}  // namespace

std::vector<SlicePrediction> read_predictions(const fs::path& file) {
  std::vector<SlicePrediction> predictions;
  std::set<std::pair<std::string, std::string>> known;
  const std::string text = csv_text(file);
  Reader csv(file.string(), text.data(), text.data() + text.size());
  try {
    read_header(csv, file);
    SlicePrediction slice;
    std::string label, probability, patient_label;
    while (csv.read_row(slice.patient, slice.slice, label, probability, patient_label)) {
      const std::string where = file.string() + ":" + std::to_string(csv.get_file_line());
      if (!known.emplace(slice.patient, slice.slice).second) {
        throw InputError(
            {"slice '" + slice.slice + "' of patient '" + slice.patient + "' is given twice",
             where});
      }
      slice.label = label_of(label, "label", where);
      slice.patient_label = label_of(patient_label, "label of a patient", where);
      slice.probability = probability_of(probability, where);
      predictions.push_back(slice);
    }
  } catch (const io::error::header_missing&) {
    throw InputError({"no table of predictions", file.string() + ":1", kColumns});
  } catch (const io::error::base& error) {
    throw csv_problem(error, file, csv.get_file_line());
  }
  if (predictions.empty()) {
    throw InputError({"no predictions", file.string()});
  }
  return predictions;
}

std::string to_csv(const std::vector<SlicePrediction>& predictions) {
  const bool patients_too =
      std::any_of(predictions.begin(), predictions.end(),
                  [](const SlicePrediction& slice) { return slice.patient_label.has_value(); });
  const auto text_of = [](const std::optional<bool>& label) {
    return label ? std::string(*label ? "1" : "0") : std::string();
  };
  std::string text = patients_too ? "patient,slice,label,probability,patient_label\n"
                                  : "patient,slice,label,probability\n";
  for (const SlicePrediction& slice : predictions) {
    text += csv_field(slice.patient) + "," + csv_field(slice.slice) + "," + text_of(slice.label) +
            "," + to_text(slice.probability);
    text += patients_too ? "," + text_of(slice.patient_label) + "\n" : "\n";
  }
  return text;
}

}  // namespace jcs::evaluation
