#include <array>

#include <ATen/Functions.h>

#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"

#include "pickle_machine.hpp"
#include "readers.hpp"
#include "storages.hpp"

namespace jcs::weights {

namespace {

// The integer that begins every legacy file, as the pickle's little-endian bytes.
constexpr std::array<unsigned char, 10> kMagic = {0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                                  0x20, 0x6a, 0xa8, 0x50, 0x19};

// A legacy file: pickles of the magic number, the protocol, the machine's facts, the state dict and
// the keys of its storages; then each storage as a count of elements and the raw elements.
class LegacyFile {
 public:
  explicit LegacyFile(const std::filesystem::path& file)
      : file_(file.string()),
        in_(file, ExitCode::kWeights),
        left_(std::filesystem::file_size(file)) {}

  pickle::Document document() {
    pickle::Machine machine(in_, left_, file_);
    pickle::Document read = machine.run();
    left_ -= machine.position();
    return read;
  }

  std::int64_t number() {
    std::array<unsigned char, 8> bytes{};
    read(bytes.data(), bytes.size());
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      value = (value << 8) | bytes[i];
    }
    return static_cast<std::int64_t>(value);
  }

  void skip(std::int64_t count) {
    require(count);
    in_.seekg(count, std::ios::cur);
    left_ -= static_cast<std::uint64_t>(count);
  }

  at::Tensor bytes(std::int64_t count) {
    require(count);
    at::Tensor out = at::empty({count}, at::TensorOptions().dtype(at::kByte));
    read(out.data_ptr(), static_cast<std::uint64_t>(count));
    return out;
  }

 private:
  void require(std::int64_t count) const {
    if (count < 0 || static_cast<std::uint64_t>(count) > left_) {
      throw WeightsError(
          {"is cut off", file_, std::to_string(count) + " more bytes", std::to_string(left_)});
    }
  }
  void read(void* to, std::uint64_t count) {
    require(static_cast<std::int64_t>(count));
    if (!in_.read(static_cast<char*>(to), static_cast<std::streamsize>(count))) {
      throw WeightsError({"ends too early", file_});
    }
    left_ -= count;
  }

  std::string file_;
  InputFile in_;
  std::uint64_t left_;
};

void require_magic(const pickle::Value& value, const std::string& file) {
  const auto* number = pickle::as<pickle::BigInteger>(value);
  if (number == nullptr || number->bytes != std::string(kMagic.begin(), kMagic.end())) {
    throw WeightsError({"is a pickle, but none of torch.save", file});
  }
}

void require_protocol(const pickle::Value& value, const std::string& file) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number != 1001) {
    throw WeightsError({"has an unknown version of torch.save's format", file, "1001",
                        number != nullptr ? std::to_string(*number) : "no number"});
  }
}

}  // namespace

TensorFile read_torch_legacy(const std::filesystem::path& file) {
  const std::string where = file.string();
  LegacyFile in(file);
  require_magic(in.document().root, where);
  require_protocol(in.document().root, where);
  in.document();  // the writer's sizes of C types; elements are little-endian on every machine
  const pickle::Document document = in.document();
  StateDict found = find_state_dict(document.root, where);
  const pickle::Document keys = in.document();
  const auto* list = pickle::as<pickle::List>(keys.root);
  if (list == nullptr) {
    throw WeightsError({"has no list of storages", where});
  }
  Storages storages;
  for (const pickle::Storage& storage : used_storages(found)) {
    storages.emplace(storage.key, at::Tensor());
  }
  for (const pickle::Value& item : list->items) {
    const auto* key = pickle::as<pickle::Text>(item);
    const auto named = key != nullptr ? document.storages.find(key->text) : document.storages.end();
    if (named == document.storages.end()) {
      throw WeightsError({"lists a storage that its state dict does not name", where});
    }
    const std::int64_t elements = in.number();
    if (elements != named->second.root_elements) {
      throw WeightsError({"storage " + key->text + " has a wrong size", where,
                          std::to_string(named->second.root_elements) + " elements",
                          std::to_string(elements)});
    }
    const auto wanted = storages.find(key->text);
    if (wanted != storages.end()) {
      wanted->second = in.bytes(storage_bytes(named->second));
    } else {
      in.skip(storage_bytes(named->second));
    }
  }
  for (const auto& [key, bytes] : storages) {
    if (!bytes.defined()) {
      throw WeightsError({"storage " + key + " is missing", where});
    }
  }
  return {make_tensors(found, storages, where), {}, "PyTorch legacy", std::move(found.notes)};
}

}  // namespace jcs::weights
