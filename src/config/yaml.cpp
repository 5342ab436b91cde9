#include "jcs/config/yaml.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "jcs/core/bounded_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/text.hpp"

namespace jcs::config {

namespace {

// A hundred times what all keys and their comments take.
constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 20U;

std::string kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    default:
      return "nothing";
  }
}

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

struct Override {
  std::string path, text;
};

/// Notes whether a document holds anything, and where it begins.
class Contents : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { line_ = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { some_ = true; }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {
    some_ = true;
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    some_ = true;
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    some_ = true;
  }
  void OnMapEnd() override {}

  [[nodiscard]] bool some() const { return some_; }
  [[nodiscard]] int line() const { return line_; }

 private:
  bool some_ = false;
  int line_ = 1;
};

/// The only document of a text; of several the parser would take the first and leave out the rest.
YAML::Node only_document(const std::string& text, const std::string& where) {
  YAML::Node first = YAML::Load(text);
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Contents passed, next;
  if (parser.HandleNextDocument(passed) && parser.HandleNextDocument(next) && next.some()) {
    throw UsageError({"several documents", where + ":" + std::to_string(next.line()),
                      "one, without a second ---"});
  }
  return first;
}

bool is_mapping(const YAML::Node& node) { return node.IsDefined() && node.IsMap(); }

/// A mapping of its own with the same keys and values. Whatever an alias names is there once only,
/// and would change wherever it is named.
YAML::Node copy_of(const YAML::Node& mapping) {
  YAML::Node copy(YAML::NodeType::Map);
  if (is_mapping(mapping)) {
    for (const auto& entry : mapping) copy.force_insert(entry.first, entry.second);
  }
  return copy;
}

YAML::Node value_of(const YAML::Node& mapping, const std::string& key) {
  return is_mapping(mapping) ? mapping[key] : YAML::Node(YAML::NodeType::Undefined);
}

void replace(YAML::Node& mapping, const std::string& key, const YAML::Node& value) {
  mapping.remove(key);
  mapping.force_insert(key, value);
}

/// One `--set KEY=VALUE`.
class Setting {
 public:
  Setting(std::string text, std::vector<Override>& overrides)
      : text_(std::move(text)), overrides_(overrides) {
    const auto equals = text_.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError({"no setting", "--set " + text_, "KEY=VALUE"});
    }
    path_ = text_.substr(0, equals);
    try {
      value_ = only_document(text_.substr(equals + 1), "--set " + text_);
    } catch (const YAML::Exception& error) {
      throw UsageError({"no valid YAML: " + error.msg, "--set " + text_});
    }
  }

  /// The configuration with it.
  [[nodiscard]] YAML::Node applied(const YAML::Node& root) const { return below(root, 0); }

 private:
  /// `at`, the value of what stands before the path's place `begin`, with what is set below it.
  [[nodiscard]] YAML::Node below(const YAML::Node& at, std::size_t begin) const {
    if (at.IsDefined() && !at.IsNull() && !at.IsMap()) {
      throw UsageError(
          {"'" + path_.substr(0, begin > 0 ? begin - 1 : 0) + "' is no mapping", "--set " + text_});
    }
    const std::size_t dot = path_.find('.', begin);
    const std::string key = path_.substr(begin, dot - begin);
    const YAML::Node there = value_of(at, key);
    YAML::Node copy = copy_of(at);
    replace(copy, key,
            dot == std::string::npos ? merged(there, value_, path_) : below(there, dot + 1));
    return copy;
  }

  // Keys of a mapping that is given take the place of those that are there; the others stay.
  [[nodiscard]] YAML::Node merged(const YAML::Node& there, const YAML::Node& value,
                                  const std::string& path) const {
    if (!is_mapping(value) || !is_mapping(there)) {
      overrides_.push_back({path, text_});
      return value;
    }
    YAML::Node copy = copy_of(there);
    std::set<std::string> seen;
    for (const auto& entry : value) {
      if (entry.first.IsScalar() && seen.insert(entry.first.Scalar()).second) {
        const std::string& key = entry.first.Scalar();
        replace(copy, key, merged(value_of(there, key), entry.second, path + "." + key));
      } else {
        copy.force_insert(entry.first, entry.second);  // to be refused by whoever reads it
        overrides_.push_back({path + "." + kind_of(entry.first), text_});
      }
    }
    return copy;
  }

  std::string text_, path_;
  YAML::Node value_;
  std::vector<Override>& overrides_;
};

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
    state_->node.reset(Setting(text, state_->overrides).applied(state_->node));
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
