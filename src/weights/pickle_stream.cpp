#include "pickle_stream.hpp"

#include <algorithm>

#include "pickle_value.hpp"

namespace jcs::weights::pickle {

namespace {

constexpr std::size_t kMaxLine = 1000;  // far above any module's or class's name

[[noreturn]] void too_short() { throw Malformed("it ends too early"); }

}  // namespace

ByteStream::ByteStream(std::istream& in, std::uint64_t available)
    : in_(in), available_(std::min(available, kMaxPickle)), more_(available > kMaxPickle) {}

void ByteStream::refuse() const {
  if (more_) {
    throw Malformed("more than " + std::to_string(kMaxPickle) + " bytes");
  }
  too_short();
}

std::uint8_t ByteStream::byte() {
  if (available() == 0) {
    refuse();
  }
  const int got = in_.get();
  if (got == std::istream::traits_type::eof()) {
    too_short();
  }
  ++position_;
  return static_cast<std::uint8_t>(got);
}

std::uint64_t ByteStream::little_endian(int bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < bytes; ++i) {
    number |= std::uint64_t{byte()} << (8 * i);
  }
  return number;
}

std::string ByteStream::bytes(std::uint64_t count) {
  if (count > available()) {
    refuse();
  }
  std::string out = rest(count);
  if (out.size() != count) {
    too_short();
  }
  return out;
}

std::string ByteStream::line() {
  std::string out;
  for (auto c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) {
    if (out.size() == kMaxLine) {
      throw Malformed("a name of more than " + std::to_string(kMaxLine) + " characters");
    }
    out += c;
  }
  return out;
}

std::string ByteStream::rest(std::uint64_t count) {
  std::string out(std::min(count, available()), '\0');
  in_.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in_.gcount()));
  position_ += out.size();
  return out;
}

}  // namespace jcs::weights::pickle
