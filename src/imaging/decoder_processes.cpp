#include "jcs/imaging/decoder_processes.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jcs/imaging/limits.hpp"

#include "decode_elsewhere.hpp"
#include "decoder_child.hpp"
#include "decoder_messages.hpp"
#include "descriptor_passing.hpp"
#include "shared_memory.hpp"

namespace jcs::imaging {
namespace {

std::atomic<DecoderProcesses*> g_running{nullptr};

std::pair<Descriptor, Descriptor> socket_pair() {
  int ends[2] = {};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "no socket for a decoder process");
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// One decoder process, seen from the reader.
class RemoteDecoder {
 public:
  RemoteDecoder(Descriptor socket, SharedMemory memory)
      : socket_(std::move(socket)), memory_(std::move(memory)) {}

  /// Room for a request's bytes and what is to come behind them.
  std::span<std::byte> room(std::size_t bytes) { return memory_.grow(bytes); }

  /// Hands the process a request. @returns false when there is no process any more.
  bool request(DecoderRequest request) {
    request.memory_bytes = room(0).size();
    request.seconds = static_cast<std::uint32_t>(limits().decoder_seconds);
    return ::send(socket_.get(), &request, sizeof request, MSG_NOSIGNAL) == sizeof request;
  }

  /// Nothing when the process ended instead of answering.
  std::optional<DecoderReply> reply() {
    // The process's own clock comes first; this is for one that waits or is stopped. Second by
    // second: where all of the job was suspended, that counts as one.
    constexpr int kGrace = 10, kSecond = 1000;
    pollfd answer{socket_.get(), POLLIN, 0};
    int ready = 0;
    for (std::int64_t left = limits().decoder_seconds + kGrace; ready <= 0 && left > 0;) {
      ready = ::poll(&answer, 1, kSecond);
      if (ready >= 0 || errno != EINTR) --left;
    }
    DecoderReply reply;
    ssize_t got = -1;
    do {
      // A socket that was closed before the request was read says so first, then what lies in it.
      got = ready == 1 ? ::recv(socket_.get(), &reply, sizeof reply, 0) : 0;
    } while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got != sizeof reply) {
      return std::nullopt;
    }
    reply.failure.back() = '\0';
    return reply;
  }

  /// Whether it has answered before.
  [[nodiscard]] bool proven() const { return proven_; }
  void prove() { proven_ = true; }

  /// What lies in the memory after an answer. @throws std::bad_alloc when it is not that large.
  std::span<std::byte> content(std::size_t bytes) { return memory_.show(bytes); }

 private:
  Descriptor socket_;
  SharedMemory memory_;
  bool proven_ = false;
};

}  // namespace

