#!/usr/bin/env python3
"""Reproduces a table or a figure of the paper: trains, measures, writes our figures beside the paper's.

    scripts/reproduce.py table5 --train data/ct100/train.csv --test data/ct100/test.csv
    scripts/reproduce.py table4 --cls-train train.csv --studies data/P001=1 data/normal001=0
    scripts/reproduce.py table7 --scale paper --train train.csv --test test.csv --set run.precision=bf16

table2 seconds for a case; table4 sensitivity and specificity of patients; table5 EFM and AFF; table6 features of the
classifier; table7 other segmenters; fig7 patients; fig8 opacities; fig9 activation maps; fig11 Dice by size and number.
Writes NAME.md, NAME.csv, NAME.png and NAME.pdf into --out. What was interrupted goes on with the same command, what is
there already is not made again. Manifests are made by jcs_data (data/README.md).

Needs matplotlib, from a folder of its own; `. ~/.cache/jcs/plots/bin/activate` brings it into later shells:

    python3 -m venv ~/.cache/jcs/plots && . ~/.cache/jcs/plots/bin/activate
    pip install --require-hashes -r scripts/plot_requirements.txt

Exit codes: 0 done, 2 usage, 3 input data, 5 cannot write, 130 interrupted; a program's own where one fails.
"""

import argparse
import sys
from pathlib import Path

from reproduce import cases, dataset, figures, manifests, tables
from reproduce.problem import INPUT, USAGE, Problem
from reproduce.runs import ROOT, Runner

# Name: what makes it, and the manifests that it cannot do without.
EXPERIMENTS = {
    "table2": (cases.table2, ("train", "cls_train", "studies")),
    "table4": (cases.table4, ("cls_train", "studies")),
    "table5": (tables.table5, ("train", "test")),
    "table6": (tables.table6, ("train", "test", "cls_train")),
    "table7": (tables.table7, ("train", "test")),
    "fig7": (dataset.fig7, ()),
    "fig8": (dataset.fig8, ()),
    "fig9": (figures.fig9, ("cls_train", "cls_test")),
    "fig11": (figures.fig11, ("train", "test")),
}
MANIFESTS = {
    "train": "annotated slices that the segmenter learns from",
    "validation": "annotated slices that its best weights are chosen on; without, a fifth of --train's patients",
    "test": "annotated slices that it is measured on",
    "cls_train": "labelled slices that the classifier learns from",
    "cls_validation": "labelled slices that its best weights are chosen on; without, a fifth of --cls-train's patients",
    "cls_test": "labelled and annotated slices that it is measured on",
}


def parsed(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=EXPERIMENTS, help="which table or figure")
    parser.add_argument(
        "--scale", choices=("compact", "paper"), default="compact", help="configs/*_SCALE.yaml; compact"
    )
    for name, text in MANIFESTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, metavar="CSV", help=text)
    parser.add_argument(
        "--studies",
        nargs="+",
        metavar="STUDY",
        default=[],
        help="folders of DICOM files, FOLDER=1 of an infected patient or FOLDER=0; or a manifest of them",
    )
    parser.add_argument(
        "--choose-on",
        type=Path,
        metavar="CSV",
        help="table4: studies of other patients, by which a threshold is chosen",
    )
    parser.add_argument(
        "--allow-overlap", action="store_true", help="measure on patients and pictures of the training too, knowingly"
    )
    parser.add_argument("--out", type=Path, default=Path("out/reproduce"), help="folder for everything; out/reproduce")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="folder of the programs")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the configuration's training budget")
    parser.add_argument("--seed", type=int, default=1, help="of everything random; 1")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of every training; cls:KEY=VALUE or seg:KEY=VALUE of one kind",
    )
    parser.add_argument(
        "--least-area", type=int, default=1, metavar="N", help="fig7, fig8: smaller opacities do not count"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the commands and stop")
    return parser.parse_args(arguments)


def check(arguments):
    """Everything that can be said before an hour of training. @raises Problem"""
    _, needed = EXPERIMENTS[arguments.name]
    missing = [f"--{name.replace('_', '-')}" for name in needed if not getattr(arguments, name)]
    if arguments.name in ("fig7", "fig8") and not any(getattr(arguments, name) for name in MANIFESTS):
        missing = ["--train, --test or --cls-train"]
    if missing:
        raise Problem(
            f"{arguments.name} needs {' and '.join(missing)}; manifests are made by `jcs_data manifest KIND FOLDER "
            "--out all.csv` and `jcs_data split all.csv --out DIR --test 0.2` (data/README.md)"
        )
    for name in (*MANIFESTS, "choose_on"):
        file = getattr(arguments, name)
        if file and not file.is_file():
            raise Problem(f"{file}: manifest is not there (--{name.replace('_', '-')})", INPUT)
    for kind in ("", "cls_"):
        for side in ("train", "validation"):
            other, test = getattr(arguments, kind + side), getattr(arguments, f"{kind}test")
            if other and test and not arguments.allow_overlap and manifests.digest(other) == manifests.digest(test):
                raise Problem(f"{test}: is what is learnt from too ({other}); --allow-overlap goes on knowingly", INPUT)
    if arguments.epochs is not None and arguments.epochs < 1:
        raise Problem(f"--epochs: expected 1 or more, got {arguments.epochs}")
    if not arguments.dry_run:
        try:
            import matplotlib  # noqa: F401
        except ImportError as error:
            raise Problem(
                "matplotlib is missing: python3 -m venv ~/.cache/jcs/plots && . ~/.cache/jcs/plots/bin/activate "
                "&& pip install --require-hashes -r scripts/plot_requirements.txt",
                USAGE,
            ) from error


def main():
    arguments = parsed()
    try:
        check(arguments)
        make, _ = EXPERIMENTS[arguments.name]
        make(Runner(arguments))
    except Problem as problem:
        print(f"reproduce.py: {problem}", file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        print("reproduce.py: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
