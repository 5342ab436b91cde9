#include "jcs/imaging/dicom_runtime.hpp"

#include <mutex>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcobject.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>
#include <gdcmTrace.h>

#include "jcs/core/error.hpp"

namespace jcs::imaging {

void prepare_dicom() {
  static std::once_flag once;
  std::call_once(once, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    // Files that passed through systems without a dictionary carry known attributes as VR UN.
    dcmEnableUnknownVRConversion.set(OFTrue);
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DcmRLEDecoderRegistration::registerCodecs();
    if (!dcmDataDict.isDictionaryLoaded()) {
      throw InputError({.what = "DCMTK's data dictionary was not found, no DICOM file can be read",
                        .where = DCM_DICT_DEFAULT_PATH});
    }
  });
}

}  // namespace jcs::imaging
