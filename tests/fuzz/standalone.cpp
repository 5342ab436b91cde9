// Drives a fuzzer where there is no libFuzzer: every input given, then inputs made of them, always
// the same for the same seed. One that crashes the reader, or takes too long or too much memory, is
// written to a file, the file is named, and the process ends with exit code 1.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "fuzz/byte_mutation.hpp"
#include "fuzz/entry.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JCS_SANITIZED 1
#else
#define JCS_SANITIZED 0
#endif

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;
using jcs::fuzz::below;
using jcs::fuzz::Random;

constexpr std::size_t kMaxSize = 65536;
constexpr int kSeconds = 20;  // for one input, on a machine that is busy with other tests
// Above what the process has at its beginning. DCMTK asks for as much as an element claims, 4 GiB
// at most, and gives it back untouched when the file ends before.
constexpr std::size_t kMemory = std::size_t{6} << 30;

struct Arguments {
  std::vector<fs::path> inputs;
  fs::path finds = ".";
  std::uint64_t runs = 0, seed = 1;
};

Random& engine() {
  static Random random;
  return random;
}

// What is being read now, for the handlers, which may call next to nothing.
struct Current {
  const char* data = nullptr;
  std::size_t size = 0;
  char file[4096] = "";
} current;

void say(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

void keep_input() {
  const int file = ::open(current.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const bool kept = file >= 0 && ::write(file, current.data, current.size) >= 0;
  say(kept ? "the input is kept in " : "the input cannot be kept in ");
  say(current.file);
  say("\n");
}

void on_signal(int signal) {
  say(signal == SIGALRM ? "FOUND: an input takes too long; "
                        : "FOUND: an input ends the process; ");
  keep_input();
  ::_exit(1);
}

void watch_signals() {
  // A stack that has overflowed is no place for a handler.
  static char stack[65536];
  const stack_t apart = {.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack};
  ::sigaltstack(&apart, nullptr);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGALRM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    // A sanitizer's own report of these says more; it calls back when it dies.
    if (JCS_SANITIZED && signal != SIGALRM) continue;
    ::sigaction(signal, &action, nullptr);
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
}

void limit_memory() {
  if (JCS_SANITIZED) return;  // its shadow alone is larger than any limit
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages;
  const rlim_t bytes = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + kMemory;
  const rlimit limit = {bytes, bytes};
  ::setrlimit(RLIMIT_AS, &limit);
}

void run(const std::string& input) {
  // A copy of exactly this size: bytes behind the end are somebody else's.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  current.data = input.data();
  current.size = input.size();
  const itimerval time = {.it_interval = {}, .it_value = {.tv_sec = kSeconds, .tv_usec = 0}};
  ::setitimer(ITIMER_REAL, &time, nullptr);
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  const itimerval none = {};
  ::setitimer(ITIMER_REAL, &none, nullptr);
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> seeds_of(const std::vector<fs::path>& inputs) {
  std::vector<fs::path> files;
  for (const fs::path& input : inputs) {
    if (fs::is_directory(input)) {
      for (const auto& entry : fs::directory_iterator(input)) files.push_back(entry.path());
    } else {
      files.push_back(input);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const fs::path& file : files) seeds.push_back(content_of(file).substr(0, kMaxSize));
  return seeds;
}

std::string made_of(const std::vector<std::string>& seeds, Random& random) {
  std::string input = seeds[below(random, seeds.size())];
  if (below(random, 8) == 0) {
    input = jcs::fuzz::spliced(input, seeds[below(random, seeds.size())], random);
  }
  input.resize(std::min(input.size(), kMaxSize));
  for (std::size_t left = 1 + below(random, 6); left > 0; --left) {
    std::size_t size = input.size();
    input.resize(kMaxSize);
    auto* data = reinterpret_cast<std::uint8_t*>(input.data());
    size = LLVMFuzzerCustomMutator != nullptr
               ? LLVMFuzzerCustomMutator(data, size, kMaxSize, static_cast<unsigned>(random()))
               : LLVMFuzzerMutate(data, size, kMaxSize);
    input.resize(size);
  }
  return input;
}

bool number_from(const char* text, std::uint64_t& to) {
  const char* end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, to);
  return read.ec == std::errc() && read.ptr == end;
}

bool understood(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (!name.starts_with("--")) {
      arguments.inputs.emplace_back(name);
      continue;
    }
    if (++i == argc) return false;
    if (name == "--finds") {
      arguments.finds = argv[i];
    } else if (name != "--runs" && name != "--seed") {
      return false;
    } else if (!number_from(argv[i], name == "--runs" ? arguments.runs : arguments.seed)) {
      return false;
    }
  }
  return !arguments.inputs.empty();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                        std::size_t max_size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  jcs::fuzz::mutate_bytes(bytes, engine());
  bytes.resize(std::min(bytes.size(), max_size));
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

int main(int argc, char** argv) {
  Arguments arguments;
  if (!understood(argc, argv, arguments)) {
    std::fprintf(stderr, "usage: %s [--runs N] [--seed N] [--finds FOLDER] FILE|FOLDER...\n",
                 argv[0]);
    return 2;
  }
  const std::string name = fs::path(argv[0]).filename().string();
  fs::create_directories(arguments.finds);
  std::snprintf(current.file, sizeof current.file, "%s",
                (arguments.finds / (name + ".input")).c_str());
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  watch_signals();
  limit_memory();
  const std::vector<std::string> seeds = seeds_of(arguments.inputs);
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: there are no inputs to start from\n", argv[0]);
    return 2;
  }
  for (const std::string& seed : seeds) run(seed);
  engine().seed(arguments.seed);
  for (std::uint64_t i = 0; i < arguments.runs; ++i) run(made_of(seeds, engine()));
  std::printf("%s: %zu inputs given, %llu made of them, nothing found\n", name.c_str(),
              seeds.size(), static_cast<unsigned long long>(arguments.runs));
}
