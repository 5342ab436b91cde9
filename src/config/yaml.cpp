#include "jcs/config/yaml.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include <yaml-cpp/yaml.h>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

#include "settings.hpp"

namespace jcs::config {

namespace {

// A hundred times what all keys and their comments take.
constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 20U;

std::string range_text(const Range& range) {
  std::vector<std::string> parts;
  if (range.min != -std::numeric_limits<double>::infinity()) {
    parts.push_back((range.above ? "above " : "at least ") + to_text(range.min));
  }
  if (range.max != std::numeric_limits<double>::infinity()) {
    parts.push_back("at most " + to_text(range.max));
  }
  return joined(parts, " and ");
}

Range within_int(Range range) {
  range.min = std::max(range.min, static_cast<double>(std::numeric_limits<int>::min()));
  range.max = std::min(range.max, static_cast<double>(std::numeric_limits<int>::max()));
  return range;
}

}  // namespace

struct Reader::State {
  std::string file;
  std::vector<Override> overrides;
  YAML::Node node;     // the mapping being read; may be undefined
  std::string prefix;  // "a.b." for the mapping at a.b
  std::vector<std::string> known;

  // Where the value of `name` was given: in the file or on the command line.
  [[nodiscard]] std::string where(const std::string& name, const YAML::Node& at) const {
    const std::string path = prefix + name;
    for (const Override& o : overrides) {
      if (o.path == path || path.starts_with(o.path + ".") || o.path.starts_with(path + ".")) {
        return "--set " + o.text;
      }
    }
    const YAML::Mark mark = at.Mark();
    return mark.is_null() ? file : file + ":" + std::to_string(mark.line + 1);
  }

  [[noreturn]] void refuse(const std::string& name, const YAML::Node& at,
                           const std::string& expected) const {
    throw UsageError(
        {"'" + prefix + name + "' has a wrong value", where(name, at), expected, kind_of(at)});
  }

  std::optional<YAML::Node> find(std::string_view name) {
    known.emplace_back(name);
    if (!node.IsDefined() || node.IsNull()) {
      return std::nullopt;
    }
    const YAML::Node& constant = node;  // the other operator[] would insert
    const YAML::Node found = constant[std::string(name)];
    if (!found.IsDefined()) {
      return std::nullopt;
    }
    return found;
  }

  [[nodiscard]] double number(const std::string& name, const YAML::Node& at, const Range& range,
                              bool whole) const {
    std::string expected = whole ? "a whole number" : "a number";
    const std::string limits = range_text(range);
    if (!limits.empty()) {
      expected += " " + limits;
    }
    if (!at.IsScalar() || at.Tag() == "!") {
      refuse(name, at, expected);
    }
    std::optional<double> value;
    if (whole) {
      const auto integer = parse_integer(at.Scalar());
      constexpr std::int64_t kMost = std::int64_t{1} << 53;
      if (integer && *integer >= -kMost && *integer <= kMost) {
        value = static_cast<double>(*integer);
      }
    } else {
      value = parse_number(at.Scalar());
    }
    if (!value || !range.holds(*value)) {
      refuse(name, at, expected);
    }
    return *value;
  }

