#include "jcs/evaluation/segmentation_files.hpp"

#include "jcs/core/text.hpp"
#include "jcs/metrics/overlap.hpp"

#include "json_parts.hpp"
#include "table.hpp"

namespace jcs::evaluation {

namespace {

using nlohmann::ordered_json;

ordered_json json_of(const FigureSummary& figure) {
  return {{"mean", value_or_null(figure.mean)},
          {"interval", value_or_null(figure.interval)},
          {"pictures", figure.pictures},
          {"undefined", figure.undefined}};
}

ordered_json json_of(const std::vector<DiceGroup>& groups, const char* name) {
  ordered_json list = ordered_json::array();
  for (const DiceGroup& group : groups) {
    list.push_back(
        {{name, group.name}, {"pictures", group.pictures}, {"dice", json_of(group.dice)}});
  }
  return list;
}

ordered_json json_of(const PictureResult& picture) {
  ordered_json json = {{"name", picture.name},
                       {"patient", picture.patient},
                       {"rows", picture.rows},
                       {"columns", picture.columns},
                       {"lesions", picture.lesions},
                       {"opacity_area", picture.opacity_area},
                       {"opacity_share", picture.opacity_share()},
                       {"empty_annotation", picture.opacity_area == 0}};
  add_counts(json, picture.scores.pixels);
  for (const auto& [name, value] : figures_of(picture.scores)) {
    json[std::string(name)] = value_or_null(value);
  }
  return json;
}

ordered_json json_of(const SegmentationSummary& summary) {
  ordered_json json = {{"pictures", summary.pictures},
                       {"patients", summary.patients},
                       {"pictures_of_unknown_patients", summary.unknown},
                       {"empty_annotations", summary.empty_annotations},
                       {"empty_annotations_with_prediction", summary.false_alarms}};
  for (const FigureSummary& figure : summary.figures) {
    json[figure.name] = json_of(figure);
  }
  ordered_json pooled;
  add_counts(pooled, summary.pooled);
  pooled["dice"] = value_or_null(metrics::dice(summary.pooled));
  pooled["iou"] = value_or_null(metrics::iou(summary.pooled));
  pooled["sensitivity"] = value_or_null(metrics::sensitivity(summary.pooled));
  pooled["specificity"] = value_or_null(metrics::specificity(summary.pooled));
  pooled["precision"] = value_or_null(metrics::precision(summary.pooled));
  json["pooled"] = pooled;
  json["by_area"] = json_of(summary.by_area, "share");
  json["by_lesions"] = json_of(summary.by_lesions, "lesions");
  json["dice_ranges"] = {{"from_0.6", summary.high_dice},
                         {"from_0.1_to_0.6", summary.middle_dice},
                         {"below_0.1", summary.low_dice}};
  return json;
}

std::string group_table(const std::string& heading, const std::vector<DiceGroup>& groups) {
  std::vector<std::vector<std::string>> rows = {{heading, "pictures", "Dice", "interval"}};
  for (const DiceGroup& group : groups) {
    rows.push_back({group.name, std::to_string(group.pictures), figure_text(group.dice.mean),
                    interval_text(group.dice.interval)});
  }
  return "\n" + table_text(rows);
}

}  // namespace

ordered_json to_json(const std::vector<PictureResult>& pictures,
                     const SegmentationSummary& summary) {
  ordered_json list = ordered_json::array();
  for (const PictureResult& picture : pictures) {
    list.push_back(json_of(picture));
  }
  return {{"pictures", std::move(list)}, {"summary", json_of(summary)}};
}

std::string to_csv(const std::vector<PictureResult>& pictures) {
  std::string text = "name,patient,rows,columns,lesions,opacity_area,tp,fp,fn,tn";
  for (const auto& [name, value] : figures_of({})) {
    text += "," + std::string(name);
  }
  text += "\n";
  for (const PictureResult& picture : pictures) {
    text += csv_field(picture.name) + "," + csv_field(picture.patient);
    const metrics::Confusion& counts = picture.scores.pixels;
    for (const std::int64_t number :
         {static_cast<std::int64_t>(picture.rows), static_cast<std::int64_t>(picture.columns),
          static_cast<std::int64_t>(picture.lesions), picture.opacity_area, counts.tp, counts.fp,
          counts.fn, counts.tn}) {
      text += "," + std::to_string(number);
    }
    for (const auto& [name, value] : figures_of(picture.scores)) {
      text += "," + (value ? jcs::to_text(*value) : std::string());
    }
    text += "\n";
  }
  return text;
}

std::string to_table(const SegmentationSummary& summary, double confidence) {
  std::string text = std::to_string(summary.pictures) + " pictures";
  if (summary.patients > 0) {
    text += ", " + std::to_string(summary.patients) + " patients";
  }
  if (summary.unknown > 0 && summary.unknown < summary.pictures) {
    text += ", " + std::to_string(summary.unknown) + " pictures of nobody known";
  }
  if (summary.empty_annotations > 0) {
    text += "; " + std::to_string(summary.empty_annotations) + " without opacity, " +
            std::to_string(summary.false_alarms) + " of them with a prediction";
  }
  text += "\n\n";
  std::vector<std::vector<std::string>> rows = {
      {"mean per picture", "", jcs::to_text(confidence * 100) + " % interval", "undefined"}};
  for (const FigureSummary& figure : summary.figures) {
    if (figure.pictures > 0) {
      rows.push_back({figure.name, figure_text(figure.mean), interval_text(figure.interval),
                      std::to_string(figure.undefined)});
    }
  }
  text += table_text(rows);
  text += "\n" + table_text({{"all pixels together", "dice", "iou", "sensitivity", "specificity"},
                             {"", figure_text(metrics::dice(summary.pooled)),
                              figure_text(metrics::iou(summary.pooled)),
                              figure_text(metrics::sensitivity(summary.pooled)),
                              figure_text(metrics::specificity(summary.pooled))}});
  if (!summary.by_area.empty()) {
    text += group_table("opacity's share of the picture", summary.by_area);
    text += group_table("lesions", summary.by_lesions);
    const auto annotated =
        static_cast<double>(summary.high_dice + summary.middle_dice + summary.low_dice);
    const auto percent = [annotated](std::int64_t count) {
      return figure_text(100.0 * static_cast<double>(count) / annotated, 1) + " %";
    };
    text += "\nDice from 0.6: " + percent(summary.high_dice) +
            ", from 0.1 to 0.6: " + percent(summary.middle_dice) +
            ", below 0.1: " + percent(summary.low_dice) + " of the annotated pictures\n";
  }
  return text;
}

}  // namespace jcs::evaluation