class DecoderProcesses::Pool {
 public:
  Pool() {
    auto [ours, theirs] = socket_pair();
    parent_ = ::fork();
    if (parent_ < 0) {
      throw std::system_error(errno, std::generic_category(), "no process for decoders");
    }
    if (parent_ == 0) {
      ours.reset();
      serve_decoders(theirs.get());
    }
    control_ = std::move(ours);
  }
  ~Pool() {
    idle_.clear();
    control_.reset();
    while (::waitpid(parent_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Fills a request's memory, asks, and hands the answer to `use`. @returns the failure.
  template <class Fill, class Use>
  std::string ask(std::size_t bytes, const DecoderRequest& request, const Fill& fill,
                  const Use& use) {
    RemoteDecoder decoder = take();
    std::optional<DecoderReply> reply;
    for (bool again = true; again;) {
      fill(decoder.room(bytes));
      const auto asked = std::chrono::steady_clock::now();
      const bool proven = decoder.proven();
      // A new one that is gone may have left word why.
      reply = decoder.request(request) || !proven ? decoder.reply() : std::nullopt;
      const auto took = std::chrono::steady_clock::now() - asked;
      // A used one may have been killed while it was idle, or lack what earlier pictures took and
      // did not give back: that is no fault of this picture, which a new one is given once more.
      again = proven && !(reply && reply->decoded) &&
              took < std::chrono::seconds(limits().decoder_seconds);
      if (again) decoder = start();
    }
    if (reply && reply->no_process != 0) {
      throw std::system_error(reply->no_process, std::generic_category(),
                              "no decoder process can be started");
    }
    if (!reply) {
      return "its decoder crashed or took longer than " + std::to_string(limits().decoder_seconds) +
             " s";
    }
    std::string failure = reply->decoded ? use(decoder, *reply) : reply->failure.data();
    if (!reply->decoded && failure.empty()) failure = "damaged";
    // What a decoder library makes of a damaged picture may stay with its process: that one ends.
    if (failure.empty()) {
      decoder.prove();
      give_back(std::move(decoder));
    }
    return failure;
  }

 private:
  RemoteDecoder take() {
    if (const std::scoped_lock lock(mutex_); !idle_.empty()) {
      RemoteDecoder decoder = std::move(idle_.back());
      idle_.pop_back();
      return decoder;
    }
    return start();
  }
  RemoteDecoder start() {
    auto [ours, theirs] = socket_pair();
    SharedMemory memory;
    if (!send_descriptors(control_.get(), {theirs.get(), memory.descriptor()})) {
      throw std::system_error(errno, std::generic_category(), "no decoder process can be started");
    }
    return {std::move(ours), std::move(memory)};
  }
  void give_back(RemoteDecoder decoder) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(decoder));
  }

  std::mutex mutex_;
  Descriptor control_;
  pid_t parent_ = -1;
  std::vector<RemoteDecoder> idle_;
};

DecoderProcesses::DecoderProcesses() : pool_(std::make_unique<Pool>()) { g_running = this; }
DecoderProcesses::~DecoderProcesses() { g_running = nullptr; }
DecoderProcesses* DecoderProcesses::running() { return g_running; }

std::vector<std::uint16_t> decode_elsewhere(DecoderProcesses& processes,
                                            const CompressedFrame& frame, std::string& failure) {
  DecoderRequest request;
  request.stream_bytes = frame.bytes.size();
  request.pixels_at = pixels_behind(frame.bytes.size());
  request.syntax = frame.syntax;
  request.layout = frame.layout;
  // A decoder may write one byte more than an odd number of pixels takes.
  const std::size_t bytes = frame.layout.pixels() * sizeof(std::uint16_t) + 1;
  std::vector<std::uint16_t> pixels;
  failure = processes.pool().ask(
      request.pixels_at + bytes, request,
      [&](std::span<std::byte> memory) {
        std::ranges::copy(std::as_bytes(std::span(frame.bytes)), memory.begin());
      },
      [&](RemoteDecoder& decoder, const DecoderReply&) {
        const std::span<std::byte> memory = decoder.content(request.pixels_at + bytes);
        const auto* first = reinterpret_cast<const std::uint16_t*>(&memory[request.pixels_at]);
        pixels.assign(first, first + frame.layout.pixels());
        return std::string();
      });
  return pixels;
}

std::string decode_picture_elsewhere(DecoderProcesses& processes,
                                     std::span<const std::uint8_t> bytes, cv::Mat& picture) {
  DecoderRequest request;
  request.is_picture_file = true;
  request.stream_bytes = bytes.size();
  request.pixels_at = pixels_behind(bytes.size());
  return processes.pool().ask(
      request.pixels_at, request,
      [&](std::span<std::byte> memory) { std::ranges::copy(std::as_bytes(bytes), memory.begin()); },
      [&](RemoteDecoder& decoder, const DecoderReply& reply) -> std::string {
        // Nothing that the process says is believed before it was looked at.
        constexpr int kMostChannels = 4;
        if (reply.rows < 1 || reply.columns < 1 || CV_MAT_CN(reply.type) > kMostChannels ||
            (reply.type & ~CV_MAT_TYPE_MASK) != 0 ||
            std::int64_t{reply.rows} * reply.columns > limits().slice_pixels()) {
          return "a picture of a size or kind that is not read";
        }
        cv::Mat decoded(reply.rows, reply.columns, reply.type);
        const std::size_t size = decoded.total() * decoded.elemSize();
        const std::span<std::byte> memory = decoder.content(request.pixels_at + size);
        std::memcpy(decoded.data, &memory[request.pixels_at], size);
        picture = std::move(decoded);
        return {};
      });
}

}  // namespace jcs::imaging
