#!/usr/bin/env python3
"""Measures jcs beside other programs and engines: one Markdown table on stdout, progress on stderr.

    scripts/bench.py --study FOLDER                                 # everything
    scripts/bench.py --only networks --networks release_segmenter
    scripts/bench.py --only reading,study --study FOLDER --weights-cls cls.safetensors --weights-seg seg.safetensors
    scripts/bench.py --only growth --slices 50,150 --json growth.json
    ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 scripts/bench.py --only networks

networks  a call of each network: plain LibTorch, prepared by jcs in fp32, bf16x3 and bf16, ONNX Runtime, OpenVINO; weights
          are random, answers are compared with PyTorch's
reading   a folder of DICOM files to Hounsfield units: jcs and pydicom
study     a diagnosis by stages and its peak memory, for each choice of --segment-where; opacities are always outlined
growth    the same of phantoms with 50, 150, 300 and 600 slices

Candidates take turns, so that other work on the machine hits all of them alike. Needs a release build with benchmarks
(-DJCS_BENCHMARKS=ON) and what scripts/setup.sh installs. The engines come from PyPI, in the versions that
bench_requirements.txt pins, into the cache that LibTorch lies in. Exit codes: 0 done, 1 unforeseen, 2 usage, 3 input
data, 5 cannot write, 130 interrupted; a program's own where one fails.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import environment, networks_child, report, studies
from bench.isolation import in_child
from bench.problem import INTERRUPTED, OUTPUT, UNFORESEEN, Problem
from bench.programs import Programs

PARTS = ("networks", "reading", "study", "growth")
NETWORKS = tuple(networks_child.BENCHMARKS)


def some_of(known: tuple[str, ...]) -> Callable[[str], list[str]]:
    """A comma-separated list of known names, in their own order."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := [name for name in chosen if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return [name for name in known if name in chosen]

    return parse


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--only", type=some_of(PARTS), metavar="PARTS", help=f"some of {','.join(PARTS)}; default: what can be done")
    networks = some_of(NETWORKS)
    add("--networks", type=networks, default=list(NETWORKS), metavar="NAMES", help=f"some of {','.join(NETWORKS)}")
    add("--study", type=Path, metavar="FOLDER", help="DICOM series that reading and study are timed with")
    add("--weights-cls", type=Path, metavar="FILE", help="classifier of study and growth; default: compact, random")
    add("--weights-seg", type=Path, metavar="FILE", help="segmenter of study and growth; default: compact, random")
    add("--slices", default="50,150,300,600", metavar="LIST", help="sizes of the phantoms of growth; 50,150,300,600")
    add("--repetitions", type=positive, default=3, metavar="N", help="rounds of all candidates; 3")
    add("--bin", type=Path, default=environment.SCRIPTS.parent / "build/release/bin", help="built programs")
    add("--json", type=Path, metavar="FILE", help="file for every single number")
    arguments = parser.parse_args()
    try:
        arguments.slices = [positive(count) for count in arguments.slices.split(",")]
    except argparse.ArgumentTypeError as error:
        parser.error(f"argument --slices: {error}")
    needed = [part for part in ("reading", "study") if part in (arguments.only or ())]
    if needed and arguments.study is None:
        parser.error(f"{needed[0]} needs --study")
    if arguments.only is None:
        arguments.only = [part for part in PARTS if arguments.study is not None or part in ("networks", "growth")]
    return arguments


def measure(arguments: argparse.Namespace, rows: list[report.Row]) -> None:
    """Adds the rows of all parts that are asked for; those before one that fails stay."""
    programs, rounds = Programs(arguments.bin), arguments.repetitions
    if "networks" in arguments.only:
        rows += in_child(networks_child.measure, programs, arguments.networks, rounds)
    if arguments.only == ["networks"]:
        return
    classifier, segmenter = arguments.weights_cls, arguments.weights_seg
    if classifier is None or segmenter is None:
        compact = in_child(networks_child.compact_weights, programs)
        classifier, segmenter = classifier or compact[0], segmenter or compact[1]
    weights = ["--weights-cls", classifier, "--weights-seg", segmenter]
    if "reading" in arguments.only:
        rows += studies.measure_reading(programs, arguments.study, classifier, rounds)
    if "study" in arguments.only:
        rows += studies.measure_study(programs, arguments.study, weights, rounds)
    if "growth" in arguments.only:
        with tempfile.TemporaryDirectory(prefix="jcs-bench-") as folder:
            rows += studies.measure_growth(programs, Path(folder), weights, arguments.slices, rounds)


def write(arguments: argparse.Namespace, rows: list[report.Row]) -> None:
    """The table, and every number where a file for them is named."""
    print(f"{report.head(arguments.repetitions)}\n\n{report.table(rows)}", flush=True)
    if arguments.json is None:
        return
    try:
        text = json.dumps(report.raw(rows, arguments.repetitions), indent=1)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Problem(f"{arguments.json}: cannot be written ({error.strerror})", OUTPUT) from error


def main() -> None:
    """Measures, prints, and turns what went wrong into one line and an exit code."""
    arguments = parsed()
    rows: list[report.Row] = []
    try:
        environment.enter()
        try:
            measure(arguments, rows)
        finally:
            if rows:  # also what was measured before something failed or Ctrl-C came
                write(arguments, rows)
    except Problem as problem:
        print(f"bench.py: {problem}", file=sys.stderr)
        sys.exit(problem.code)
    except Exception as error:  # of an engine, whose words are many; the last ones say most
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        print(f"bench.py: {type(error).__name__}: {lines[-1] if lines else 'no word'}", file=sys.stderr)
        sys.exit(UNFORESEEN)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
