// PNG, JPEG, BMP and TIFF as slices and as masks.
#include "jcs/imaging/picture.hpp"

#include "fuzz/scratch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = jcs::fuzz::scratch().file("picture.png", jcs::fuzz::text(data, size));
  jcs::fuzz::refuse_or_read([&] { jcs::imaging::decode_picture(file); });
  jcs::fuzz::refuse_or_read([&] { jcs::imaging::read_mask(file); });
  return 0;
}
