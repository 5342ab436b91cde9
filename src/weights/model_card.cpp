#include "jcs/weights/model_card.hpp"

#include "jcs/core/error.hpp"
#include "jcs/core/json_text.hpp"
#include "jcs/core/text.hpp"
#include "jcs/weights/json_options.hpp"

namespace jcs::weights {

using nlohmann::json;

namespace {

constexpr const char* kVersion = "jcs_format_version";

class Metadata {
 public:
  Metadata(const std::map<std::string, std::string>& entries, const std::string& where)
      : entries_(entries), where_(where) {}

  [[nodiscard]] const std::string& text(const std::string& key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      throw WeightsError({"metadata lacks '" + key + "'", where_});
    }
    return found->second;
  }
  [[nodiscard]] json object(const std::string& key) const {
    constexpr std::size_t kMostValues = 10'000;
    json parsed = parsed_json<json>(text(key), kMostValues);
    if (!parsed.is_object()) {
      throw WeightsError({"metadata '" + key + "' is no JSON object", where_});
    }
    return parsed;
  }
  template <class Options>
  void read(const std::string& key, Options& options) const {
    options = from_json<Options>(object(key), where_ + ": metadata '" + key + "'");
  }

 private:
  const std::map<std::string, std::string>& entries_;
  const std::string& where_;
};

Task task_of(const std::string& text, const std::string& where) {
  for (const Task task : {Task::kClassification, Task::kSegmentation}) {
    if (text == to_text(task)) {
      return task;
    }
  }
  throw WeightsError({"metadata names an unknown task", where, "classification or segmentation",
                      "'" + text + "'"});
}

}  // namespace

std::string to_text(Task task) {
  return task == Task::kClassification ? "classification" : "segmentation";
}

std::map<std::string, std::string> to_metadata(const ModelCard& card) {
  const auto architecture =
      card.task == Task::kClassification ? to_json(card.classifier) : to_json(card.segmenter);
  return {{"format", "pt"},
          {kVersion, std::to_string(ModelCard::kFormatVersion)},
          {"task", to_text(card.task)},
          {"architecture", architecture.dump()},
          {"preprocessing", to_json(card.preprocessing).dump()},
          {"thresholds", to_json(card.thresholds).dump()},
          {"provenance", card.provenance.dump()}};
}

std::optional<ModelCard> card_of(const std::map<std::string, std::string>& entries,
                                 const std::string& where) {
  if (!entries.contains(kVersion)) {
    return std::nullopt;
  }
  const Metadata metadata(entries, where);
  const auto version = parse_integer(metadata.text(kVersion));
  if (!version || *version < 1 || *version > ModelCard::kFormatVersion) {
    throw WeightsError({"is of another version of the format", where,
                        "at most " + std::to_string(ModelCard::kFormatVersion),
                        metadata.text(kVersion)});
  }
  ModelCard card;
  card.task = task_of(metadata.text("task"), where);
  if (card.task == Task::kClassification) {
    metadata.read("architecture", card.classifier);
  } else {
    metadata.read("architecture", card.segmenter);
  }
  metadata.read("preprocessing", card.preprocessing);
  metadata.read("thresholds", card.thresholds);
  card.provenance = metadata.object("provenance");
  return card;
}

}  // namespace jcs::weights
