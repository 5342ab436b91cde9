#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "jcs/core/error.hpp"

namespace jcs::test {

/// Runs `action`, which must throw `Expected`; returns its one line ("" and a failure otherwise).
template <class Expected, class Action>
std::string error_line(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const Expected& error) {
    const std::string line = error.what();
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    return line;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another kind of error: " << error.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

}  // namespace jcs::test
