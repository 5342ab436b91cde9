#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <zip.h>

namespace jcs::test {

inline std::string little_endian(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>((number >> (8 * i)) & 0xff);
  }
  return out;
}

/// Assembles pickles opcode by opcode, so that tests need no Python.
class PickleWriter {
 public:
  explicit PickleWriter(int protocol = 2)
      : protocol_(protocol), out_{'\x80', static_cast<char>(protocol)} {}
  PickleWriter& op(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  PickleWriter& text(std::string_view text) {
    return protocol_ >= 4 ? op("\x8c").op(little_endian(text.size(), 1)).op(text)
                          : op("X").op(little_endian(text.size(), 4)).op(text);
  }
  PickleWriter& integer(std::int64_t number) {
    if (number >= 0 && number < 256) {
      return op("K").op(little_endian(static_cast<std::uint64_t>(number), 1));
    }
    return op("\x8a\x08").op(little_endian(static_cast<std::uint64_t>(number), 8));
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return protocol_ >= 4 ? text(module).text(name).op("\x93")
                          : op("c" + module + "\n" + name + "\n");
  }
  PickleWriter& integers(const std::vector<std::int64_t>& numbers) {
    op("(");
    for (const std::int64_t number : numbers) {
      integer(number);
    }
    return op("t");
  }
  PickleWriter& ordered_dict() { return global("collections", "OrderedDict").op(")R"); }

  /// A tensor of float32 in the storage `key` of `elements` elements.
  PickleWriter& tensor(const std::string& key, std::int64_t elements, std::int64_t offset,
                       const std::vector<std::int64_t>& sizes,
                       const std::vector<std::int64_t>& strides, bool legacy = false,
                       const std::string& storage = "FloatStorage") {
    global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage").global("torch", storage);
    text(key).text("cpu").integer(elements).op(legacy ? "NtQ" : "tQ");
    return integer(offset).integers(sizes).integers(strides).op("\x89").ordered_dict().op("tR");
  }
  [[nodiscard]] std::string done() const { return out_ + "."; }

 private:
  int protocol_;
  std::string out_;
};

inline std::string raw(const std::vector<float>& numbers) {
  std::string out(numbers.size() * sizeof(float), '\0');
  std::memcpy(out.data(), numbers.data(), out.size());
  return out;
}

/// A legacy file of torch.save around the pickle of a state dict.
inline std::string legacy_file(const std::string& state_dict,
                               const std::vector<std::pair<std::string, std::string>>& storages,
                               int protocol = 2, std::size_t width = sizeof(float)) {
  std::string out =
      PickleWriter(protocol).op("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").done();
  out += PickleWriter(protocol).op("M\xe9\x03").done();
  out += PickleWriter(protocol).op("}").text("little_endian").op("\x88s").done();
  out += state_dict;
  PickleWriter keys(protocol);
  keys.op("](");
  for (const auto& [key, data] : storages) {
    keys.text(key);
  }
  out += keys.op("e").done();
  for (const auto& [key, data] : storages) {
    out += little_endian(data.size() / width, 8) + data;
  }
  return out;
}

/// Writes a zip archive with entries stored as torch.save stores them.
inline void zip_file(const std::string& path,
                     const std::vector<std::pair<std::string, std::string>>& entries,
                     int method = ZIP_CM_STORE) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  for (const auto& [name, content] : entries) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const auto index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  }
  zip_close(archive);
}

}  // namespace jcs::test
