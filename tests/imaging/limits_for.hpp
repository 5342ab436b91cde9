#pragma once

#include "jcs/imaging/limits.hpp"

namespace jcs::test {

/// Other limits as long as it lives.
class LimitsFor {
 public:
  explicit LimitsFor(const jcs::imaging::Limits& limits) { jcs::imaging::set_limits(limits); }
  ~LimitsFor() { jcs::imaging::set_limits({}); }
  LimitsFor(const LimitsFor&) = delete;
  LimitsFor& operator=(const LimitsFor&) = delete;
};

}  // namespace jcs::test
