#!/usr/bin/env bash
# Feeds the readers files that libFuzzer makes up, under the address and undefined-behaviour sanitizers, within 2 GiB and
# 5 s an input:
#
#     scripts/fuzz.sh                            # every fuzzer that needs no LibTorch for 10 s
#     scripts/fuzz.sh --seconds 3600 dicom mat   # these for an hour each
#     scripts/fuzz.sh --runs 1000000             # every one, a million inputs each; --jobs 4: four at a time, else as many as cores
#     scripts/fuzz.sh --torch                    # those of LibTorch, which itself is not instrumented: pth safetensors checkpoint
#
# What was learned is kept in build/fuzz/corpus and goes on from there; inputs that crash a reader lie in build/fuzz/finds, with
# --torch both in build/fuzz-torch. Exit codes: 0 nothing was found, 1 something was, 2 usage, 3 the fuzzers cannot be built. Needs
# clang with its runtime (Debian: clang libclang-rt-14-dev). Without clang the same programs run for a few seconds as tests of every
# build: ctest -L fuzz. More arguments for CMake come from JCS_CMAKE_ARGS.
set -euo pipefail
script=$(realpath "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/.."

all=(dicom codec_jpeg codec_jpeg_lossy codec_jpegls codec_jpeg2000 codec_rle picture nifti yaml lists result_json mat)
preset=fuzz seeder=jcs_fuzz_seeds
seconds=10 runs=-1 jobs=$(nproc)
while [ $# -gt 0 ]; do
  case $1 in
    --seconds | --runs | --jobs) [ $# -ge 2 ] || { echo "fuzz.sh: $1 needs a number, see --help" >&2; exit 2; } ;;&
    --seconds) seconds=$2; shift ;;
    --runs) runs=$2; seconds=0; shift ;;
    --jobs) jobs=$2; shift ;;
    --torch) preset=fuzz-torch seeder=jcs_fuzz_torch_seeds all=(pth safetensors checkpoint) ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$script"; exit 0 ;;
    -*) echo "fuzz.sh: unknown option '$1', see --help" >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
[[ $seconds =~ ^[0-9]+$ && $runs =~ ^-?[0-9]+$ && $jobs =~ ^[1-9][0-9]*$ ]] || { echo "fuzz.sh: a number is wanted, see --help" >&2; exit 2; }
fuzzers=("$@")
[ ${#fuzzers[@]} -gt 0 ] || fuzzers=("${all[@]}")
for fuzzer in "${fuzzers[@]}"; do
  [[ " ${all[*]} " == *" $fuzzer "* ]] || { echo "fuzz.sh: '$fuzzer' is none of ${all[*]}" >&2; exit 2; }
done

build=build/$preset
# shellcheck disable=SC2086  # several words, or none
if ! { cmake --preset $preset --log-level=WARNING ${JCS_CMAKE_ARGS:-} && cmake --build $build --target $seeder "${fuzzers[@]/%/_fuzz}"; }; then
  echo "fuzz.sh: the fuzzers cannot be built in $build" >&2
  exit 3
fi
mkdir -p $build/corpus $build/finds
[ -d $build/seeds ] || $build/bin/$seeder $build/seeds

# In memory where there is one; what fuzzers that crashed leave goes with it.
shm=/dev/shm
[ -w $shm ] || shm=${TMPDIR:-/tmp}
TMPDIR=$(mktemp -d "$shm/jcs-fuzz-run-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

memory=(-rss_limit_mb=2048 -malloc_limit_mb=2000)
# DCMTK asks for as much as an element claims, up to 4 GiB, and gives it back untouched when the file ends before. The sanitizer would
# mark all of that twice, which takes seconds; so it is told that there is no gigabyte in one piece, as it is on a small machine.
export ASAN_OPTIONS=max_allocation_size_mb=1024:allocator_may_return_null=1

# How many inputs a log tells of.
runs_of() {
  sed -n 's/^stat::number_of_executed_units: *//p' "$1" | awk '{ runs = $1 } END { print runs + 0 }'
}

# Whether a fuzzer stopped at an input that takes its time only where others have the processor; such an input is no find. It gets
# 5 s of a processor, and ten times as many of the clock.
only_waited() {
  local input
  grep -q 'libFuzzer: timeout' "$2" || return 1
  input=$(sed -n 's/.*Test unit written to \(.*timeout-[0-9a-f]*\)$/\1/p' "$2" | tail -n 1)
  [ -f "$input" ] && (ulimit -t 5 && "$build/bin/$1_fuzz" "${memory[@]}" -timeout=50 "$input") >>"$2" 2>&1 && rm "$input"
}

fuzz() {
  local fuzzer=$1 seeds=$1 longest=65536 log=$build/finds/$1/log state=clean begin=$SECONDS total=0 left=$runs more=$seconds
  case $fuzzer in codec_jpeg_lossy) seeds=codec_jpeg ;; esac
  case $fuzzer in yaml | lists) longest=4096 ;; esac
  mkdir -p "$build/corpus/$fuzzer" "$build/finds/$fuzzer"
  until "$build/bin/${fuzzer}_fuzz" -max_total_time="$more" -runs="$left" "${memory[@]}" -timeout=5 -max_len=$longest \
    -print_final_stats=1 -artifact_prefix="$build/finds/$fuzzer/" "$build/corpus/$fuzzer" "$build/seeds/$seeds" >"$log" 2>&1; do
    only_waited "$fuzzer" "$log" || { state="FOUND, see $log"; break; }
    total=$((total + $(runs_of "$log")))
    [ "$runs" -lt 0 ] || left=$((runs - total))
    [ "$seconds" -eq 0 ] || more=$((seconds - (SECONDS - begin)))
    # No runs and no seconds left would mean as many as wanted.
    if { [ "$runs" -ge 0 ] && [ "$left" -le 0 ]; } || { [ "$seconds" -gt 0 ] && [ "$more" -le 0 ]; }; then
      : >"$log"
      break
    fi
  done
  local covered
  total=$((total + $(runs_of "$log")))
  covered=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
  printf '%-18s %10s runs, %6s edges: %s\n' "$fuzzer" "$total" "${covered:-?}" "$state"
  [ "$state" = clean ]
}

found=0 running=0
for fuzzer in "${fuzzers[@]}"; do
  if [ $running -eq "$jobs" ]; then
    wait -n || found=1
    running=$((running - 1))
  fi
  fuzz "$fuzzer" &
  running=$((running + 1))
done
for ((; running > 0; running--)); do
  wait -n || found=1
done
exit $found
