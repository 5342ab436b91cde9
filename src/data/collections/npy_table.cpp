#include "npy_table.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
// NumPy itself refuses longer headers.
constexpr std::size_t kMostHeader = 10'000;
constexpr std::size_t kMostRows = 1'000'000;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20U;

struct Header {
  std::string type;
  bool fortran = false;
  std::size_t rows = 0, columns = 0;
};

// Reads the header's Python dictionary: 'descr', 'fortran_order' and 'shape', each once.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  bool parse(Header& header) {
    if (!take("{")) return false;
    int seen = 0;
    while (!take("}")) {
      if (take("'descr'")) {
        if (!take(":") || !take_text(header.type)) return false;
        seen |= 1;
      } else if (take("'fortran_order'")) {
        if (!take(":")) return false;
        header.fortran = take("True");
        if (!header.fortran && !take("False")) return false;
        seen |= 2;
      } else if (take("'shape'")) {
        if (!take(":") || !take("(") || !take_size(header.rows) || !take(",") ||
            !take_size(header.columns)) {
          return false;
        }
        take(",");
        if (!take(")")) return false;
        seen |= 4;
      } else {
        return false;
      }
      if (!take(",") && !rest_.starts_with("}")) return false;
    }
    return seen == 7 && blank();
  }

 private:
  bool take(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    skip_blanks();
    return true;
  }
  bool take_text(std::string& text) {
    if (!take("'")) return false;
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool take_size(std::size_t& size) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    skip_blanks();
    return true;
  }
  void skip_blanks() {
    const std::size_t word = rest_.find_first_not_of(" \n");
    rest_.remove_prefix(word == std::string_view::npos ? rest_.size() : word);
  }
  bool blank() {
    skip_blanks();
    return rest_.empty();
  }

  std::string_view rest_;
};

std::size_t bytes_of(const std::string& type) {
  for (const char* known :
       {"|b1", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<f4", "<u8", "<i8", "<f8"}) {
    if (type == known) return static_cast<std::size_t>(type[2] - '0');
  }
  return 0;
}

template <class T>
double value_as(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

double value_at(const std::string& type, const char* bytes) {
  const char kind = type[1];
  const auto of_size = [&]<class One, class Two, class Four, class Eight>(One, Two, Four, Eight) {
    switch (type[2]) {
      case '1':
        return value_as<One>(bytes);
      case '2':
        return value_as<Two>(bytes);
      case '4':
        return value_as<Four>(bytes);
      default:
        return value_as<Eight>(bytes);
    }
  };
  if (kind == 'f') return type[2] == '4' ? value_as<float>(bytes) : value_as<double>(bytes);
  if (kind == 'i') {
    return of_size(std::int8_t{}, std::int16_t{}, std::int32_t{}, std::int64_t{});
  }
  return of_size(std::uint8_t{}, std::uint16_t{}, std::uint32_t{}, std::uint64_t{});
}

// The bytes of a file of a size that a table of labels may have.
std::string content_of(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error) {
    throw InputError({"cannot be read: " + error.message(), file.string()});
  }
  if (size > kMostBytes) {
    throw InputError({"is too large for a table of labels", file.string(), "at most 64 MiB",
                      std::to_string(size) + " bytes"});
  }
  return read_file(file);
}

// The header and where the values begin.
std::size_t read_header(const std::string& bytes, const fs::path& file, Header& header) {
  const auto byte = [&](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(bytes[at])};
  };
  if (!bytes.starts_with(kMagic) || bytes.size() < 12) {
    throw InputError({"is no NumPy array", file.string()});
  }
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    throw InputError({"is a NumPy array of a version that is not known", file.string(), "1, 2 or 3",
                      std::to_string(version)});
  }
  const std::size_t start = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | (byte(9) << 8U);
  if (version > 1) length |= (byte(10) << 16U) | (byte(11) << 24U);
  if (length > kMostHeader || start + length > bytes.size()) {
    throw InputError({"is a NumPy array whose header is cut off or too long", file.string()});
  }
  if (!HeaderParser(std::string_view(bytes).substr(start, length)).parse(header)) {
    throw InputError({"is no NumPy array of two dimensions", file.string(),
                      "a header with descr, fortran_order and a shape of rows and columns"});
  }
  return start + length;
}

}  // namespace

NpyTable read_npy_table(const fs::path& file) {
  const std::string bytes = content_of(file);
  Header header;
  const std::size_t start = read_header(bytes, file, header);
  const std::size_t width = bytes_of(header.type);
  if (width == 0) {
    throw InputError({"is a NumPy array of a type that is not read", file.string(),
                      "truth values or numbers, little-endian", "'" + header.type + "'"});
  }
  const std::size_t have = bytes.size() - start;
  // Divided, not multiplied: a lying header must not overflow.
  if (header.rows == 0 || header.columns == 0 || header.rows > kMostRows ||
      header.columns > have / width / header.rows || header.rows * header.columns * width != have) {
    throw InputError({"is a NumPy array of another size than its header says", file.string(),
                      std::to_string(header.rows) + " x " + std::to_string(header.columns) +
                          " values of " + std::to_string(width) + " bytes",
                      std::to_string(have) + " bytes"});
  }
  NpyTable table{header.rows, header.columns, {}};
  table.values.reserve(table.rows * table.columns);
  for (std::size_t row = 0; row < table.rows; ++row) {
    for (std::size_t column = 0; column < table.columns; ++column) {
      const std::size_t index =
          header.fortran ? column * table.rows + row : row * table.columns + column;
      table.values.push_back(value_at(header.type, bytes.data() + start + index * width));
    }
  }
  return table;
}

}  // namespace jcs::data
