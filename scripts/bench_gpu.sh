#!/usr/bin/env bash
# Measures trained networks and a whole study on a GPU; prints one Markdown table on stdout, progress on stderr.
#
#     scripts/bench_gpu.sh                               # builds in build/bench, then measures
#     scripts/bench_gpu.sh --build build/release         # with the programs of a build with -DJCS_BENCHMARKS=ON
#     scripts/bench_gpu.sh --device cpu --quick          # compact networks on a CPU: whether all of it runs
#
# networks  release segmenter at 512 x 512 and Res2Net-101 in fp32 and bf16 by batch size: slices a second with the input
#           on the device and from grey bytes in memory, share of the card's peak; plain LibTorch beside them, TF32 as
#           it comes there
# profile   where the segmenter's time goes: its five most expensive operations
# study     jcs_diagnose on a phantom by stages, in fp32 and bf16; the better of two runs
# outlines  Dice of bf16's opacities against fp32's
#
# Options:
#   --build DIR         build folder; what is missing in DIR/bin is built there. Default build/bench
#   --device NAME       cuda, cuda:N or cpu. Default cuda
#   --quick             compact networks, small batches, a small phantom
#   --slices N          slices of the phantom. Default 300, with --quick 24
#   --peak-fp32 T       the card's peak in TFLOP/s, where it is none of the known ones or runs at other clocks
#   --peak-bf16 T       (dense, without sparsity)
#   --help              this text
#
# Weights are random, which the time does not depend on; the answers' spread is made ordinary, so that outlines are worth
# comparing. Nothing is downloaded: LibTorch and the packages are those that scripts/setup.sh installs; more arguments for
# CMake come from JCS_CMAKE_ARGS. A part that fails says so in the table and the others still run.
# Exit codes: 0 done, 1 a part failed, 2 usage, 3 no such GPU, 4 the programs cannot be built.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/bench device=cuda quick=no usual_slices=300 peak_fp32="" peak_bf16=""
unset slices
programs=(device_benchmark network_profile jcs_diagnose jcs_phantom)

say() { echo "bench_gpu.sh: $*" >&2; }

usage() {
  say "$1"
  echo "Try scripts/bench_gpu.sh --help" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    --quick) quick=yes; usual_slices=24 ;;
    --build | --device | --slices | --peak-fp32 | --peak-bf16)
      [ $# -ge 2 ] || usage "$1 needs a value"
      case $1 in
        --build) build=$2 ;;
        --device) device=$2 ;;
        --slices) slices=$2 ;;
        --peak-fp32) peak_fp32=$2 ;;
        --peak-bf16) peak_bf16=$2 ;;
      esac
      shift ;;
    *) usage "unknown argument '$1'" ;;
  esac
  shift
done
[[ $device =~ ^(cpu|cuda|cuda:[0-9]+)$ ]] || usage "--device: '$device' is none of cuda, cuda:N, cpu"
slices=${slices-$usual_slices}
[[ $slices =~ ^[1-9][0-9]*$ ]] || usage "--slices: '$slices' is no whole number above 0"
for peak in "$peak_fp32" "$peak_bf16"; do
  [[ $peak =~ ^([0-9]+(\.[0-9]+)?)?$ ]] || usage "a peak is a number of TFLOP/s, not '$peak'"
done

if [ "$device" = cpu ]; then
  card="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
else
  index=${device#cuda}; index=${index#:}
  card=$(nvidia-smi --id="${index:-0}" --query-gpu=name --format=csv,noheader 2>/dev/null) || card=""
  if [ -z "$card" ]; then
    say "there is no GPU '$device' here (nvidia-smi names none)"
    exit 3
  fi
fi

# Dense peaks of the makers' data sheets: fp32 without tensor cores, bf16 with them, both in TFLOP/s.
case $card in
  *"H100 PCIe"*) known="51.2 756" ;;
  *"H100 NVL"*) known="60 835" ;;
  *H100* | *H200*) known="66.9 989" ;;
  *A100*) known="19.5 312" ;;
  *L40S*) known="91.6 362" ;;
  *"NVIDIA L4"*) known="30.3 121" ;;
  *"RTX 4090"*) known="82.6 165" ;;
  *) known="" ;;
