#pragma once

#include <cerrno>

#include <sys/file.h>

namespace jcs {

/// flock(2), tried again where a signal came between. 0, or errno.
inline int lock_file(int descriptor, int how) {
  int failed = 0;
  do {
    failed = ::flock(descriptor, how) == 0 ? 0 : errno;
  } while (failed == EINTR);
  return failed;
}

}  // namespace jcs
