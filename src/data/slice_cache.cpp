#include "jcs/data/slice_cache.hpp"

#include <functional>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log.hpp"
#include "jcs/data/read_slice.hpp"
#include "jcs/imaging/nifti.hpp"
#include "jcs/imaging/picture.hpp"

#include "cache_file.hpp"

namespace jcs::data {

namespace fs = std::filesystem;

// What is kept of one file, and how it is made.
struct SliceCache::Source {
  fs::path file;
  std::string kind;  // tells apart what is made of one file: its slices, its masks
  int slice = 0;
  std::function<cv::Mat()> decode;  // the slice alone
  // All slices in ascending order, for the cache file.
  std::function<void(const fs::path& kept, const SourceStamp& stamp)> write;
};

SliceCache::SliceCache(fs::path folder) : folder_(std::move(folder)) {}

cv::Mat SliceCache::picture(const ManifestEntry& entry, const Preprocessing& preprocessing) const {
  const fs::path& file = entry.image;
  Source source{file, "slices", entry.slice.value_or(0), {}, {}};
  if (entry.slice) {
    source.decode = [&] { return imaging::NiftiVolume(file).slice(*entry.slice); };
    source.write = [&](const fs::path& kept, const SourceStamp& stamp) {
      imaging::NiftiVolume volume(file);
      write_cached(kept, stamp, volume.slices(), [&](int slice) { return volume.slice(slice); });
    };
  } else {
    source.decode = [&] { return imaging::decode_picture(file); };
    source.write = [&](const fs::path& kept, const SourceStamp& stamp) {
      write_cached(kept, stamp, 1, [&](int) { return imaging::decode_picture(file); });
    };
  }
  return imaging::windowed(slice_of(source), preprocessing);
}

cv::Mat SliceCache::mask(const ManifestEntry& entry) const {
  if (entry.mask.empty() || !entry.slice) {
    return read_slice_mask(entry);  // a PNG mask is decoded as fast as it would be read
  }
  const std::optional<int> value = entry.mask_value;
  Source source{entry.mask,
                "mask " + (value ? std::to_string(*value) : "of 0 and 1"),
                *entry.slice,
                [&] { return read_slice_mask(entry); },
                {}};
  source.write = [&](const fs::path& kept, const SourceStamp& stamp) {
    imaging::NiftiVolume volume(entry.mask);
    write_cached(kept, stamp, volume.slices(),
                 [&](int slice) { return volume.mask(slice, value); });
  };
  return slice_of(source);
}

cv::Mat SliceCache::slice_of(const Source& source) const {
  const auto stamp = stamp_of(source.file);
  if (!stamp) {
    return source.decode();
  }
  const std::string name = fs::absolute(source.file).string() + '\0' + source.kind;
  const fs::path kept = folder_ / (sha256(std::as_bytes(std::span(name))) + ".slices");
  if (auto slice = read_cached(kept, *stamp, source.slice)) {
    return *std::move(slice);
  }
  if (writable_) {
    keep(source, kept);
    if (auto slice = read_cached(kept, *stamp, source.slice)) {
      return *std::move(slice);
    }
  }
  return source.decode();
}

// Threads that want the same volume wait for the one that unpacks it.
void SliceCache::keep(const Source& source, const fs::path& kept) const {
  {
    std::unique_lock lock(mutex_);
    if (!being_kept_.insert(kept).second) {
      kept_.wait(lock, [&] { return !being_kept_.contains(kept); });
      return;
    }
  }
  const auto release = [&] {
    const std::scoped_lock lock(mutex_);
    being_kept_.erase(kept);
    kept_.notify_all();
  };
  try {
    const auto stamp = stamp_of(source.file);
    std::error_code ignored;
    fs::create_directories(folder_, ignored);
    if (stamp) source.write(kept, *stamp);
  } catch (const OutputError& error) {
    if (writable_.exchange(false)) {
      log().warn("slices are decoded anew each time, as they cannot be kept: {}", error.what());
    }
  } catch (const InputError&) {
    // Another slice of the volume may be the damaged one: the wanted one is decoded by itself.
  } catch (...) {
    release();
    throw;
  }
  release();
}

}  // namespace jcs::data
