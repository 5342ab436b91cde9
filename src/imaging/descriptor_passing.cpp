#include "descriptor_passing.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

namespace jcs::imaging {
namespace {

/// A message of one byte with room for the two descriptors beside it.
struct Message {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr header{};

  Message() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
};

}  // namespace

bool send_descriptors(int socket, const std::array<int, 2>& descriptors) {
  Message message;
  cmsghdr* part = CMSG_FIRSTHDR(&message.header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(part), descriptors.data(), sizeof descriptors);
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(socket, &message.header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == 1;
}

std::optional<std::array<Descriptor, 2>> receive_descriptors(int socket) {
  Message message;
  ssize_t got = -1;
  do {
    got = ::recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  const cmsghdr* part = got == 1 ? CMSG_FIRSTHDR(&message.header) : nullptr;
  std::array<int, 2> descriptors{};
  if (part == nullptr || part->cmsg_type != SCM_RIGHTS ||
      part->cmsg_len != CMSG_LEN(sizeof descriptors)) {
    return std::nullopt;
  }
  std::memcpy(descriptors.data(), CMSG_DATA(part), sizeof descriptors);
  return std::array<Descriptor, 2>{Descriptor(descriptors[0]), Descriptor(descriptors[1])};
}

}  // namespace jcs::imaging
