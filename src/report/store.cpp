#include "jcs/report/store.hpp"

#include <algorithm>
#include <optional>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/dimse.h>
#include <dcmtk/dcmnet/diutil.h>
#include <dcmtk/dcmnet/dstorscu.h>

#include "jcs/core/error.hpp"
#include "jcs/core/progress.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/dicom_runtime.hpp"

namespace jcs::report {

namespace {

namespace fs = std::filesystem;

constexpr int kConnectSeconds = 10;
constexpr int kNegotiateSeconds = 30;
constexpr int kAnswerSeconds = 60;
constexpr std::size_t kLongestAeTitle = 16;
constexpr const char* kTargetForm = "HOST:PORT:AE_TITLE, such as pacs:104:ARCHIVE";

bool is_ae_title(std::string_view text) {
  return !text.empty() && text.size() <= kLongestAeTitle && trimmed(text) == text &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

std::string peer_name(const StoreTarget& target) {
  return target.host + ":" + std::to_string(target.port) + " (" + target.called_ae + ")";
}

std::string first_line(const char* text) {
  const std::string whole = text;
  return whole.substr(0, whole.find('\n'));
}

std::string status_text(Uint16 status) {
  char number[8];
  std::snprintf(number, sizeof number, "%04XH", static_cast<unsigned>(status));
  return std::string(number) + " " + DU_cstoreStatusString(status);
}

/// The sender of one association; remembers the file under way and how the peer answered.
class Sender : public DcmStorageSCU {
 public:
  explicit Sender(const std::stop_token& stop) : stop_(stop) {}

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::optional<Uint16>& failure() const { return failure_; }
  [[nodiscard]] std::size_t stored() const { return stored_; }

 protected:
  void notifySOPInstanceToBeSent(const TransferEntry& entry) override {
    const char* name = entry.Filename.getCharPointer();
    file_ = name == nullptr ? "" : name;
  }
  void notifySOPInstanceSent(const TransferEntry& entry) override {
    if (!entry.RequestSent) {
      return;
    }
    if (entry.ResponseStatusCode == STATUS_Success ||
        DICOM_WARNING_STATUS(entry.ResponseStatusCode)) {
      ++stored_;
    } else {
      failure_ = entry.ResponseStatusCode;
    }
  }
  OFBool shouldStopAfterCurrentSOPInstance() override {
    return failure_ || stop_.stop_requested() ? OFTrue : OFFalse;
  }

 private:
  std::stop_token stop_;
  std::string file_;
  std::optional<Uint16> failure_;
  std::size_t stored_ = 0;
};

void configure(Sender& sender, const StoreTarget& target, const std::string& calling_ae) {
  sender.setAETitle(calling_ae.c_str());
  sender.setPeerHostName(target.host.c_str());
  sender.setPeerPort(static_cast<Uint16>(target.port));
  sender.setPeerAETitle(target.called_ae.c_str());
  sender.setConnectionTimeout(kConnectSeconds);
  sender.setACSETimeout(kNegotiateSeconds);
  sender.setDIMSEBlockingMode(DIMSE_NONBLOCKING);
  sender.setDIMSETimeout(kAnswerSeconds);
  // Else a peer that wants pixels unpacked is sent nothing.
  sender.setDatasetConversionMode(OFTrue);
}

void add_files(Sender& sender, std::span<const fs::path> files) {
  for (const fs::path& file : files) {
    const OFCondition added = sender.addDicomFile(file.c_str());
    if (added.bad()) {
      throw InputError({.what = "is no DICOM file that can be sent: " + first_line(added.text()),
                        .where = file.string()});
    }
  }
}

void negotiate(Sender& sender, const StoreTarget& target, const std::string& calling_ae) {
  OFCondition result = sender.addPresentationContexts();
  if (result.good()) {
    result = sender.initNetwork();
  }
  if (result.good()) {
    result = sender.negotiateAssociation();
  }
  if (result.good()) {
    return;
  }
  const std::string reason = first_line(result.text());
  if (result == DUL_ASSOCIATIONREJECTED) {
    throw OutputError({.what = "the DICOM peer rejected the association: it may not know the AE "
                               "title that was called, or " +
                               calling_ae + " that calls it",
                       .where = peer_name(target)});
  }
  if (result == NET_EC_NoAcceptablePresentationContexts) {
    throw OutputError({.what = "the DICOM peer takes none of these objects or transfer syntaxes",
                       .where = peer_name(target)});
  }
  throw OutputError(
      {.what = "no association with the DICOM peer: " + reason, .where = peer_name(target)});
}

void send_all(Sender& sender, const StoreTarget& target, std::size_t files,
              const std::stop_token& stop) {
  const OFCondition sent = sender.sendSOPInstances();
  // A peer that no longer answers cannot be asked for a release.
  const OFCondition released =
      sent.good() ? sender.releaseAssociation() : sender.abortAssociation();
  const std::string where = peer_name(target);
  if (sent == DIMSE_NOVALIDPRESENTATIONCONTEXTID ||
      sent == NET_EC_NoAcceptablePresentationContexts) {
    throw OutputError({.what = "the DICOM peer takes no objects of the kind of " + sender.file(),
                       .where = where});
  }
  if (sent.bad()) {
    throw OutputError(
        {.what = "cannot send " + sender.file() + ": " + first_line(sent.text()), .where = where});
  }
  if (sender.failure()) {
    throw OutputError({.what = "the DICOM peer did not store " + sender.file(),
                       .where = where,
                       .expected = "status 0000H",
                       .got = status_text(*sender.failure())});
  }
  if (sender.stored() < files) {
    throw_if_stopped(stop);
    throw OutputError({.what = "not every object was sent",
                       .where = where,
                       .expected = std::to_string(files),
                       .got = std::to_string(sender.stored())});
  }
  if (released.bad()) {
    throw OutputError({.what = "all objects were stored, but the association ended wrongly: " +
                               first_line(released.text()),
                       .where = where});
  }
}

}  // namespace

StoreTarget StoreTarget::parse(std::string_view text) {
  const std::string whole(text);
  const std::size_t first = whole.find(':');
  const std::size_t second = first == std::string::npos ? first : whole.find(':', first + 1);
  if (second == std::string::npos || first == 0) {
    throw UsageError({.what = "no DICOM peer", .where = {}, .expected = kTargetForm, .got = whole});
  }
  const auto port = parse_integer(whole.substr(first + 1, second - first - 1));
  if (!port || *port < 1 || *port > 65535) {
    throw UsageError({.what = "no port of a DICOM peer",
                      .where = whole,
                      .expected = "1 to 65535",
                      .got = whole.substr(first + 1, second - first - 1)});
  }
  StoreTarget target{whole.substr(0, first), static_cast<int>(*port), whole.substr(second + 1)};
  if (!is_ae_title(target.called_ae)) {
    throw UsageError({.what = "no application entity title of a DICOM peer",
                      .where = whole,
                      .expected = "1 to 16 ASCII characters without backslash",
                      .got = target.called_ae});
  }
  return target;
}

void store(const StoreTarget& target, std::span<const fs::path> files, const std::stop_token& stop,
           const std::string& calling_ae) {
  throw_if_stopped(stop);
  if (files.empty()) {
    return;
  }
  imaging::prepare_dicom();
  Sender sender(stop);
  configure(sender, target, calling_ae);
  add_files(sender, files);
  negotiate(sender, target, calling_ae);
  send_all(sender, target, files.size(), stop);
}

}  // namespace jcs::report
