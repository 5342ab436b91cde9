#!/usr/bin/env python3
"""Draws a training run into one picture: loss, learning rate, validation figures, sample predictions.

    scripts/plot_run.py out/seg_compact                 # writes out/seg_compact/run.png
    scripts/plot_run.py out/a out/b --output both.png   # curves of several runs over one another

Needs matplotlib, from a folder of its own; `. ~/.cache/jcs/plots/bin/activate` brings it into later shells:

    python3 -m venv ~/.cache/jcs/plots && . ~/.cache/jcs/plots/bin/activate
    pip install --require-hashes -r scripts/plot_requirements.txt

Exit codes: 0 done, 2 usage, 3 a folder that holds no run, 5 cannot write.
"""

import argparse
import csv
import math
import os
import sys
from pathlib import Path

# Columns of metrics.csv that are no validation figure.
NOT_FIGURES = {"epoch", "iterations", "learning_rate", "loss", "seconds", "slices_per_second", "waiting"}


def refuse(code, line):
    print(f"plot_run.py: {line}", file=sys.stderr)
    sys.exit(code)


def read_metrics(folder):
    """The rows of a run's metrics.csv, numbers or None where a figure is undefined."""
    file = folder / "metrics.csv"
    try:
        with open(file, newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        rows = [{key: float(value) if value else None for key, value in row.items()} for row in rows]
    except (OSError, ValueError, TypeError) as error:
        refuse(3, f"{file}: no figures of a run ({error})")
    if not rows or "epoch" not in rows[0]:
        refuse(3, f"{file}: no figures of a run (expected a header and a row for each epoch)")
    return rows


def series(rows, column):
    """Epochs and values where the column has any."""
    points = [(row["epoch"], row[column]) for row in rows if row.get(column) is not None]
    return [epoch for epoch, _ in points], [value for _, value in points]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folder of a run (holds metrics.csv)")
    parser.add_argument("-o", "--output", type=Path, help="picture to write; default: run.png in the first folder")
    arguments = parser.parse_args()
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        refuse(
            2,
            "matplotlib is missing: python3 -m venv ~/.cache/jcs/plots && . ~/.cache/jcs/plots/bin/activate "
            "&& pip install --require-hashes -r scripts/plot_requirements.txt",
        )

    runs = {folder: read_metrics(folder) for folder in arguments.runs}
    figures = []
    for rows in runs.values():
        figures += [name for name in rows[0] if name not in NOT_FIGURES and name not in figures]
    panels = ["loss", "learning_rate"] + figures
    pictures = [(folder, folder / "samples.png") for folder in runs if (folder / "samples.png").exists()]

    columns = 3
    lines = math.ceil(len(panels) / columns)
    heights = [3.0] * lines + [2.4] * len(pictures)
    figure = plt.figure(figsize=(14, sum(heights)), layout="constrained")
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    for index, column in enumerate(panels):
        axes = figure.add_subplot(grid[index // columns, index % columns])
        for folder, rows in runs.items():
            epochs, values = series(rows, column)
            axes.plot(epochs, values, marker="o" if len(epochs) == 1 else None, label=str(folder))
        axes.set_title(column.replace("_", " "))
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        if column == "learning_rate":
            axes.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
        elif column in figures and "loss" not in column:
            axes.set_ylim(-0.02, 1.02)
        if len(runs) > 1 and index == 0:
            axes.legend(fontsize="small")
    for index, (folder, picture) in enumerate(pictures):
        axes = figure.add_subplot(grid[lines + index, :])
        axes.imshow(plt.imread(picture))
        axes.set_axis_off()
        axes.set_title(f"{folder}: validation slices; green: annotation, red or heat: the network", fontsize="small")

    output = arguments.output or arguments.runs[0] / "run.png"
    temporary = output.with_name(f".{output.name}.{os.getpid()}.png")
    try:
        figure.savefig(temporary, dpi=110)
        temporary.replace(output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        refuse(5, f"{output}: cannot be written ({error.strerror})")
    print(output)


if __name__ == "__main__":
    main()
