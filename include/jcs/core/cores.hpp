#pragma once

namespace jcs {

/// How many processor cores this process may use, at least 1: those of its affinity mask, or fewer
/// where a control group (a container's CPU limit) grants less time than that.
int available_cores();

}  // namespace jcs
