#include "fuzz/torch_mutation.hpp"

#include <array>
#include <cstdint>

#include "fuzz/custom_mutator.hpp"
#include "fuzz/pickle_ops.hpp"
#include "fuzz/stored_zip.hpp"

namespace jcs::fuzz {

namespace {

constexpr std::array<const char*, 18> kGlobals = {"collections\nOrderedDict\n",
                                                  "collections\nCounter\n",
                                                  "torch\nSize\n",
                                                  "torch\ndevice\n",
                                                  "torch\nDoubleStorage\n",
                                                  "torch\nBoolStorage\n",
                                                  "torch\nHalfStorage\n",
                                                  "torch\nfloat64\n",
                                                  "torch\nTensor\n",
                                                  "torch._utils\n_rebuild_tensor\n",
                                                  "torch._utils\n_rebuild_tensor_v2\n",
                                                  "torch._utils\n_rebuild_tensor_v3\n",
                                                  "torch._utils\n_rebuild_parameter\n",
                                                  "torch._tensor\n_rebuild_from_type_v2\n",
                                                  "torch.storage\nUntypedStorage\n",
                                                  "torch.jit._pickle\nbuild_intlist\n",
                                                  "__torch__.a\nNet\n",
                                                  "os\nsystem\n"};
constexpr std::array<std::int64_t, 14> kEdges = {0,
                                                 1,
                                                 -1,
                                                 2,
                                                 6,
                                                 7,
                                                 24,
                                                 255,
                                                 INT32_MAX,
                                                 INT64_MAX,
                                                 INT64_MIN,
                                                 INT64_MAX / 4,
                                                 INT64_MAX / 8 + 1,
                                                 std::int64_t{1} << 40};
constexpr std::string_view kSimple = "(.01NQRabe])stu}\x81\x85\x86\x87\x88\x89\x93\x94";

PickleOp integer(std::int64_t value) {
  PickleOp op{0x8a, 1, {}};
  for (int i = 0; i < 8; ++i) op.content += static_cast<char>(value >> (8 * i));
  return op;
}

PickleOp new_op(Random& random) {
  switch (below(random, 4)) {
    case 0:
      return integer(kEdges[below(random, kEdges.size())]);
    case 1:
      return {'c', 0, kGlobals[below(random, kGlobals.size())]};
    case 2:
      return {
          below(random, 2) == 0 ? static_cast<unsigned char>('h') : static_cast<unsigned char>('q'),
          0, std::string(1, static_cast<char>(below(random, 8)))};
    default:
      return {static_cast<unsigned char>(kSimple[below(random, kSimple.size())]), 0, {}};
  }
}

void change(Pickle& pickle, Random& random) {
  const std::size_t at = below(random, pickle.size());
  const auto place = pickle.begin() + static_cast<std::ptrdiff_t>(at);
  PickleOp& op = *place;
  const PickleOp& other = pickle[below(random, pickle.size())];
  switch (below(random, 8)) {
    case 0:
      pickle.erase(place);
      break;
    case 1:
      pickle.insert(place, PickleOp(other));
      break;
    case 2:
      pickle.insert(place, new_op(random));
      break;
    case 3:
      op = new_op(random);
      break;
    case 4:
      std::swap(op, pickle[below(random, pickle.size())]);
      break;
    case 5: {  // a run of operations again, as where a dictionary's entry is doubled
      const std::size_t count = 1 + below(random, std::min<std::size_t>(40, pickle.size() - at));
      const Pickle run(place, place + static_cast<std::ptrdiff_t>(count));
      pickle.insert(pickle.begin() + static_cast<std::ptrdiff_t>(below(random, pickle.size())),
                    run.begin(), run.end());
      break;
    }
    case 6:
      if (op.length_width > 0 && other.length_width > 0) op.content = other.content;
      break;
    default:
      if (op.length_width > 0) {
        mutate_as_bytes(op.content);
      } else if (op.code == 'K' || op.code == 'M' || op.code == 'J') {
        op = integer(kEdges[below(random, kEdges.size())]);
      } else if (op.content.size() == 1) {
        op.content[0] = static_cast<char>(op.content[0] + 1);
      }
  }
}

/// Changes one of the pickles that stand one after the other at a text's beginning.
bool mutate_pickles(std::string& bytes, std::size_t most, Random& random) {
  std::vector<Pickle> pickles;
  std::size_t end = 0;
  for (std::size_t at = 0; pickles.size() < most;) {
    auto pickle = read_pickle(bytes, at);
    if (!pickle) break;
    pickles.push_back(std::move(*pickle));
    end = at;
  }
  if (pickles.empty()) return false;
  // Most of them hold a number or two.
  std::size_t longest = 0;
  for (std::size_t i = 0; i < pickles.size(); ++i) {
    if (pickles[i].size() > pickles[longest].size()) longest = i;
  }
  const bool any = below(random, 4) == 0;
  change(pickles[any ? below(random, pickles.size()) : longest], random);
  std::string changed;
  for (const Pickle& pickle : pickles) changed += to_bytes(pickle);
  bytes = changed + bytes.substr(end);
  return true;
}

bool mutate_archive(std::string& file, Random& random) {
  auto entries = read_zip(file);
  if (!entries || entries->empty()) return false;
  const std::size_t at = below(random, entries->size());
  auto& [name, content] = (*entries)[at];
  const auto place = entries->begin() + static_cast<std::ptrdiff_t>(at);
  switch (below(random, 12)) {
    case 0:
      mutate_as_bytes(name);
      name.resize(std::min<std::size_t>(name.size(), 1000));
      break;
    case 1:
      mutate_as_bytes(content);
      break;
    case 2:
      entries->erase(place);
      break;
    case 3:
      entries->push_back({name, (*entries)[below(random, entries->size())].second});
      break;
    case 4:
      std::swap(name, (*entries)[below(random, entries->size())].first);
      break;
    case 5:
      content.resize(content.size() / 2);
      break;
    default:
      for (auto& [pickle_name, pickle] : *entries) {
        if (pickle_name.ends_with("data.pkl")) mutate_pickles(pickle, 1, random);
      }
  }
  file = to_zip(*entries);
  return true;
}

}  // namespace

bool mutate_torch(std::string& file, Random& random) {
  constexpr std::size_t kLegacyPickles = 5;
  if (file.starts_with("PK")) return mutate_archive(file, random);
  return file.starts_with('\x80') && mutate_pickles(file, kLegacyPickles, random);
}

}  // namespace jcs::fuzz
