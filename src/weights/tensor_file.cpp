#include "jcs/weights/tensor_file.hpp"

#include <array>
#include <system_error>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/text.hpp"

#include "readers.hpp"

namespace jcs::weights {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kHead = 1024;

std::string head_of(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) {
    throw WeightsError({"is a folder", file.string(), "a file of weights"});
  }
  InputFile in(file, ExitCode::kWeights);
  if (!in) {
    throw WeightsError({"cannot be read: " + in.why(), file.string()});
  }
  if (!fs::is_regular_file(file, error)) {
    throw WeightsError({"is no regular file", file.string()});
  }
  std::string head(kHead, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

// A brace behind eight bytes of a length that is possible. The lower ones may be any, even those
// that begin a pickle (640 is 0x80 0x02) or a zip archive.
bool begins_like_safetensors(const std::string& head) {
  constexpr std::size_t kBrace = 8;
  return head.size() > kBrace && head[kBrace] == '{' &&
         head.compare(4, 4, std::string(4, '\0')) == 0;
}

// What a file that holds no tensors is, when it is something that users take for weights.
std::string kind_of(const std::string& head) {
  if (head.empty()) {
    return "is empty";
  }
  const std::string text = lower_case(head);
  const auto first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first != std::string::npos && text[first] == '<' &&
      (text.find("<html") != std::string::npos || text.find("<!doctype") != std::string::npos)) {
    return "is an HTML page, as a failed download leaves it, and no weights";
  }
  struct Kind {
    std::string_view begin;
    const char* what;
  };
  static constexpr std::array<Kind, 5> kKinds = {{
      {"version https://git-lfs", "is a pointer of Git LFS; fetch the file itself (git lfs pull)"},
      {"\x89HDF", "is an HDF5 file (Keras?), which is not read"},
      {"\x93NUMPY", "is a NumPy array, which is not read"},
      {"\x1f\x8b", "is compressed by gzip; unpack it first"},
      {"Rar!", "is a RAR archive; unpack it first"},
  }};
  for (const Kind& kind : kKinds) {
    if (head.starts_with(kind.begin)) {
      return kind.what;
    }
  }
  return {};
}

}  // namespace

void TensorMap::add(std::string name, at::Tensor tensor) {
  if (!index_.emplace(name, entries_.size()).second) {
    throw WeightsError({"two tensors are named '" + name + "'"});
  }
  entries_.emplace_back(std::move(name), std::move(tensor));
}

const at::Tensor* TensorMap::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &entries_[found->second].second;
}

TensorFile read_tensors(const fs::path& file) {
  const std::string head = head_of(file);
  if (begins_like_safetensors(head)) {
    return read_safetensors(file);
  }
  if (head.starts_with("PK\x03\x04")) {
    return read_torch_zip(file);
  }
  if (head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) {
    return read_torch_legacy(file);
  }
  // With a length that cannot be, which is then named as such.
  if (head.size() > 8 && head[8] == '{') {
    return read_safetensors(file);
  }
  std::string what = kind_of(head);
  if (what.empty()) {
    what = "is no file of weights that is known";
  }
  throw WeightsError({what, file.string(), "safetensors or a state dict saved by PyTorch (.pth)"});
}

}  // namespace jcs::weights
