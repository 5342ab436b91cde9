#pragma once

namespace jcs::training {

/// While one lives, large tensors on the CPU that are let go leave their memory to later ones of
/// the same size, in huge pages where the system gives them. The steps of a training ask for the
/// same sizes over and over; fetched from the system each time, every page of theirs would be
/// cleared and mapped anew. What is computed stays the same. At the end of the last one all memory
/// that is not in use goes back.
///
/// Does nothing in a process that has a CPU allocator of its own.
class ReusedMemory {
 public:
  ReusedMemory();
  ~ReusedMemory();
  ReusedMemory(const ReusedMemory&) = delete;
  ReusedMemory& operator=(const ReusedMemory&) = delete;
};

}  // namespace jcs::training
