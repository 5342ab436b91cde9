#!/usr/bin/env bash
# From a fresh machine to a verdict: installs what is missing, builds, makes a synthetic study and a training set, trains
# two small networks, diagnoses the study. What is done already is skipped. Everything it makes lies in out/quickstart;
# `rm -rf out/quickstart` begins anew. More arguments for CMake come from JCS_CMAKE_ARGS.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
out=out/quickstart
bin=build/release/bin
started=$SECONDS

make_study() {
  [ -d $out/study ] && { echo "there already"; return; }
  $bin/jcs_phantom study $out/study --size 256 --slices 80 --seed 2021 --diseased
}

make_data() {
  [ -f $out/data/train.csv ] && { echo "there already"; return; }
  $bin/jcs_phantom dataset $out/data --patients 64 --slices-per-patient 16 --size 192 --seed 1
}

# train NAME: trains one network; a complete run is recognised by the trainer itself, an interrupted one goes on.
train() {
  "$bin/train_$1" --config "configs/$1_quickstart.yaml"
  mkdir -p $out/weights
  cmp -s "$out/runs/$1/best.safetensors" "$out/weights/$1.safetensors" ||
    cp "$out/runs/$1/best.safetensors" "$out/weights/$1.safetensors"
}

diagnose() {
  if [ -s $out/verdict.txt ] && [ $out/result/result.json -nt $out/weights/cls.safetensors ] &&
    [ $out/result/result.json -nt $out/weights/seg.safetensors ]; then
    echo "there already"
    return
  fi
  $bin/jcs_diagnose $out/study --weights-cls $out/weights/cls.safetensors --weights-seg $out/weights/seg.safetensors \
    --output $out/result --overwrite >$out/verdict.txt
}

setup
# Tests take most of a build's time; a build that has them keeps them.
tests=()
[ -f build/release/CMakeCache.txt ] || tests=(-DJCS_TESTS=OFF)
# shellcheck disable=SC2086  # several words, or none
step "Configuring" cmake --preset release --log-level=WARNING "${tests[@]}" ${JCS_CMAKE_ARGS:-}
step "Building" cmake --build build/release
step "Making a synthetic study" make_study
step "Making a training set" make_data
step "Training the classifier" train cls
step "Training the segmenter" train seg
step "Diagnosing the study" diagnose
echo "== Done in $((SECONDS - started)) s"
cat $out/verdict.txt
echo "Report: $root/$out/result/report.html"
