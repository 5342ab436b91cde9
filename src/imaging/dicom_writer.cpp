#include "jcs/imaging/dicom_writer.hpp"

#include <atomic>
#include <mutex>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmjpeg/djencode.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/file_stream.hpp"
#include "jcs/core/parallel.hpp"
#include "jcs/imaging/dicom_bytes.hpp"
#include "jcs/imaging/dicom_runtime.hpp"

#include "ct_dataset.hpp"
#include "slice_files.hpp"

namespace jcs::imaging {

namespace fs = std::filesystem;

namespace {

void require_writable(const CtVolume& volume) {
  const auto refuse = [](const std::string& what, const std::string& expected) {
    throw InputError({"the volume cannot be written as a CT series: " + what, {}, expected});
  };
  if (volume.slices.empty() || volume.pixels() == 0 ||
      volume.hu.size() != volume.slices.size() * volume.pixels()) {
    refuse("its pixels do not fit its size", "rows x columns values for every slice");
  }
  if (volume.rows > 65535 || volume.columns > 65535) {
    refuse("its slices are too large", "at most 65535 rows and columns");
  }
  if (volume.windowed) refuse("it holds grey values", "Hounsfield units");
  if (!(volume.row_spacing_mm > 0) || !(volume.column_spacing_mm > 0)) {
    refuse("its pixel spacing is not known", "row and column spacing above 0");
  }
}

void prepare_encoder() {
  static std::once_flag once;
  std::call_once(once, [] { DJEncoderRegistration::registerCodecs(); });
}

}  // namespace

void write_ct_files(const fs::path& folder, const CtVolume& volume, const WriteOptions& options,
                    Progress& progress, const std::stop_token& stop) {
  require_writable(volume);
  prepare_dicom();
  const bool compressed = options.transfer_syntax == WriteOptions::TransferSyntax::kJpegLossless;
  if (compressed) prepare_encoder();
  const E_TransferSyntax syntax = compressed ? EXS_JPEGProcess14SV1 : EXS_LittleEndianExplicit;
  const StoredValues stored = stored_values(volume);
  const SeriesUids uids = series_uids(volume);

  std::atomic<std::size_t> done{0};
  parallel_for(volume.slice_count(), 0, stop, [&](std::size_t k) {
    const fs::path file = folder / (slice_name(k) + ".dcm");
    const auto require = [&](const OFCondition& condition) {
      if (condition.bad()) {
        throw OutputError({std::string("cannot be written: ") + condition.text(), file.string()});
      }
    };
    DcmFileFormat format;
    fill_ct_dataset(*format.getDataset(), volume, k, uids, stored);
    if (compressed) require(format.getDataset()->chooseRepresentation(syntax, nullptr));
    OutputFile out(file);
    out << dicom_bytes(format, file, compressed);
    out.close();
    progress.update("writing", ++done, volume.slice_count());
  });
}

void write_ct_series(const fs::path& folder, const CtVolume& volume, const WriteOptions& options,
                     Progress& progress, const std::stop_token& stop) {
  require_writable(volume);
  AtomicFolder whole(folder);
  write_ct_files(whole.path(), volume, options, progress, stop);
  whole.commit();
}

}  // namespace jcs::imaging
