#pragma once

namespace jcs::kernels {

/// From now on, threads of this process's OpenMP runtime, LibTorch's as well, that wait for work go
/// to sleep after some microseconds.
///
/// GNU's runtime lets them spin for milliseconds while it manages no more threads than there are
/// processors. Where another program wants a processor too, a spinning thread takes it from the one
/// that is waited for, and a loop takes up to forty times as long. Its environment variables
/// (OMP_WAIT_POLICY, GOMP_SPINCOUNT) are read before a program begins, and there is no function for
/// them; but it stops spinning by itself when it manages more threads than there are processors. So
/// a few threads are started once that do nothing for good, unless the system grants no more.
void let_waiting_threads_sleep();

}  // namespace jcs::kernels
