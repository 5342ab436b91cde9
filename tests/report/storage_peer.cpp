#include "report/storage_peer.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcobject.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/dstorscp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace jcs::test {

class StoragePeer::Scp : public DcmStorageSCP {
 public:
  Scp(const std::filesystem::path& folder, const PeerManners& manners) : manners_(manners) {
    setOutputDirectory(folder.c_str());
    setDatasetStorageMode(DGM_StoreBitPreserving);
    setRespondWithCalledAETitle(OFFalse);
    setAETitle(manners.ae_title.c_str());
    setHostLookupEnabled(OFFalse);
    // Looks up now and then whether it shall end.
    setConnectionBlockingMode(DUL_NOBLOCK);
    setConnectionTimeout(1);
    setACSETimeout(5);
    setDIMSEBlockingMode(DIMSE_NONBLOCKING);
    setDIMSETimeout(5);
    OFList<OFString> syntaxes;
    if (!manners.only_uncompressed) {
      syntaxes.push_back(UID_JPEGProcess14SV1TransferSyntax);
    }
    syntaxes.push_back(UID_LittleEndianExplicitTransferSyntax);
    addPresentationContext(UID_CTImageStorage, syntaxes);
    if (!manners.only_ct) {
      addPresentationContext(UID_SegmentationStorage, syntaxes);
      addPresentationContext(UID_EnhancedSRStorage, syntaxes);
    }
  }

  std::atomic<bool> stop = false;
  std::vector<std::string> callers;

 protected:
  OFBool checkCalledAETitleAccepted(const OFString& called) override {
    return called == manners_.ae_title.c_str() ? OFTrue : OFFalse;
  }
  void notifyAssociationAcknowledge() override { callers.emplace_back(getPeerAETitle().c_str()); }
  OFBool stopAfterCurrentAssociation() override { return OFTrue; }
  OFBool stopAfterConnectionTimeout() override { return stop ? OFTrue : OFFalse; }
  OFCondition handleIncomingCommand(T_DIMSE_Message* message,
                                    const DcmPresentationContextInfo& context) override {
    if (message->CommandField == DIMSE_C_STORE_RQ && manners_.hangs_up) {
      abortAssociation();
      return EC_Normal;
    }
    if (message->CommandField == DIMSE_C_STORE_RQ && manners_.status != 0) {
      DcmDataset* dataset = nullptr;
      const OFCondition received =
          receiveSTORERequest(message->msg.CStoreRQ, context.presentationContextID, dataset);
      delete dataset;
      return received.bad() ? received
                            : sendSTOREResponse(context.presentationContextID,
                                                message->msg.CStoreRQ, manners_.status);
    }
    return DcmStorageSCP::handleIncomingCommand(message, context);
  }

 private:
  PeerManners manners_;
};

struct StoragePeer::State {
  State(const std::filesystem::path& folder, const PeerManners& manners) : scp(folder, manners) {}
  Scp scp;
  int port = 0;
  std::thread thread;
};

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  ::close(socket);
  return ntohs(address.sin_port);
}

StoragePeer::StoragePeer(const std::filesystem::path& folder, const PeerManners& manners)
    : state_(std::make_unique<State>(folder, manners)) {
  OFCondition opened = EC_IllegalCall;
  for (int attempt = 0; opened.bad() && attempt < 10; ++attempt) {
    state_->port = free_port();
    state_->scp.setPort(static_cast<Uint16>(state_->port));
    opened = state_->scp.openListenPort();
  }
  if (opened.bad()) {
    throw std::runtime_error(opened.text());
  }
  state_->thread = std::thread([this] { state_->scp.acceptAssociations(); });
}

StoragePeer::~StoragePeer() {
  state_->scp.stop = true;
  if (state_->thread.joinable()) {
    state_->thread.join();
  }
  // DCMTK's servers switch it off for the whole program.
  dcmEnableAutomaticInputDataCorrection.set(OFTrue);
}

int StoragePeer::port() const { return state_->port; }

std::vector<std::string> StoragePeer::callers() {
  if (state_->thread.joinable()) {
    state_->thread.join();
  }
  return state_->scp.callers;
}

}  // namespace jcs::test
