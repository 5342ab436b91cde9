#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace jcs::test {

/// A port of 127.0.0.1 that a socket listens on while the object lives.
class TakenPort {
 public:
  TakenPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length);
    ::listen(fd_, 4);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~TakenPort() { ::close(fd_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  int fd_;
  int port_ = 0;
};

/// A port that was free a moment ago.
inline int free_port() { return TakenPort().port(); }

}  // namespace jcs::test
