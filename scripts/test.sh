#!/usr/bin/env bash
# Builds everything and runs every test. From a bare clone it first installs what is missing.
# Arguments go to CTest: scripts/test.sh -R weights. More arguments for CMake come from JCS_CMAKE_ARGS.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
setup
# shellcheck disable=SC2086  # several words, or none
step "Configuring" cmake --preset release --log-level=WARNING -DJCS_TESTS=ON ${JCS_CMAKE_ARGS:-}
step "Building" cmake --build build/release
exec ctest --preset release --parallel "$(nproc)" "$@"
