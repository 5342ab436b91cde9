// Seconds that a study takes to Hounsfield units and nothing else: no network is loaded meanwhile.
//
//     reading_benchmark FOLDER
#include <cstdio>
#include <exception>

#include "jcs/core/progress.hpp"
#include "jcs/core/stopwatch.hpp"
#include "jcs/imaging/study.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: reading_benchmark FOLDER\n");
    return 2;
  }
  try {
    const jcs::Stopwatch watch;
    const jcs::imaging::CtVolume volume =
        jcs::imaging::read_study(argv[1], {}, jcs::no_progress(), {});
    std::printf("{\"slices\": %zu, \"seconds\": %.6f}\n", volume.slice_count(), watch.seconds());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reading_benchmark: %s\n", error.what());
    return 3;
  }
}
