#include "common/app.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <locale>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <fcntl.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "jcs/core/device_failure.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/text.hpp"
#include "jcs/core/utf8.hpp"

#include "common/third_party.hpp"

#ifndef JCS_VERSION
#define JCS_VERSION "unknown"
#endif

namespace jcs::app {

namespace {

std::stop_source& stop_source() {
  static std::stop_source source;
  return source;
}

// Any thread may be the one that is interrupted, so plain variables would be written by one thread
// and read by another.
std::atomic<int> g_signalled{0};
std::atomic<std::int64_t> g_signalled_at{0};  // seconds, plus one; 0: never
static_assert(std::atomic<int>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

// Programs that run others (`timeout`, scripts) may deliver one Ctrl-C twice; only a later one
// means "at once".
extern "C" void on_signal(int signal) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t at = now.tv_sec + 1;
  std::int64_t first = 0;
  if (g_signalled_at.compare_exchange_strong(first, at)) {
    g_signalled = signal;
  } else if (at - first > 1) {
    ::_exit(static_cast<int>(ExitCode::kInterrupted));
  }
}

// Work that hears of the stop gets so long to come to an end. Schedulers kill half a minute after
// their warning; a single step on a slow device may take longer than that.
constexpr auto kGrace = std::chrono::seconds(15);

// A command that, given again as it was, would remove what it has saved.
bool starts_anew(const CLI::App& cli) {
  const CLI::Option* restart = cli.get_option_no_throw("--restart");
  return restart != nullptr && restart->count() > 0;
}

// What is on the disk is whole at any moment, so that the next start copes as it does after a kill.
[[noreturn]] void end_now(const CLI::App& cli) {
  const std::string line =
      cli.get_name() + ": stopped on request in the middle of a long step; the same command" +
      (starts_anew(cli) ? " without --restart" : "") + " goes on from what was last saved\n";
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  ::_exit(static_cast<int>(ExitCode::kInterrupted));
}

// A stop token cannot be touched inside a signal handler, so a thread carries the news over.
class SignalWatch {
 public:
  explicit SignalWatch(const CLI::App& cli) {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    thread_ = std::jthread([&cli](const std::stop_token& ended) {
      constexpr auto kPause = std::chrono::milliseconds(20);
      while (!ended.stop_requested() && g_signalled == 0) {
        std::this_thread::sleep_for(kPause);
      }
      if (g_signalled == 0) {
        return;
      }
      stop_source().request_stop();
      const auto last = std::chrono::steady_clock::now() + kGrace;
      while (!ended.stop_requested()) {
        if (std::chrono::steady_clock::now() > last) {
          end_now(cli);
        }
        std::this_thread::sleep_for(kPause);
      }
    });
  }

 private:
  std::jthread thread_;
};

// What the library logs cites names and texts of files, so it is cleaned as errors are.
class OneLine : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const std::string line = printable({message.payload.data(), message.payload.size()}) + "\n";
    to.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<OneLine>();
  }
};

class TerminalProgress : public Progress {
 public:
  ~TerminalProgress() override {
    if (shown_) {
      std::fputs("\r\033[K", stderr);
    }
  }
  TerminalProgress() = default;
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  void update(std::string_view stage, std::size_t done, std::size_t total) override {
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (stage != stage_) {
      stage_ = stage;
      started_ = now;
      remark_.clear();
    } else if (total > 0 && done >= total) {
      // Nothing is left of a finished stage, so that what is logged next starts a line.
      std::fputs("\r\033[K", stderr);
      std::fflush(stderr);
      return;
    } else if (now - last_ < std::chrono::milliseconds(100)) {
      return;
    }
    last_ = now;
    shown_ = true;
    const double seconds = std::chrono::duration<double>(now - started_).count();
    std::string line = stage_ + " " + std::to_string(done);
    if (total > 0) {
      line += "/" + std::to_string(total);
    }
    if (!remark_.empty()) {
      line += ", " + remark_;
    } else if (total > done && done > 0 && seconds > 2.0) {
      const double left = seconds / static_cast<double>(done) * static_cast<double>(total - done);
      line += ", " + std::to_string(std::lround(left)) + " s left";
    }
    std::fprintf(stderr, "\r\033[K%s", printable(line).c_str());
    std::fflush(stderr);
  }

  void remark(std::string_view text) override {
    const std::scoped_lock lock(mutex_);
    remark_ = text;
  }

 private:
  std::mutex mutex_;
  std::string stage_, remark_;
  std::chrono::steady_clock::time_point started_, last_;
  bool shown_ = false;
};

// LibTorch and OpenCV have exceptions of their own for memory that the system refuses.
bool tells_of_memory(const std::string& text) {
  for (const char* sign : {"can't allocate memory", "Insufficient memory", "Failed to allocate"}) {
    if (text.find(sign) != std::string::npos) return true;
  }
  return false;
}

constexpr std::size_t kMostOfUsage = 2000;

int report(const char* program, ExitCode code, const std::string& line) {
  std::fprintf(stderr, "%s: %s\n", program, printable(line).c_str());
  return static_cast<int>(code);
}

// A network asks for the same tens of megabytes again and again. By default each would come fresh
// from the system, which clears it page by page: a sixth of the time of a large segmenter.
void keep_large_memory() {
#if defined(__GLIBC__)
  constexpr int kMost = 1 << 30;
  ::mallopt(M_MMAP_THRESHOLD, kMost);
  ::mallopt(M_TRIM_THRESHOLD, kMost);
#endif
}

