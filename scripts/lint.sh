#!/usr/bin/env bash
# cppcheck and clang-tidy over the tree; a finding of either fails it.
#
#     scripts/lint.sh                      # everything that is compiled without LibTorch
#     scripts/lint.sh --torch              # everything; a file that includes LibTorch takes half a minute
#     scripts/lint.sh src/imaging/dicom*   # these files
#
# --torch needs LibTorch (scripts/setup.sh). JCS_LINT_JOBS says how many run at once, two by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for tool in clang-tidy cppcheck; do
  if ! command -v $tool >/dev/null; then
    echo "lint.sh: $tool is missing: apt-get install clang-tidy cppcheck" >&2
    exit 2
  fi
done

jobs=${JCS_LINT_JOBS:-2}
torch=OFF
files=()
for word in "$@"; do
  case $word in
    --torch) torch=ON ;;
    -*) sed -n '4,6s/^# *//p' "$0" >&2; exit 2 ;;
    *) files+=("$PWD/${word#"$PWD"/}") ;;
  esac
done
build=build/lint-${torch,,}

# A configuration of its own: precompiled headers are GCC's and mean nothing to others. Nothing is built in it.
cmake -S . -B "$build" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=Release -DJCS_TORCH=$torch -DJCS_TESTS=ON \
  -DJCS_BENCHMARKS=ON -DJCS_HARDEN=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_CXX_COMPILER_LAUNCHER=

if [ ${#files[@]} -eq 0 ]; then
  # Everything that the configuration compiles and that git knows: what is generated is made of what is looked at.
  mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",\?$/\1/p' "$build/compile_commands.json" | sort -u |
    grep -E "^$PWD/(src|apps|tests)/")
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
# GCC's names for warnings, and OpenMP's header, which clang does not bring along.
gcc_include=$(dirname "$(g++ -print-file-name=include/omp.h)")
log=$build/clang-tidy.log
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy --quiet -p "$build" \
  --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument \
  --extra-arg=-Wno-unused-command-line-argument --extra-arg=-idirafter --extra-arg="$gcc_include" >"$log" 2>&1 || failed=1
grep -vE '^[0-9]+ warnings? (treated|generated)|^Suppressed |^Use -header-filter|warnings? generated\.$' "$log" || true

if [ $failed -ne 0 ]; then
  echo "lint.sh: findings above" >&2
  exit 1
fi
