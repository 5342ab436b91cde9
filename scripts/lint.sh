#!/usr/bin/env bash
# cppcheck and clang-tidy over the tree; a finding of either fails it.
#
#     scripts/lint.sh                      # everything that is compiled without LibTorch
#     scripts/lint.sh --torch              # everything
#     scripts/lint.sh src/imaging/dicom*   # these files; one that includes LibTorch takes half a minute
#
# --torch needs LibTorch (scripts/setup.sh). JCS_LINT_JOBS says how many run at once, two by default.
set -euo pipefail
script=$(realpath "${BASH_SOURCE[0]}")

usage() {
  sed -n '4,6s/^# *//p' "$script"
}

jobs=${JCS_LINT_JOBS:-2}
torch=OFF
files=()
for word in "$@"; do
  case $word in
    --torch) torch=ON ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) files+=("$(realpath -m "$word")") ;;
  esac
done
cd "$(dirname "$script")/.."

for tool in clang-tidy cppcheck; do
  if ! command -v $tool >/dev/null; then
    echo "lint.sh: $tool is missing: apt-get install clang-tidy cppcheck" >&2
    exit 2
  fi
done
build=build/lint-${torch,,}

# Configurations of their own: precompiled headers are GCC's and mean nothing to others. Nothing is built in them.
configure() {
  cmake -S . -B "$1" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=Release -DJCS_TORCH=$torch -DJCS_TESTS=ON -DJCS_BENCHMARKS=ON \
    -DJCS_HARDEN=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_CXX_COMPILER_LAUNCHER= -DCMAKE_UNITY_BUILD="$2" \
    -DCMAKE_UNITY_BUILD_BATCH_SIZE=0
}
# What a configuration compiles, one a line.
compiled() {
  sed -n 's/^ *"file": "\(.*\)",\?$/\1/p' "$1/compile_commands.json" | sort -u
}

configure "$build" OFF
if [ ${#files[@]} -eq 0 ]; then
  # Everything that git knows: what is generated is made of what is looked at.
  mapfile -t files < <(compiled "$build" | grep -E "^$PWD/(src|apps|tests)/")
  # clang-tidy takes a room at once: LibTorch's headers cost it more than our files.
  tidy=$build-rooms
  configure "$tidy" ON
  mapfile -t units < <(compiled "$tidy" | grep -E "^$PWD/(src|apps|tests)/|/Unity/")
else
  tidy=$build
  units=("${files[@]}")
fi
for file in "${files[@]}"; do
  if ! grep -qF "\"file\": \"$file\"" "$build/compile_commands.json"; then
    echo "lint.sh: ${file#"$PWD"/} is not compiled in this configuration (--torch for LibTorch's rooms)" >&2
    exit 2
  fi
done
echo "== ${#files[@]} files"

failed=0
echo "== cppcheck"
mkdir -p "$build/cppcheck"
filters=()
for file in "${files[@]}"; do filters+=("--file-filter=*${file#"$PWD"/}"); done
cppcheck --project="$build/compile_commands.json" --cppcheck-build-dir="$build/cppcheck" "${filters[@]}" -j "$jobs" \
  --library=googletest --enable=warning,performance,portability --inline-suppr --suppressions-list=.cppcheck --quiet --error-exitcode=1 \
  --template='{file}:{line}: {severity}: {message} [{id}]' || failed=1

echo "== clang-tidy"
# A room taken at once includes sources. GCC's names for warnings, and OpenMP's header, which clang does not bring along.
gcc_include=$(dirname "$(g++ -print-file-name=include/omp.h)")
log=$build/clang-tidy.log
printf '%s\0' "${units[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy --quiet -p "$tidy" --checks=-bugprone-suspicious-include \
  --header-filter='(/rooms/[a-z_]+/jcs/|/(src|apps|tests)/[^:]*\.(cpp|hpp|inl)$)' \
  --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument \
  --extra-arg=-Wno-unused-command-line-argument --extra-arg=-idirafter --extra-arg="$gcc_include" >"$log" 2>&1 || failed=1
grep -vE '^[0-9]+ warnings? (treated|generated)|^Suppressed |^Use -header-filter|warnings? generated\.$' "$log" || true

if [ $failed -ne 0 ]; then
  echo "lint.sh: findings above" >&2
  exit 1
fi
