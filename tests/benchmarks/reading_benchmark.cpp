// Seconds that a study takes to Hounsfield units and nothing else: no network is loaded meanwhile.
//
//     reading_benchmark FOLDER          decoding in this process
//     reading_benchmark FOLDER --apart  decoding in processes apart, whose start is part of the
//     time
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

#include "jcs/core/progress.hpp"
#include "jcs/core/stopwatch.hpp"
#include "jcs/imaging/decoder_processes.hpp"
#include "jcs/imaging/study.hpp"

int main(int argc, char** argv) {
  const bool apart = argc == 3 && std::string_view(argv[2]) == "--apart";
  if (argc != 2 && !apart) {
    std::fprintf(stderr, "usage: reading_benchmark FOLDER [--apart]\n");
    return 2;
  }
  try {
    const jcs::Stopwatch watch;
    std::optional<jcs::imaging::DecoderProcesses> processes;
    if (apart) processes.emplace();
    const jcs::imaging::CtVolume volume =
        jcs::imaging::read_study(argv[1], {}, jcs::no_progress(), {});
    std::printf("{\"slices\": %zu, \"seconds\": %.6f}\n", volume.slice_count(), watch.seconds());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reading_benchmark: %s\n", error.what());
    return 3;
  }
}
