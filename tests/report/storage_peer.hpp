#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace jcs::test {

/// How a StoragePeer answers.
struct PeerManners {
  std::string ae_title = "ARCHIVE";  ///< another called title is rejected
  std::uint16_t status = 0;          ///< of every C-STORE answer
  bool only_ct = false;              ///< takes CT images alone
  bool only_uncompressed = false;    ///< takes explicit little endian alone
  bool hangs_up = false;             ///< aborts the association on the first C-STORE
};

/// A Storage SCP on a free port of this machine that keeps what it is sent. It serves one
/// association on a thread of its own and ends with the object.
class StoragePeer {
 public:
  StoragePeer(const std::filesystem::path& folder, const PeerManners& manners);
  ~StoragePeer();
  StoragePeer(const StoragePeer&) = delete;
  StoragePeer& operator=(const StoragePeer&) = delete;

  [[nodiscard]] int port() const;
  /// Waits for the end of the association. The titles that called, one an association.
  [[nodiscard]] std::vector<std::string> callers();

 private:
  class Scp;
  struct State;
  std::unique_ptr<State> state_;
};

/// A port of this machine on which nothing listens.
int free_port();

}  // namespace jcs::test