// Where the caller closed one of the standard streams, the next file that is opened would take its
// place: what is said would be written into it, or to a decoder. Held in the wrong direction, a
// stream that was closed still fails as one.
void keep_standard_streams() {
  for (const auto& [stream, how] :
       {std::pair{STDIN_FILENO, O_WRONLY}, std::pair{STDOUT_FILENO, O_RDONLY},
        std::pair{STDERR_FILENO, O_WRONLY}}) {
    if (::fcntl(stream, F_GETFD) < 0) static_cast<void>(!::open("/dev/null", how));
  }
}

// The library names a setting as YAML does; whoever typed an option finds it as it was typed.
std::string with_option_names(const Error& error, const CLI::App& cli) {
  std::string line = error.what();
  const std::size_t end = line.find(": ");
  if (error.code() != ExitCode::kUsage || end == std::string::npos) return line;
  std::string option = "--" + line.substr(0, end);
  std::replace(option.begin(), option.end(), '_', '-');
  const auto subcommands = cli.get_subcommands();
  const bool known = cli.get_option_no_throw(option) != nullptr ||
                     std::any_of(subcommands.begin(), subcommands.end(), [&](const CLI::App* one) {
                       return one->get_option_no_throw(option) != nullptr;
                     });
  return known ? option + line.substr(end) : line;
}

// The parser takes 010 for 8, as C does; whoever counts files with as many digits means ten.
void read_whole_numbers_as_decimal(CLI::App& cli) {
  const CLI::Validator decimal(
      [](std::string& text) {
        const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
        while (text.size() > sign + 1 && text[sign] == '0' &&
               std::isdigit(static_cast<unsigned char>(text[sign + 1])) != 0) {
          text.erase(sign, 1);
        }
        return std::string();
      },
      "");
  for (CLI::Option* option : cli.get_options()) {
    const std::string type = option->get_type_name();
    if (type.starts_with("INT") || type.starts_with("UINT")) option->transform(decimal);
  }
  for (CLI::App* command : cli.get_subcommands(nullptr)) read_whole_numbers_as_decimal(*command);
}

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 unforeseen, 2 usage or configuration, 3 input data, 4 weights,\n"
    "            5 output cannot be written, 130 interrupted";

}  // namespace

App::App(const std::string& name, const std::string& description, const std::string& examples)
    : cli_(description, name) {
  keep_standard_streams();
  // Options, files and tables have decimal points, whatever a library in the process asked for.
  std::locale::global(std::locale::classic());
  keep_large_memory();
  cli_.footer("Examples:\n" + examples + "\n\n" + kExitCodes);
  cli_.set_version_flag(
      "--version",
      [this, name] {
        std::string text = name + " " JCS_VERSION;
        if (cli_.count("--verbose") > 0) {
          text += "\n\nThird-party parts:\n" + third_party();
          text.pop_back();  // the line's end is put behind it
        }
        return text;
      },
      "Display program version information and exit; with --verbose also the third-party parts");
  cli_.add_flag("-q,--quiet", quiet_, "No progress and no summary, only warnings and errors");
  cli_.add_flag("-v,--verbose", verbose_, "Say more on stderr");
  cli_.get_formatter()->column_width(34);
}

bool App::watched() const { return !quiet_ && ::isatty(STDERR_FILENO) != 0; }

void App::tell(const std::string& line) const {
  if (watched()) std::fprintf(stderr, "\r\033[K%s\n", printable(line).c_str());
}

Progress& App::progress() {
  if (!watched()) {
    return no_progress();
  }
  if (!progress_) {
    progress_ = std::make_unique<TerminalProgress>();
  }
  return *progress_;
}

std::stop_token App::stop() const { return stop_source().get_token(); }

int App::run(int argc, char** argv, const std::function<void()>& body) {
  try {
    read_whole_numbers_as_decimal(cli_);
    cli_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return cli_.exit(error);
    }
    return report(cli_.get_name().c_str(), ExitCode::kUsage,
                  shortened(error.what(), kMostOfUsage) + " (see --help)");
  }
  const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  log().sinks().push_back(sink);
  log().set_formatter(std::make_unique<OneLine>());
  log().set_level(verbose_ ? spdlog::level::debug
                  : quiet_ ? spdlog::level::warn
                           : spdlog::level::info);
  const char* name = cli_.get_name().c_str();
  try {
    if (at_start_) at_start_();
    const SignalWatch watch(cli_);
    body();
    progress_.reset();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      throw OutputError({"cannot be written: " + reason_of(errno), "standard output"});
    }
    return static_cast<int>(ExitCode::kDone);
  } catch (const Error& error) {
    progress_.reset();
    return report(name, error.code(), with_option_names(error, cli_));
  } catch (const std::bad_alloc&) {
    progress_.reset();
    return report(name, ExitCode::kUnforeseen, "out of memory");
  } catch (const std::exception& error) {
    progress_.reset();
    // Torch appends a backtrace after the first line; it means nothing to a user.
    const std::string text = error.what();
    if (const auto failure = device_failure(error)) {
      const char* restart = starts_anew(cli_) ? "; without --restart it goes on" : "";
      return report(name, failure->code(), failure->what() + std::string(restart));
    }
    if (text.find("CUDA out of memory") != std::string::npos ||
        text.find("CUDA error: out of memory") != std::string::npos) {
      return report(name, ExitCode::kUsage,
                    to_line({"too little memory is free", "device",
                             "a device with more free memory, smaller batches, or cpu"}));
    }
    if (tells_of_memory(text)) {
      return report(name, ExitCode::kUnforeseen, "out of memory");
    }
    return report(name, ExitCode::kUnforeseen, "unforeseen: " + text.substr(0, text.find('\n')));
  }
}

}  // namespace jcs::app
