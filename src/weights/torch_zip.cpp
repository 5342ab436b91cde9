#include <algorithm>
#include <sstream>

#include <ATen/Functions.h>

#include "jcs/core/error.hpp"

#include "pickle_machine.hpp"
#include "readers.hpp"
#include "storages.hpp"
#include "zip_archive.hpp"

namespace jcs::weights {

namespace {

// torch.save puts everything below one folder, whose name is the file's or "archive".
std::string folder_of(const std::vector<std::string>& names, const std::string& file) {
  static constexpr std::string_view kPickle = "/data.pkl";
  for (const std::string& name : names) {
    if (name.ends_with(kPickle) && name.find('/') == name.size() - kPickle.size()) {
      return name.substr(0, name.size() - kPickle.size() + 1);
    }
  }
  throw WeightsError({"is a zip archive that torch.save did not write", file, "an entry data.pkl",
                      names.empty() ? "no entries" : "'" + names.front() + "' and others"});
}

void require_little_endian(const ZipArchive& archive, const std::string& folder,
                           const std::string& file) {
  const std::string entry = folder + "byteorder";
  if (archive.contains(entry) && archive.size(entry) < 16 && archive.read(entry) != "little") {
    throw WeightsError(
        {"was written on a big-endian machine", file, "byte order little", archive.read(entry)});
  }
}

}  // namespace

TensorFile read_torch_zip(const std::filesystem::path& file) {
  const std::string where = file.string();
  const ZipArchive archive(file);
  const std::vector<std::string> names = archive.names();
  const std::string folder = folder_of(names, where);
  require_little_endian(archive, folder, where);
  const bool script = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.starts_with(folder + "code/");
  });

  if (archive.size(folder + "data.pkl") > pickle::kMaxPickle) {
    throw WeightsError({"its pickle is too large for one of tensors", where,
                        "at most " + std::to_string(pickle::kMaxPickle) + " bytes",
                        std::to_string(archive.size(folder + "data.pkl"))});
  }
  std::istringstream in(archive.read(folder + "data.pkl"));
  pickle::Machine machine(in, in.view().size(), where);
  const pickle::Document document = machine.run();
  StateDict found =
      script ? script_state_dict(document.root, where) : find_state_dict(document.root, where);

  Storages storages;
  std::uint64_t total = 0;
  for (const pickle::Storage& storage : used_storages(found)) {
    const std::string entry = folder + "data/" + storage.key;
    const std::int64_t bytes = storage_bytes(storage);
    const std::uint64_t size = archive.size(entry);
    total += size;
    // Entries that overlap could each be as large as the file.
    if (size != static_cast<std::uint64_t>(bytes) || total > std::filesystem::file_size(file)) {
      throw WeightsError({"entry '" + entry + "' has a wrong size", where,
                          std::to_string(bytes) + " bytes", std::to_string(size)});
    }
    at::Tensor memory = at::empty({bytes}, at::TensorOptions().dtype(at::kByte));
    archive.read(entry, memory.data_ptr());
    storages.emplace(storage.key, std::move(memory));
  }
  return {make_tensors(found, storages, where),
          {},
          script ? "TorchScript" : "PyTorch zip",
          std::move(found.notes)};
}

}  // namespace jcs::weights
