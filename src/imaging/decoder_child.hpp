#pragma once

namespace jcs::imaging {

/// The life of the process that decoder processes are forked from: a socket and a shared memory
/// that come over `control` become one such process. Ends with the other side of `control`.
[[noreturn]] void serve_decoders(int control);

}  // namespace jcs::imaging
