#include "sockets.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jcs/core/error.hpp"

namespace jcs::parallel {
namespace {

/// A file descriptor that is closed with the object.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const std::string& address, int port, int kind) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = kind;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return {found, &::freeaddrinfo};
}

bool connects(const addrinfo& to, std::chrono::milliseconds timeout) {
  const Socket socket(
      ::socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol));
  if (socket.fd() < 0) {
    return false;
  }
  if (::connect(socket.fd(), to.ai_addr, to.ai_addrlen) == 0) {
    return true;
  }
  if (errno != EINPROGRESS) {
    return false;
  }
  pollfd ready{socket.fd(), POLLOUT, 0};
  if (::poll(&ready, 1, static_cast<int>(timeout.count())) != 1) {
    return false;
  }
  int error = 0;
  socklen_t length = sizeof(error);
  return ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

int bound(int family, int port) {
  Socket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) {
    return -1;
  }
  // Connections of a training that has just ended linger for a minute; they do not take the port.
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  int result = -1;
  if (family == AF_INET6) {
    const int off = 0;
    ::setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(static_cast<std::uint16_t>(port));
    result = ::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof(any));
  } else {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(static_cast<std::uint16_t>(port));
    result = ::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof(any));
  }
  if (result != 0 || ::listen(socket.fd(), SOMAXCONN) != 0) {
    return -1;
  }
  return socket.release();
}

}  // namespace

int listen_on(const std::string& address, int port) {
  int fd = bound(AF_INET6, port);
  if (fd < 0 && errno != EADDRINUSE) {
    fd = bound(AF_INET, port);  // a machine without IPv6
  }
  if (fd < 0) {
    const bool taken = errno == EADDRINUSE;
    throw UsageError({taken ? "the port is taken: another training or program listens on it"
                            : std::string("rank 0 cannot listen: ") + std::strerror(errno),
                      address + ":" + std::to_string(port), "a free port in MASTER_PORT"});
  }
  return fd;
}

bool answers(const std::string& address, int port, std::chrono::milliseconds timeout) {
  using namespace std::chrono_literals;
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const Addresses addresses = resolve(address, port, SOCK_STREAM);
    for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next) {
      if (connects(*to, 2000ms)) {
        return true;
      }
    }
    if (std::chrono::steady_clock::now() >= until) {
      return false;
    }
    std::this_thread::sleep_for(100ms);
  }
}

std::string own_address_towards(const std::string& address, int port) {
  // Connecting a datagram socket sends nothing; it makes the system choose the way.
  const Addresses addresses = resolve(address, port, SOCK_DGRAM);
  for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next) {
    const Socket socket(::socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC, to->ai_protocol));
    sockaddr_storage own{};
    socklen_t length = sizeof(own);
    char text[NI_MAXHOST] = "";
    if (socket.fd() >= 0 && ::connect(socket.fd(), to->ai_addr, to->ai_addrlen) == 0 &&
        ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&own), &length) == 0 &&
        ::getnameinfo(reinterpret_cast<const sockaddr*>(&own), length, text, sizeof(text), nullptr,
                      0, NI_NUMERICHOST) == 0) {
      return text;
    }
  }
  return {};
}

bool is_loopback(const std::string& numeric_address) {
  return numeric_address.starts_with("127.") || numeric_address == "::1";
}

}  // namespace jcs::parallel
