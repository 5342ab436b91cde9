#include "jcs_diagnose/output_folder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "jcs/core/error.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/imaging/nifti.hpp"

namespace jcs::app {

namespace fs = std::filesystem;

fs::path default_output(const fs::path& study) {
  fs::path name = fs::absolute(study).lexically_normal();
  if (!name.has_filename()) {
    name = name.parent_path();  // "P001/" means "P001"
  }
  while (imaging::named_like_nifti(name)) name.replace_extension();  // ".nii.gz" in two steps
  return fs::path(name.has_filename() ? name.filename().string() + "_jcs" : "study_jcs");
}

bool is_earlier_result(const fs::path& folder) {
  constexpr std::array<std::string_view, 8> kOurs = {
      "result.json", "report.html",    "segmentation.dcm", "report.dcm",
      "pictures",    "opacity.nii.gz", "lungs.nii.gz",     "volume.nii.gz"};
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (std::find(kOurs.begin(), kOurs.end(), entry->path().filename().string()) == kOurs.end()) {
      return false;
    }
  }
  const auto json =
      parsed_json<nlohmann::json>(text_if_there(folder / "result.json", ExitCode::kOutput));
  return !error && json.is_object() && json.contains("schema_version") && json.contains("verdict");
}

AtomicFolder open_output(const fs::path& folder, bool overwrite) {
  return AtomicFolder(folder, [overwrite](const fs::path& there) {
    if (!is_earlier_result(there)) return false;
    if (!overwrite) {
      throw OutputError(
          {"holds an earlier result, which only --overwrite replaces", there.string()});
    }
    return true;
  });
}

}  // namespace jcs::app