esac
[ -n "$known" ] && { peak_fp32=${peak_fp32:-${known% *}}; peak_bf16=${peak_bf16:-${known#* }}; }

missing() {
  local program
  for program in "${programs[@]}"; do [ -x "$build/bin/$program" ] || return 0; done
  return 1
}
if missing; then
  say "building in $build"
  # shellcheck disable=SC2086  # several arguments are meant
  if ! { cmake -S "$root" -B "$build" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=Release -DJCS_BENCHMARKS=ON \
    -DJCS_TESTS=OFF ${JCS_CMAKE_ARGS:-} && cmake --build "$build" --target "${programs[@]}"; } >&2; then
    say "the programs cannot be built in $build"
    exit 4
  fi
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/jcs-bench-gpu.XXXXXX")
trap 'rm -rf "$work"' EXIT
started=$SECONDS failed=no
rows=$work/rows

# failure PART WORDS: a row for what did not work.
failure() {
  failed=yes
  say "$1 failed: $2"
  echo "| $1 | | | | | | failed: ${2//|/ } |" >>"$rows"
}

# limited SECONDS COMMAND...: its stdout; what it says otherwise goes to $work/errors.
limited() { timeout --kill-after=5 "$@" 2>"$work/errors"; }
last_words() { tail -n 1 "$work/errors" | tr -d '\r' | grep . || echo "no word, exit code $1"; }

# network_rows: rows of device_benchmark as those of the table.
network_rows() {
  awk -F '\t' -v fp32="$peak_fp32" -v bf16="$peak_bf16" 'NR > 1 {
    peak = $3 == "bf16" ? bf16 : fp32
    tera = $5 * $6 / 1000
    share = peak == "" || $7 != "" ? "–" : sprintf("%.0f %%", 100 * tera / peak)
    value = $7 != "" ? "–" : sprintf("%.1f slices/s, %.1f TFLOP/s", $5, tera)
    gsub(/\|/, " ", $7)
    printf "| networks | %s, %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, value, share,
           $7 != "" ? $7 : sprintf("%.3g GFLOP a slice", $6)
  }'
}

networks() {
  local words=("$work" --device "$device") code
  [ $quick = yes ] && words+=(--compact --batches "1,2" --seconds 0.1)
  limited 270 "$build/bin/device_benchmark" "${words[@]}" >"$work/networks.tsv"
  code=$?
  network_rows <"$work/networks.tsv" >>"$rows"
  # The programs below want its weights, which it writes first.
  [ $code -eq 0 ] || failure networks "$(last_words $code)"
  grep -q $'\tfailed: ' "$work/networks.tsv" && failed=yes
}

profile() {
  local precision side=512 code
  [ $quick = yes ] && side=128
  for precision in fp32 bf16; do
    limited 60 "$build/bin/network_profile" "$work/segmenter.safetensors" $side $side $precision "$device" >"$work/profile"
    code=$?
    [ $code -eq 0 ] || { failure profile "$(last_words $code)"; continue; }
    # The last block lists single operations.
    awk -v RS= 'END { print }' "$work/profile" | head -n 5 |
      awk -v numbers=$precision '{ sub(/^ +/, ""); at = index($0, "%") + 1
        printf "| profile |%s | %s | 1 | %s | | one slice, operation by operation |\n", substr($0, at + 1), numbers,
               substr($0, 1, at - 1) }' >>"$rows"
  done
}

study() {
  local precision run code=0 size=512
  [ $quick = yes ] && size=128
  limited 120 "$build/bin/jcs_phantom" study "$work/study" --size $size --slices "$slices" --diseased --quiet
  code=$?
  [ $code -eq 0 ] || { failure study "$(last_words $code)"; return; }
  for precision in fp32 bf16; do
    for run in 1 2; do
      local start end
      start=$(date +%s%N)
      limited 120 "$build/bin/jcs_diagnose" "$work/study" --weights-cls "$work/classifier.safetensors" \
        --weights-seg "$work/segmenter.safetensors" --segment always --device "$device" --precision $precision --nifti-opacity \
        --json --quiet --overwrite -o "$work/result-$precision" >"$work/$precision-$run.json"
      code=$?
      end=$(date +%s%N)
      [ $code -eq 0 ] || { failure "study $precision" "$(last_words $code)"; continue 2; }
      echo "$(((end - start) / 1000000))" >"$work/$precision-$run.ms"
    done
    python3 "$root/scripts/bench/gpu_rows.py" study $precision "$work"/$precision-{1,2}.json "$work"/$precision-{1,2}.ms \
      >>"$rows" 2>"$work/errors" || failure "study $precision" "$(last_words 1)"
  done
}

outlines() {
  local files=("$work"/result-{fp32,bf16}/opacity.nii.gz)
  if [ ! -f "${files[0]}" ] || [ ! -f "${files[1]}" ]; then
    failure outlines "there are no two results to compare"
    return
  fi
  python3 "$root/scripts/bench/gpu_rows.py" dice "${files[@]}" >>"$rows" 2>"$work/errors" ||
    failure outlines "$(last_words 1)"
}

for part in networks profile study outlines; do
  say "$part"
  $part
done

echo "$card; peak fp32 ${peak_fp32:-unknown}, bf16 ${peak_bf16:-unknown} TFLOP/s; measured in $((SECONDS - started)) s."
[ $quick = yes ] && echo "Quick: compact networks and short measurements, no figures to quote."
echo
echo "| part | measured | numbers | batch | value | of peak | note |"
echo "|---|---|---|--:|--:|--:|---|"
cat "$rows"
[ $failed = no ]
