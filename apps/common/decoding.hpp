#pragma once

#include <optional>

#include "jcs/imaging/decoder_processes.hpp"
#include "jcs/imaging/limits.hpp"

#include "common/app.hpp"

namespace jcs::app {

/// What every program has that reads studies and pictures: `--limit-…`, and processes that decode.
/// Must outlive the program's run.
class Decoding {
 public:
  explicit Decoding(App& app);

 private:
  imaging::Limits limits_;
  std::optional<imaging::DecoderProcesses> processes_;
};

}  // namespace jcs::app
