#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>

#include <torch/torch.h>
#include <zip.h>

namespace jcs::test {

/// A NumPy array of float32 or float64 in C order, as float64.
inline torch::Tensor parse_npy(const std::string& bytes) {
  if (bytes.substr(0, 6) != "\x93NUMPY") {
    throw std::runtime_error("no npy file");
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const bool long_header = byte(6) > 1;
  const std::size_t start = long_header ? 12 : 10;
  const std::size_t length = byte(8) + 256U * byte(9) + (long_header ? 65536U * byte(10) : 0U);
  const std::string header = bytes.substr(start, length);
  std::smatch match;
  std::vector<std::int64_t> shape;
  std::regex_search(header, match, std::regex("'shape': \\(([^)]*)\\)"));
  const std::string list = match[1];
  const std::regex number("[0-9]+");
  for (auto it = std::sregex_iterator(list.begin(), list.end(), number);
       it != std::sregex_iterator(); ++it) {
    shape.push_back(std::stoll(it->str()));
  }
  const auto type = header.find("<f8") != std::string::npos ? torch::kFloat64 : torch::kFloat32;
  if (type == torch::kFloat32 && header.find("<f4") == std::string::npos) {
    throw std::runtime_error("unexpected npy type: " + header);
  }
  torch::Tensor tensor = torch::empty(shape, type);
  std::memcpy(tensor.data_ptr(), bytes.data() + start + length, tensor.nbytes());
  return tensor.to(torch::kFloat64);
}

inline torch::Tensor read_npy(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return parse_npy(std::string(std::istreambuf_iterator<char>(in), {}));
}

/// Every array of an npz file by name.
inline std::map<std::string, torch::Tensor> read_npz(const std::filesystem::path& file) {
  int error = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_RDONLY, &error);
  if (archive == nullptr) {
    throw std::runtime_error("no npz file: " + file.string());
  }
  std::map<std::string, torch::Tensor> arrays;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(zip_get_num_entries(archive, 0)); ++i) {
    zip_stat_t stat;
    zip_stat_index(archive, i, 0, &stat);
    std::string bytes(stat.size, '\0');
    zip_file_t* entry = zip_fopen_index(archive, i, 0);
    zip_fread(entry, bytes.data(), bytes.size());
    zip_fclose(entry);
    const std::string name = stat.name;
    arrays[name.substr(0, name.rfind(".npy"))] = parse_npy(bytes);
  }
  zip_close(archive);
  return arrays;
}

}  // namespace jcs::test
