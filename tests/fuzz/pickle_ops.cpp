#include "fuzz/pickle_ops.hpp"

#include <string_view>

namespace jcs::fuzz {

namespace {

// Operations by what follows them, as in Python's pickletools.
constexpr std::string_view kAlone = "(.01NQRabe])stu}\x81\x85\x86\x87\x88\x89\x93\x94";
struct Sized {
  std::string_view codes;
  int content, length_width;
};
constexpr Sized kSized[] = {{"Khq\x80", 1, 0}, {"M", 2, 0},          {"Jjr", 4, 0},
                            {"G\x95", 8, 0},   {"UC\x8a\x8c", 0, 1}, {"TXB\x8b", 0, 4},
                            {"\x8d\x8e", 0, 8}};

std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i));
  return text;
}

class Reader {
 public:
  Reader(const std::string& bytes, std::size_t& at) : bytes_(bytes), at_(at) {}

  bool read(PickleOp& op) {
    std::string code;
    if (!take(1, code)) return false;
    op.code = static_cast<unsigned char>(code[0]);
    if (kAlone.find(code[0]) != std::string_view::npos) return true;
    for (const Sized& sized : kSized) {
      if (sized.codes.find(code[0]) == std::string_view::npos) continue;
      op.length_width = sized.length_width;
      std::size_t size = static_cast<std::size_t>(sized.content);
      return (op.length_width == 0 || length(op.length_width, size)) && take(size, op.content);
    }
    return code == "c" && line(op.content) && line(op.content);
  }

 private:
  bool take(std::size_t count, std::string& to) {
    if (count > bytes_.size() - at_) return false;
    to = bytes_.substr(at_, count);
    at_ += count;
    return true;
  }
  bool length(int width, std::size_t& to) {
    std::string bytes;
    if (!take(static_cast<std::size_t>(width), bytes)) return false;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      to = (to << 8) | static_cast<unsigned char>(bytes[i]);
    }
    return true;
  }
  bool line(std::string& to) {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string::npos) return false;
    to += bytes_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return true;
  }

  const std::string& bytes_;
  std::size_t& at_;
};

}  // namespace

std::optional<Pickle> read_pickle(const std::string& bytes, std::size_t& at) {
  Pickle pickle;
  Reader reader(bytes, at);
  do {
    if (!reader.read(pickle.emplace_back())) return std::nullopt;
  } while (pickle.back().code != '.');
  return pickle;
}

std::string to_bytes(const Pickle& pickle) {
  std::string bytes;
  for (const PickleOp& op : pickle) {
    bytes += static_cast<char>(op.code);
    bytes += little_endian(op.content.size(), op.length_width);
    bytes += op.content;
  }
  return bytes;
}

}  // namespace jcs::fuzz