  template <class T>
  void read_list(std::string_view name, std::vector<T>& value, const Range& range, bool whole) {
    if (const auto at = find(name)) {
      if (!at->IsSequence()) {
        refuse(std::string(name), *at, "a list of numbers");
      }
      std::vector<T> list;
      for (const YAML::Node& element : *at) {
        list.push_back(static_cast<T>(number(std::string(name), element, range, whole)));
      }
      value = std::move(list);
    }
  }
};

Reader::Reader(const std::filesystem::path& file, const std::vector<std::string>& overrides)
    : state_(std::make_unique<State>()) {
  state_->file = file.string();
  try {
    state_->node = only_document(read_at_most(kMostBytes, file, ExitCode::kUsage), state_->file);
  } catch (const YAML::Exception& error) {
    throw UsageError(
        {"no valid YAML: " + error.msg, state_->file + ":" + std::to_string(error.mark.line + 1)});
  }
  if (state_->node.IsDefined() && !state_->node.IsNull() && !state_->node.IsMap()) {
    throw UsageError(
        {"no configuration", state_->file, "a mapping of keys to values", kind_of(state_->node)});
  }
  for (const std::string& text : overrides) {
    state_->node.reset(with_setting(state_->node, text, state_->overrides));
  }
}

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;

void Reader::field(std::string_view name, bool& value, std::string_view, Range) {
  if (const auto at = state_->find(name)) {
    if (!at->IsScalar() || (at->Scalar() != "true" && at->Scalar() != "false")) {
      state_->refuse(std::string(name), *at, "true or false");
    }
    value = at->Scalar() == "true";
  }
}

void Reader::field(std::string_view name, int& value, std::string_view, Range range) {
  range = within_int(range);
  if (const auto at = state_->find(name)) {
    value = static_cast<int>(state_->number(std::string(name), *at, range, true));
  }
}

void Reader::field(std::string_view name, std::int64_t& value, std::string_view, Range range) {
  if (const auto at = state_->find(name)) {
    value = static_cast<std::int64_t>(state_->number(std::string(name), *at, range, true));
  }
}

void Reader::field(std::string_view name, double& value, std::string_view, Range range) {
  if (const auto at = state_->find(name)) {
    value = state_->number(std::string(name), *at, range, false);
  }
}

void Reader::field(std::string_view name, std::string& value, std::string_view, Range) {
  if (const auto at = state_->find(name)) {
    if (!at->IsScalar() && !at->IsNull()) {
      state_->refuse(std::string(name), *at, "a text");
    }
    value = at->IsNull() ? std::string() : at->Scalar();  // `key:` and `--set key=`
  }
}

void Reader::field(std::string_view name, std::filesystem::path& value, std::string_view doc,
                   Range range) {
  std::string text = value.string();
  field(name, text, doc, range);
  value = text;
}

void Reader::field(std::string_view name, std::vector<int>& value, std::string_view, Range range) {
  state_->read_list(name, value, within_int(range), true);
}

void Reader::field(std::string_view name, std::vector<double>& value, std::string_view,
                   Range range) {
  state_->read_list(name, value, range, false);
}

int Reader::choose(std::string_view name, const std::vector<std::string>& names, std::string_view) {
  const auto at = state_->find(name);
  if (!at) {
    return -1;
  }
  const auto found =
      at->IsScalar() ? std::find(names.begin(), names.end(), at->Scalar()) : names.end();
  if (found == names.end()) {
    state_->refuse(std::string(name), *at, "one of " + joined(names));
  }
  return static_cast<int>(found - names.begin());
}

Reader Reader::enter(std::string_view name) {
  auto child = std::make_unique<State>();
  child->file = state_->file;
  child->overrides = state_->overrides;
  child->prefix = state_->prefix + std::string(name) + ".";
  if (const auto at = state_->find(name)) {
    if (!at->IsMap() && !at->IsNull()) {
      state_->refuse(std::string(name), *at, "a mapping");
    }
    child->node = *at;
  } else {
    child->node = YAML::Node(YAML::NodeType::Undefined);
  }
  return Reader(std::move(child));
}

void Reader::require_length(std::string_view name, std::size_t got, std::size_t expected) const {
  if (got != expected) {
    const YAML::Node& constant = state_->node;
    throw UsageError({"'" + state_->prefix + std::string(name) + "' has a wrong length",
                      state_->where(std::string(name), constant[std::string(name)]),
                      std::to_string(expected) + " numbers", std::to_string(got)});
  }
}

void Reader::finish() const {
  if (!state_->node.IsDefined() || !state_->node.IsMap()) {
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : state_->node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : kind_of(entry.first);
    const std::string where = state_->where(key, entry.first);
    if (std::find(state_->known.begin(), state_->known.end(), key) == state_->known.end()) {
      const auto hint = nearest(key, state_->known);
      throw UsageError({"unknown key '" + state_->prefix + key + "'" +
                            (hint ? ", did you mean '" + state_->prefix + *hint + "'?" : ""),
                        where, hint ? "" : "one of " + joined(state_->known)});
    }
    if (!seen.insert(key).second) {
      throw UsageError({"'" + state_->prefix + key + "' is given twice", where});
    }
  }
}

void Writer::line(std::string_view name, std::string_view value, std::string_view doc) {
  const std::string indent(static_cast<std::size_t>(depth_) * 2, ' ');
  text_ += indent + "# " + std::string(doc) + "\n" + indent + std::string(name) + ":";
  text_ += value.empty() ? "\n" : " " + std::string(value) + "\n";
}

void Writer::field(std::string_view name, double value, std::string_view doc, Range) {
  line(name, to_text(value), doc);
}

void Writer::field(std::string_view name, const std::string& value, std::string_view doc, Range) {
  YAML::Emitter quoted;
  quoted << YAML::DoubleQuoted << value;
  line(name, quoted.c_str(), doc);
}

void Writer::list(std::string_view name, const std::vector<double>& values, std::string_view doc) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const double value : values) {
    texts.push_back(to_text(value));
  }
  line(name, "[" + joined(texts) + "]", doc);
}

}  // namespace jcs::config
