#pragma once

#include <cstddef>
#include <cstdint>

// What a fuzzer and whatever drives it know of each other: libFuzzer's names, so that one source
// serves it and standalone.cpp.
extern "C" {

/// Reads one input. Whatever it finds ends the process.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// Called once before, where a fuzzer has it.
__attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);
/// Changes an input in place and returns its new size, where a fuzzer knows better than bytes.
__attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                          std::size_t max_size, unsigned seed);
/// Changes bytes in place and returns how many there are now; given by the driver.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

}  // extern "C"
