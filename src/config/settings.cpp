#include "settings.hpp"

#include <set>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>

#include "jcs/core/error.hpp"

namespace jcs::config {

namespace {

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

}  // namespace

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

YAML::Node with_setting(const YAML::Node& root, const std::string& text,
                        std::vector<Override>& overrides) {
  return Setting(text, overrides).applied(root);
}

}  // namespace jcs::config
