#include "jcs/training/event_file.hpp"

#include <array>
#include <bit>
#include <cstring>

#include <isa-l/crc.h>
#include <protozero/pbf_writer.hpp>

namespace jcs::training {

namespace {

static_assert(std::endian::native == std::endian::little, "event files are little-endian");

constexpr const char* kPrefix = "events.out.tfevents.";

// Field numbers of TensorFlow's messages.
enum class Event : protozero::pbf_tag_type {
  kWallTime = 1,
  kStep = 2,
  kFileVersion = 3,
  kSummary = 5,
  kSessionLog = 7
};
enum class Summary : protozero::pbf_tag_type { kValue = 1 };
enum class Value : protozero::pbf_tag_type { kTag = 1, kSimpleValue = 2 };
enum class SessionLog : protozero::pbf_tag_type { kStatus = 1 };
constexpr int kSessionStart = 1;

template <class Enum>
constexpr protozero::pbf_tag_type number(Enum field) {
  return static_cast<protozero::pbf_tag_type>(field);
}

// TensorFlow's records hold checksums of data that may hold checksums, so it masks them.
std::uint32_t masked_crc(const char* bytes, std::size_t size) {
  std::string copy(bytes, size);  // the library takes no constant memory
  const std::uint32_t crc = ~crc32_iscsi(reinterpret_cast<unsigned char*>(copy.data()),
                                         static_cast<int>(copy.size()), 0xffffffffU);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

template <class T>
std::array<char, sizeof(T)> bytes_of(T value) {
  std::array<char, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string name_of(std::int64_t steps_done) {
  std::string digits = std::to_string(steps_done);
  digits.insert(0, digits.size() < 10 ? 10 - digits.size() : 0, '0');
  return kPrefix + digits + ".jcs";
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder, std::int64_t steps_done)
    : path_(folder / name_of(steps_done)), out_(path_) {
  std::string version;
  protozero::pbf_writer head(version);
  head.add_string(number(Event::kFileVersion), "brain.Event:2");
  write(version);
  std::string start;
  protozero::pbf_writer event(start);
  // The first step of this file; what older files hold from it on is forgotten.
  event.add_int64(number(Event::kStep), steps_done + 1);
  {
    protozero::pbf_writer session(event, number(Event::kSessionLog));
    session.add_enum(number(SessionLog::kStatus), kSessionStart);
  }
  write(start);
}

void EventFile::add(std::string_view tag, std::int64_t step, double value, double time) {
  std::string data;
  protozero::pbf_writer event(data);
  event.add_double(number(Event::kWallTime), time);
  event.add_int64(number(Event::kStep), step);
  {
    protozero::pbf_writer summary(event, number(Event::kSummary));
    protozero::pbf_writer entry(summary, number(Summary::kValue));
    entry.add_string(number(Value::kTag), std::string(tag));
    entry.add_float(number(Value::kSimpleValue), static_cast<float>(value));
  }
  write(data);
}

void EventFile::write(const std::string& event) {
  const auto length = bytes_of(static_cast<std::uint64_t>(event.size()));
  const auto length_crc = bytes_of(masked_crc(length.data(), length.size()));
  const auto data_crc = bytes_of(masked_crc(event.data(), event.size()));
  out_.write(length.data(), length.size());
  out_.write(length_crc.data(), length_crc.size());
  out_.write(event.data(), static_cast<std::streamsize>(event.size()));
  out_.write(data_crc.data(), data_crc.size());
}

void EventFile::flush() { out_.flush(); }

bool EventFile::is_name(const std::string& name) {
  return name.starts_with(kPrefix) && name.ends_with(".jcs");
}

}  // namespace jcs::training
