#include "dicom_output.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <ctime>
#include <iterator>
#include <random>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include "jcs/core/atomic_file.hpp"
#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/text.hpp"
#include "jcs/imaging/dicom_bytes.hpp"
#include "jcs/imaging/uid.hpp"

namespace jcs::report {

namespace {

constexpr std::size_t kDateDigits = 8;
constexpr std::size_t kTimeDigits = 14;
constexpr std::size_t kDecimalString = 16;

/// Whether the month has the day; strptime() gives each month 31.
bool on_a_day(const std::tm& time) {
  return std::chrono::year_month_day(std::chrono::year(time.tm_year + 1900),
                                     std::chrono::month(static_cast<unsigned>(time.tm_mon + 1)),
                                     std::chrono::day(static_cast<unsigned>(time.tm_mday)))
      .ok();
}

std::string salt() {
  std::random_device device;
  std::string text;
  for (int i = 0; i < 4; ++i) text += std::to_string(device()) + " ";
  return text + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
}

}  // namespace

std::optional<std::chrono::minutes> utc_offset(const std::string& text) {
  constexpr std::size_t kLength = 5;
  constexpr int kWest = -12 * 60;
  constexpr int kEast = 14 * 60;
  const bool digits =
      text.size() == kLength && std::all_of(text.begin() + 1, text.end(),
                                            [](unsigned char c) { return std::isdigit(c) != 0; });
  // DICOM rules out -0000.
  if (!digits || (text[0] != '+' && text[0] != '-') || text == "-0000") return std::nullopt;
  const int hours = std::stoi(text.substr(1, 2));
  const int minutes = std::stoi(text.substr(3, 2));
  const int offset = (text[0] == '-' ? -1 : 1) * (60 * hours + minutes);
  if (minutes >= 60 || offset < kWest || offset > kEast) return std::nullopt;
  return std::chrono::minutes(offset);
}

std::string date_and_time(std::chrono::system_clock::time_point time,
                          std::optional<std::chrono::minutes> offset) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(time + offset.value_or(std::chrono::minutes(0)));
  std::tm parts{};
  if (offset) {
    gmtime_r(&seconds, &parts);
  } else {
    localtime_r(&seconds, &parts);
  }
  char text[kTimeDigits + 1];
  std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts);
  return text;
}

void require_valid(const DicomOptions& options) {
  const std::string& text = options.content_time;
  if (text.empty()) return;
  std::tm parsed{};
  const bool digits =
      text.size() == kTimeDigits &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!digits || strptime(text.c_str(), "%Y%m%d%H%M%S", &parsed) == nullptr || !on_a_day(parsed)) {
    throw UsageError({.what = "the time of the DICOM objects is none",
                      .where = "--content-time",
                      .expected = "YYYYMMDDHHMMSS",
                      .got = text});
  }
}

ObjectIdentity object_identity(const std::string& kind, const std::string& content,
                               std::optional<std::chrono::minutes> offset,
                               const DicomOptions& options) {
  const bool repeatable = !options.content_time.empty();
  require_valid(options);
  const std::string time =
      repeatable ? options.content_time : date_and_time(std::chrono::system_clock::now(), offset);
  const std::string text = kind + "\n" + content + "\n" + time + "\n" + (repeatable ? "" : salt());
  const std::string seed = sha256(std::as_bytes(std::span(text)));
  return {.series_uid = imaging::uid_from("series " + seed),
          .sop_instance_uid = imaging::uid_from("instance " + seed),
          .date = time.substr(0, kDateDigits),
          .time = time.substr(kDateDigits)};
}

std::string inner_uid(const ObjectIdentity& identity, const std::string& name) {
  return imaging::uid_from(name + " " + identity.sop_instance_uid);
}

void require_good(const OFCondition& condition, const std::filesystem::path& file) {
  if (condition.bad()) {
    throw OutputError({std::string("cannot be written: ") + condition.text(), file.string()});
  }
}

void write_dicom(const std::filesystem::path& file, DcmFileFormat& format) {
  write_file(file, imaging::dicom_bytes(format, file));
}

std::string decimal_string(double value) {
  char text[64];
  value = value == 0 ? 0.0 : value;  // no minus zero
  const auto shortest = std::to_chars(std::begin(text), std::end(text), value);
  if (static_cast<std::size_t>(shortest.ptr - text) <= kDecimalString) return {text, shortest.ptr};
  for (int digits = static_cast<int>(kDecimalString); digits > 0; --digits) {
    std::string rounded = rounded_text(value, digits);
    if (rounded.size() <= kDecimalString) return rounded;
  }
  return "0";
}

}  // namespace jcs::report
