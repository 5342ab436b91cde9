#include "repeated_name.hpp"

#include <set>

#include <nlohmann/json.hpp>

namespace jcs::weights {

namespace {

using nlohmann::json;

// The library's callbacks would do, but after each object it looks through all those beside it.
class NameCheck : public nlohmann::json_sax<json> {
 public:
  [[nodiscard]] const std::optional<std::string>& repeated() const { return repeated_; }

  bool start_object(std::size_t /*elements*/) override { return enter(); }
  bool start_array(std::size_t /*elements*/) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(std::string& name) override {
    if (depth_ == 1 && !names_.insert(name).second) repeated_ = name;
    return !repeated_;
  }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(json::number_integer_t /*value*/) override { return true; }
  bool number_unsigned(json::number_unsigned_t /*value*/) override { return true; }
  bool number_float(json::number_float_t /*value*/, const std::string& /*text*/) override {
    return true;
  }
  bool string(std::string& /*value*/) override { return true; }
  bool binary(json::binary_t& /*value*/) override { return true; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  bool enter() {
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  std::set<std::string> names_;
  std::optional<std::string> repeated_;
};

}  // namespace

std::optional<std::string> repeated_name(const std::string& text) {
  NameCheck names;
  json::sax_parse(text, &names);
  return names.repeated();
}

}  // namespace jcs::weights
