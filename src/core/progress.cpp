#include "jcs/core/progress.hpp"

#include "jcs/core/error.hpp"

namespace jcs {

Progress& no_progress() {
  class Silent : public Progress {
    void update(std::string_view, std::size_t, std::size_t) override {}
  };
  static Silent silent;
  return silent;
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) {
    throw Interrupted("stopped on request");
  }
}

}  // namespace jcs
