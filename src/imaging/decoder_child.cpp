#include "decoder_child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "jcs/imaging/dicom_runtime.hpp"
#include "jcs/imaging/limits.hpp"

#include "codec.hpp"
#include "decoder_messages.hpp"
#include "descriptor_passing.hpp"
#include "shared_memory.hpp"

namespace jcs::imaging {
namespace {

/// What the process has of address space by now, in bytes.
rlim_t address_space() {
  unsigned long pages = 0;
  if (std::FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%lu", &pages) != 1) pages = 0;
    std::fclose(statm);
  }
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void limit_memory() {
  // The program that was forked fills address space of its own, which costs a decoder nothing.
  const rlim_t most = address_space() + static_cast<rlim_t>(limits().decoder_memory_mib << 20);
  const rlimit memory{most, most};
  ::setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
}

/// Ends this process after so many seconds of a processor; 0: not any more. A job that was
/// suspended for a while is no fault of the picture.
void end_after(std::uint32_t seconds) {
  const itimerval timer{{0, 0}, {static_cast<time_t>(seconds), 0}};
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

std::string too_much_memory() {
  return "it needs more than " + std::to_string(limits().decoder_memory_mib) +
         " MiB, the limit of a decoder";
}

class Decoder {
 public:
  Decoder(Descriptor socket, Descriptor memory)
      : socket_(std::move(socket)), memory_(std::move(memory)) {}

  [[noreturn]] void serve() {
    DecoderRequest request;
    while (::recv(socket_.get(), &request, sizeof request, 0) == sizeof request) {
      end_after(request.seconds);
      const DecoderReply reply = answer(request);
      end_after(0);
      if (::send(socket_.get(), &reply, sizeof reply, MSG_NOSIGNAL) != sizeof reply) break;
    }
    ::_exit(0);
  }

 private:
  DecoderReply answer(const DecoderRequest& request) {
    DecoderReply reply;
    std::string failure;
    try {
      failure = request.is_picture_file ? picture(request, reply) : frame(request);
    } catch (const std::bad_alloc&) {
      failure = too_much_memory();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    reply.decoded = failure.empty();
    failure.copy(reply.failure.data(), reply.failure.size() - 1);
    return reply;
  }

  std::string frame(const DecoderRequest& request) {
    const std::span<std::byte> memory = memory_.show(request.memory_bytes);
    const std::string_view stream(reinterpret_cast<const char*>(memory.data()),
                                  request.stream_bytes);
    auto* pixels = reinterpret_cast<std::uint16_t*>(memory.data() + request.pixels_at);
    return decode_codestream(
        {static_cast<E_TransferSyntax>(request.syntax), request.layout, stream},
        {pixels, request.layout.pixels()});
  }

  std::string picture(const DecoderRequest& request, DecoderReply& reply) {
    cv::Mat decoded;
    {
      const std::span<std::byte> memory = memory_.show(request.memory_bytes);
      std::string failure = decode_picture_file(
          {reinterpret_cast<const std::uint8_t*>(memory.data()), request.stream_bytes}, decoded);
      if (!failure.empty()) return failure;
    }
    const std::size_t bytes = decoded.total() * decoded.elemSize();
    const std::span<std::byte> memory = memory_.grow(request.pixels_at + bytes);
    reply.rows = decoded.rows;
    reply.columns = decoded.cols;
    reply.type = decoded.type();
    std::memcpy(memory.data() + request.pixels_at, decoded.data, bytes);
    return {};
  }

  Descriptor socket_;
  SharedMemory memory_;
};

/// Keeps nothing of the program that it does not need: whoever waits for the end of the program's
/// output must not wait for this process too.
void let_go_of_files(int control) {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::dup2(nothing, standard);
  }
  const auto wanted = static_cast<unsigned>(control);
  if (wanted > 3) ::close_range(3, wanted - 1, 0);
  ::close_range(wanted + 1, ~0U, 0);
}

/// Says to whoever waits at `socket` why there is no process at its other end.
void refuse(int socket, int reason) {
  DecoderReply reply;
  reply.no_process = reason;
  // Who does not hear it sees the socket closed.
  static_cast<void>(::send(socket, &reply, sizeof reply, MSG_NOSIGNAL));
}

}  // namespace

void serve_decoders(int control) {
  // Ctrl-C reaches all processes of a terminal; when to end is the program's to say.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
  std::signal(SIGPROF, SIG_DFL);
  std::signal(SIGCHLD, SIG_IGN);  // decoders that ended leave nothing behind
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "jcs-decoders");
  let_go_of_files(control);
  try {
    prepare_dicom();
  } catch (const std::exception&) {
    // The program itself says so when it reads its first file.
  }
  while (auto descriptors = receive_descriptors(control)) {
    const pid_t decoder = ::fork();
    if (decoder < 0) {
      refuse((*descriptors)[0].get(), errno);
    } else if (decoder == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(control);
      limit_memory();
      Decoder(std::move((*descriptors)[0]), std::move((*descriptors)[1])).serve();
    }
  }
  ::_exit(0);
}

}  // namespace jcs::imaging
