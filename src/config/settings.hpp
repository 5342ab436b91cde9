#pragma once

#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace jcs::config {

/// What a node is, for an error's "got".
std::string kind_of(const YAML::Node& node);

/// The only document of a text; of several the parser would take the first and leave out the rest.
/// @throws UsageError naming `where` and the line of the second one; YAML::Exception
YAML::Node only_document(const std::string& text, const std::string& where);

/// A key that was given on the command line: its path with dots, and the whole setting.
struct Override {
  std::string path, text;
};

/// The configuration with one `--set KEY=VALUE`; what it shares with `root` is not changed. The
/// keys that are set now are added to `overrides`. @throws UsageError
YAML::Node with_setting(const YAML::Node& root, const std::string& text,
                        std::vector<Override>& overrides);

}  // namespace jcs::config
