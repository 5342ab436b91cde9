#include <cerrno>
#include <system_error>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "jcs/imaging/decoder_processes.hpp"
#include "jcs/imaging/dicom_pixels.hpp"

#include "imaging/synthetic_slice.hpp"
#include "support/temp_dir.hpp"

namespace {

// How often this process and those below it may still fork; any number when negative.
int g_forks_left = -1;

}  // namespace

// The system's limit on processes cannot be tried as root, so this stands before its call.
extern "C" pid_t fork() noexcept {
  if (g_forks_left == 0) {
    errno = EAGAIN;
    return -1;
  }
  if (g_forks_left > 0) --g_forks_left;
  static auto* const real = reinterpret_cast<pid_t (*)()>(::dlsym(RTLD_NEXT, "fork"));
  return real();
}

namespace {

TEST(DecoderShortage, NoProcessForADecoderIsSaidAndIsNoFaultOfThePicture) {
  const jcs::test::TempDir dir;
  jcs::test::SyntheticSlice slice;
  slice.syntax = EXS_JPEGProcess14SV1;
  slice.write(dir / "slice.dcm");

  g_forks_left = 1;  // the one that decoders are forked from
  const jcs::imaging::DecoderProcesses processes;
  g_forks_left = -1;
  for (int i = 0; i < 20; ++i) {  // whoever of the two processes comes first
    try {
      jcs::imaging::read_dicom_frame(dir / "slice.dcm");
      ADD_FAILURE() << "was decoded by nobody";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), EAGAIN);
      EXPECT_THAT(error.what(), testing::HasSubstr("no decoder process can be started"));
    }
  }
}

TEST(DecoderShortage, NoProcessToForkDecodersFromIsSaidAtOnce) {
  g_forks_left = 0;
  EXPECT_THROW(jcs::imaging::DecoderProcesses{}, std::system_error);
  g_forks_left = -1;
}

}  // namespace
