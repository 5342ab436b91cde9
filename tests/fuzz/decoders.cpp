// Foreign decoders crash and hang on some input, which the programs survive: they run apart here as
// they do there, and what is looked for is the reader that asks them.
#include "jcs/imaging/decoder_processes.hpp"
#include "jcs/imaging/limits.hpp"

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  jcs::imaging::set_limits({.decoder_seconds = 1});
  static const jcs::imaging::DecoderProcesses processes;
  return 0;
}
