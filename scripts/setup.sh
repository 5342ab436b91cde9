#!/usr/bin/env bash
# Installs what jcs is built from: Debian packages, and the pinned LibTorch in a cache folder outside the repository.
# What is there already is left alone. Sourced by the other scripts, or run by itself. LibTorch is not fetched where JCS_CMAKE_ARGS
# names another (-DJCS_LIBTORCH=DIR).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
torch_version=2.11.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/jcs
libtorch=$cache/libtorch-$torch_version
requirements=$root/scripts/libtorch_requirements.txt

packages=(
  ca-certificates g++ cmake ninja-build clang-format python3 python3-venv
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libdcmtk-dev libgdcm-dev libzip-dev
  libcli11-dev nlohmann-json3-dev libspdlog-dev libyaml-cpp-dev libssl-dev libfccp-dev libkainjow-mustache-dev
  libmatio-dev libnifti2-dev zlib1g-dev libisal-dev libprotozero-dev libgloo-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)

install_packages() {
  local missing=() package
  for package in "${packages[@]}"; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$'; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then
    echo "all packages are there"
    return
  fi
  local sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing, and installing them needs root. As root, run:" >&2
      echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    sudo=sudo
  fi
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  echo "installed ${missing[*]}"
}

# install_wheels PIP FOLDER LOG: puts the very files that the list names into a folder. Whatever the index offers under the same
# name and version, files of another sha256 are refused.
install_wheels() {
  if ! grep -q "^torch==$torch_version " "$requirements"; then
    echo "setup.sh: $requirements does not name torch $torch_version (scripts/lock_requirements.py writes it)" >&2
    exit 2
  fi
  # Packages built from source would run their own code before anything is checked. pip would keep each wheel once more.
  "$1" install --quiet --disable-pip-version-check --no-cache-dir --no-compile --only-binary :all: --target "$2" \
    --require-hashes --requirement "$requirements" 2>"$3" && return
  if grep -q 'DO NOT MATCH THE HASHES' "$3"; then
    local package
    package=$(grep -A2 'DO NOT MATCH THE HASHES' "$3" | grep -o '[^ ]*==[^ ]*' | head -n 1)
    echo "setup.sh: ${package:-a package}: what was downloaded has not the sha256 that $requirements names; nothing was installed" >&2
  else
    cat "$3" >&2
    echo "setup.sh: LibTorch $torch_version could not be fetched; nothing was installed" >&2
  fi
  exit 5
}

# LibTorch comes as the PyTorch wheel with the CUDA libraries it depends on. It is unpacked beside its final place and
# renamed when complete, so that an interrupted download is never taken for a whole one.
fetch_libtorch() {
  if [[ ${JCS_CMAKE_ARGS:-} =~ JCS_LIBTORCH[:=] ]]; then
    echo "JCS_CMAKE_ARGS names another"
    return
  fi
  if [ -e "$libtorch/torch/lib/libtorch_cpu.so" ]; then
    echo "LibTorch $torch_version is there"
    return
  fi
  echo "some gigabytes are fetched, and take 4.5 GB in $cache"
  mkdir -p "$cache"
  local work
  work=$(mktemp -d "$cache/unpacking.XXXXXX")
  # shellcheck disable=SC2064  # the folder's name is meant as it is now
  trap "rm -rf '$work'" EXIT
  /usr/bin/python3 -m venv "$work/venv"
  # pip unpacks in its temporary folder first; /tmp is often too small for that.
  TMPDIR=$work install_wheels "$work/venv/bin/pip" "$work/libtorch" "$work/pip.log"
  chmod 755 "$work/libtorch"
  mv -T "$work/libtorch" "$libtorch"
  rm -rf "$work"
  trap - EXIT
  echo "LibTorch $torch_version in $libtorch"
}

# step "what it does" command...: runs a step and says how long it took.
step() {
  local title=$1 start=$SECONDS
  shift
  echo "== $title"
  "$@"
  echo "   $((SECONDS - start)) s"
}

setup() {
  step "Installing Debian packages" install_packages
  step "Fetching LibTorch $torch_version" fetch_libtorch
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  setup
fi
