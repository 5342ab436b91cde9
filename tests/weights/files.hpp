#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "weights/pickle_writer.hpp"

// Small files of every kind with the same two tensors: `a` [2,3] and its transposed view `b` [3,2].
namespace jcs::test {

inline void save(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline const std::vector<float>& six() {
  static const std::vector<float> kSix = {1.0f, 2.0f, -3.0f, 0.5f, 0.25f, 6.0f};
  return kSix;
}

inline std::string small_pickle(int protocol, bool legacy) {
  PickleWriter writer(protocol);
  writer.ordered_dict().op("(");
  writer.text("a").tensor("0", 6, 0, {2, 3}, {3, 1}, legacy);
  writer.text("b").tensor("0", 6, 0, {3, 2}, {1, 3}, legacy);
  return writer.op("u").done();
}

inline std::string small_legacy(int protocol = 2) {
  return legacy_file(small_pickle(protocol, true), {{"0", raw(six())}}, protocol);
}

inline std::string small_zip(const std::filesystem::path& at, int protocol = 2) {
  zip_file(at.string(), {{"archive/data.pkl", small_pickle(protocol, false)},
                         {"archive/byteorder", "little"},
                         {"archive/data/0", raw(six())},
                         {"archive/version", "3\n"}});
  return content(at);
}

inline std::string safetensors_file(std::string header, const std::string& data) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return little_endian(header.size(), 8) + header + data;
}

inline std::string small_safetensors() {
  return safetensors_file(R"({"__metadata__":{"by":"hand"},)"
                          R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                          R"("b":{"dtype":"F32","shape":[3,2],"data_offsets":[24,48]}})",
                          raw(six()) + raw({1.0f, 0.5f, 2.0f, 0.25f, -3.0f, 6.0f}));
}

}  // namespace jcs::test
