#include "jcs/cohort/study_list.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/csv_problem.hpp"
#include "jcs/core/csv_reader.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/nifti.hpp"

#include "result_name.hpp"

namespace jcs::cohort {

namespace fs = std::filesystem;

namespace {

using Reader = CsvReader<2, io::single_and_empty_line_comment<'#'>>;

class List {
 public:
  explicit List(fs::path file) : file_(std::move(file)) {}

  void add(unsigned line, const std::string& path, const std::string& name) {
    const std::string where = at(line);
    if (path.empty()) {
      throw InputError({"no path", where});
    }
    Study study;
    study.path = fs::path(path).is_absolute() ? fs::path(path) : file_.parent_path() / path;
    study.shown = path;
    study.name = name.empty() ? result_name(path) : name;
    if (!safe_name(study.name)) {
      throw InputError({"the name cannot be that of a folder everywhere", where,
                        "letters, digits and - _ . inside, at most 100 bytes",
                        "'" + study.name + "'"});
    }
    check_is_there(study.path, where);
    refuse_twice(study, line);
    studies_.studies.push_back(std::move(study));
  }

  [[nodiscard]] std::string at(unsigned line) const {
    return file_.string() + ":" + std::to_string(line);
  }

  Studies sorted() && {
    if (studies_.studies.empty()) {
      throw InputError({"lists no study", file_.string()});
    }
    std::sort(studies_.studies.begin(), studies_.studies.end(),
              [](const Study& a, const Study& b) { return a.name < b.name; });
    return std::move(studies_);
  }

 private:
  static void check_is_there(const fs::path& path, const std::string& where) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    const bool volume = fs::is_regular_file(status) && imaging::named_like_nifti(path);
    if (!fs::is_directory(status) && !volume) {
      throw InputError({fs::exists(status) ? "is no study" : "there is no such study", where,
                        "a folder, or a file .nii or .nii.gz", path.string()});
    }
  }

  void refuse_twice(const Study& study, unsigned line) {
    std::error_code ignored;
    const auto path = paths_.emplace(fs::canonical(study.path, ignored), line);
    if (!path.second) {
      throw InputError(
          {"the study is listed twice", at(line), "",
           "'" + study.shown + "', listed on line " + std::to_string(path.first->second) + " too"});
    }
    const auto name = names_.emplace(study.name, line);
    if (!name.second) {
      throw InputError(
          {"the name is given twice", at(line), "a name of its own for each study",
           "'" + study.name + "', that of line " + std::to_string(name.first->second) + " too"});
    }
  }

  fs::path file_;
  Studies studies_;
  std::map<fs::path, unsigned> paths_;
  std::map<std::string, unsigned> names_;
};

void read_header(Reader& csv, const List& list) {
  try {
    csv.read_header(io::ignore_missing_column | io::ignore_extra_column, "path", "name");
  } catch (const io::error::duplicated_column_in_header& error) {
    throw InputError(
        {"column '" + std::string(error.column_name) + "' is given twice", list.at(1)});
  } catch (const io::error::header_missing&) {
    throw InputError({"lists no study", list.at(1), "a header with the column path"});
  }
  if (!csv.has_column("path")) {
    throw InputError({"no column 'path'", list.at(csv.get_file_line())});
  }
}

void read_csv(const fs::path& file, List& list) {
  unsigned line = 1;
  try {
    const std::string text = csv_text(file);
    Reader csv(file.string(), text.data(), text.data() + text.size());
    read_header(csv, list);
    std::string path;
    std::string name;
    while (csv.read_row(path, name)) {
      line = csv.get_file_line();
      list.add(line, path, name);
      name.clear();
    }
  } catch (const io::error::base& error) {
    throw csv_problem(error, file, line);
  }
}

void read_lines(const fs::path& file, List& list) {
  std::istringstream in(read_text(file));
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) {
      line.erase(0, 3);
    }
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    const std::string_view path = trimmed(line);
    if (!path.empty() && !path.starts_with('#')) {
      list.add(number, std::string(path), {});
    }
  }
}

}  // namespace

Studies read_study_list(const fs::path& file) {
  List list(file);
  if (has_ending(file, ".csv")) {
    read_csv(file, list);
  } else {
    read_lines(file, list);
  }
  return std::move(list).sorted();
}

}  // namespace jcs::cohort
