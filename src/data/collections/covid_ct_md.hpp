#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "npy_table.hpp"

namespace jcs::data {

/// What a patient of COVID-CT-MD has.
enum class Diagnosis { kCovid, kOtherPneumonia, kNormal };

/// The label of a slice whose patient has the diagnosis and in which radiologists saw an infection,
/// saw none, or did not look. A slice of a sick patient that nobody called infected is no reliable
/// negative; other pneumonias are neither COVID-19 nor free of opacities.
/// @throws InputError at `where` for an infected slice of a normal patient.
std::optional<int> slice_label(Diagnosis diagnosis, std::optional<bool> infected,
                               const std::string& where);

/// A patient of the publishers' `Index.csv`.
struct IndexedPatient {
  std::string id;
  Diagnosis diagnosis = Diagnosis::kNormal;
  std::string where;    ///< file and line of the index
  std::size_t row = 0;  ///< of the table of labels
};

/// The publishers' labels of slices: `Index.csv` and `Slice-level-labels.npy`, or
/// `Slice-level-labels-updated-1.npy`, their later correction, where both are there.
class PublishedLabels {
 public:
  /// @throws InputError when the index names a patient twice, or index and table do not belong
  /// together.
  explicit PublishedLabels(const std::filesystem::path& folder);

  [[nodiscard]] const std::vector<IndexedPatient>& patients() const { return patients_; }
  [[nodiscard]] const IndexedPatient* find(std::string_view id) const;

  /// Whether each of a patient's slices is infected, in the order given. The table's columns follow
  /// the slices' location, ascending (the publishers name the attribute, not the direction).
  /// @throws InputError for a slice without location, more slices than columns, an infected column
  /// without slice, or slices at one location whose labels differ; Interrupted.
  [[nodiscard]] std::vector<bool> infected(const IndexedPatient& patient,
                                           const std::vector<std::filesystem::path>& slices,
                                           const std::stop_token& stop) const;

 private:
  void assign_rows(std::vector<std::size_t> label_indices);

  std::filesystem::path index_file_, table_file_;
  NpyTable table_;
  std::vector<IndexedPatient> patients_;
};

/// The patients of `Index.csv` and their `Label Index`, as they stand in the file.
/// @throws InputError with file and line.
std::vector<std::pair<IndexedPatient, std::size_t>> read_patient_index(
    const std::filesystem::path& file);

}  // namespace jcs::data
