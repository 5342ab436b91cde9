#include "common/decoding.hpp"

#include "common/option_flags.hpp"

namespace jcs::app {

Decoding::Decoding(App& app) {
  OptionFlags flags(app.cli());
  limits_.describe(flags);
  for (CLI::Option* option : app.cli().get_options()) {
    if (option->get_name().starts_with("--limit-"))
      option->group("Limits of what a file may ask for");
  }
  app.at_start([this] {
    imaging::set_limits(limits_);
    processes_.emplace();
  });
}

}  // namespace jcs::app
