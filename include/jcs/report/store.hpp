#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace jcs::report {

/// Where DICOM objects are sent: a Storage SCP, as a rule the hospital's archive (PACS).
struct StoreTarget {
  std::string host;       ///< name or IPv4 address
  int port = 104;         ///< 1 … 65535
  std::string called_ae;  ///< application entity title of the peer, 1 … 16 characters

  /// `HOST:PORT:AE_TITLE`. @throws UsageError saying which part is wrong.
  static StoreTarget parse(std::string_view text);
};

/// Sends DICOM files by C-STORE over one association, in their order. Their own transfer syntax is
/// proposed; losslessly compressed pixels are sent uncompressed to a peer that prefers that. A stop
/// takes effect between two files. Waits for the peer 10 s to connect, 30 s to negotiate, 60 s for
/// each answer.
/// @param calling_ae application entity title of the sender, which some archives must know
/// @throws InputError when a file is not DICOM, before anything is sent; OutputError naming the
/// peer, and the file and the status it answered, when a file was not stored: those before it were;
/// Interrupted.
void store(const StoreTarget& target, std::span<const std::filesystem::path> files,
           const std::stop_token& stop = {}, const std::string& calling_ae = "JCS");

}  // namespace jcs::report
