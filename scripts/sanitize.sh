#!/usr/bin/env bash
# Builds rooms under a sanitizer and runs their tests:
#
#     scripts/sanitize.sh address                      # address and undefined behaviour: all rooms that need no LibTorch
#     scripts/sanitize.sh thread core imaging cohort   # data races: these rooms
#     scripts/sanitize.sh thread --torch data kernels  # rooms that use LibTorch, which itself is not instrumented
#
# A test that finds something fails. What is not ours is suppressed, with reasons, in tests/sanitizers/options.cpp.
# More arguments for CMake come from JCS_CMAKE_ARGS; JCS_TEST_JOBS says how many tests run at once, else as many as cores.
set -euo pipefail
script=$(realpath "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/.."

usage() {
  sed -n '4,6s/^# *//p' "$script"
}

preset=""
case ${1-} in
  address) preset=sanitize ;;
  thread) preset=thread ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
shift
if [ "${1-}" = --torch ]; then
  preset+=-torch
  shift
fi
rooms=("$@")
if [ ${#rooms[@]} -eq 0 ]; then
  case $preset in
    *-torch) rooms=(data kernels inference diagnosis parallel training weights) ;;
    *) rooms=(core config imaging metrics data_files evaluation findings report cohort) ;;
  esac
fi

# shellcheck disable=SC2086  # several words, or none
cmake --preset "$preset" --log-level=WARNING -DJCS_TESTS=ON ${JCS_CMAKE_ARGS:-}
cmake --build "build/$preset" --target "${rooms[@]/%/_test}"
# The thread sanitizer wants its shadow where newer kernels may put the program itself.
run=()
if [[ $preset == thread* ]]; then
  run=(setarch "$(uname -m)" --addr-no-randomize)
fi
labels=$(IFS='|'; echo "${rooms[*]}")
exec "${run[@]}" ctest --preset "$preset" --parallel "${JCS_TEST_JOBS:-$(nproc)}" -L "^($labels)$"
