#pragma once

#include <memory>

namespace jcs::imaging {

/// Processes in which compressed pictures are decoded. JPEG, JPEG-LS, JPEG 2000, RLE, PNG and TIFF
/// decoders are foreign code that meets files of strangers: where one crashes, loops or takes all
/// memory, it takes its own process along, and the reader throws the InputError of a picture that
/// cannot be decoded. Each picture gets the time and memory of limits().
///
/// While an object of this class lives, everything in this room decodes there; without one it
/// decodes in the calling thread. The pixels are the same. As many processes run as threads decode
/// at once; a process that ended is replaced when the next picture comes.
class DecoderProcesses {
 public:
  /// Forks the process that the others come from. Make it before the program starts threads: of
  /// several threads only the forking one lives on in the child, and locks of the others stay
  /// locked. One object at a time.
  /// @throws std::system_error when the system has no process to give.
  DecoderProcesses();
  ~DecoderProcesses();
  DecoderProcesses(const DecoderProcesses&) = delete;
  DecoderProcesses& operator=(const DecoderProcesses&) = delete;

  /// The object that lives, or nullptr.
  static DecoderProcesses* running();

  class Pool;
  [[nodiscard]] Pool& pool() { return *pool_; }

 private:
  std::unique_ptr<Pool> pool_;
};

}  // namespace jcs::imaging
