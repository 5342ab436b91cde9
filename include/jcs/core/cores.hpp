#pragma once

namespace jcs {

/// How many processor cores this process may use, at least 1: those of its affinity mask, or fewer
/// where a control group (a container's CPU limit) grants less time than that.
int available_cores();

/// How many threads share work that nobody gave a number of threads to, in this process from now
/// on; 0, as at first: as many as there are available_cores().
void set_usual_threads(int threads);
int usual_threads();

}  // namespace jcs
