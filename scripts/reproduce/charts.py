"""How figures are drawn: ours solid with intervals, the paper's as open marks."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

# Colours that differ for colour-blind readers too (Okabe and Ito).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
PAPER = "#222222"

plt.rcParams.update(
    {
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.alpha": 0.3,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
        "pdf.fonttype": 42,
    }
)


def errors(cells):
    """Lengths below and above, as errorbar() wants them; 0 where there is no interval."""
    below = [c.value - c.low if c.value is not None and c.low is not None else 0 for c in cells]
    above = [c.high - c.value if c.value is not None and c.high is not None else 0 for c in cells]
    return [below, above]


def bars(report, columns):
    """A group of bars for each column, a bar for each row."""
    rows = report.rows
    figure, axes = plt.subplots(figsize=(max(7.5, 1.5 + 0.55 * len(columns) * (len(rows) + 0.8)), 5))
    width = 0.84 / len(rows)
    for index, (label, cells) in enumerate(rows):
        shown = [cells[name] for name in columns]
        places = [i + (index - (len(rows) - 1) / 2) * width for i in range(len(columns))]
        axes.bar(
            places,
            [cell.value or 0 for cell in shown],
            width * 0.92,
            color=COLOURS[index % len(COLOURS)],
            label=label,
            yerr=errors(shown),
            error_kw={"capsize": 3, "elinewidth": 1.2},
        )
        for x, cell in zip(places, shown):
            if cell.paper is not None:
                axes.plot(x, cell.paper, "D", color=PAPER, markerfacecolor="white", markersize=7, markeredgewidth=1.5)
            axes.annotate(
                "–" if cell.value is None else f"{cell.value:.1f}",
                (x, 2),
                ha="center",
                va="bottom",
                fontsize=9,
                color="white" if (cell.value or 0) > 10 else "black",
            )
    axes.plot(
        [],
        [],
        "D",
        color=PAPER,
        markerfacecolor="white",
        markersize=7,
        markeredgewidth=1.5,
        linestyle="none",
        label="paper",
    )
    axes.set_xticks(range(len(columns)), columns)
    axes.set_ylim(0, 105)
    axes.set_ylabel(report.unit)
    axes.grid(axis="x", visible=False)
    axes.set_title(report.title, loc="left", fontsize=12)
    handles, labels = axes.get_legend_handles_labels()
    order = [i for i, label in enumerate(labels) if label != "paper"] + [labels.index("paper")]
    figure.legend(
        [handles[i] for i in order],
        [labels[i] for i in order],
        loc="outside lower center",
        ncols=len(rows) + 1,
        columnspacing=1.4,
        handlelength=1.4,
        fontsize=10,
    )
    return figure


def sweep(report, thresholds):
    """Lines of sensitivity and specificity over the threshold, with bands."""
    figure, axes = plt.subplots(figsize=(8, 5))
    for index, name in enumerate(("sensitivity", "specificity")):
        cells = [(t, cells[name]) for t, (_, cells) in zip(thresholds, report.rows) if cells[name].value is not None]
        if not cells:
            continue
        colour, x = COLOURS[index], [t for t, _ in cells]
        axes.plot(x, [c.value for _, c in cells], "o-", color=colour, label=f"{name}, ours")
        banded = [(t, c.low, c.high) for t, c in cells if c.low is not None]
        if banded:
            axes.fill_between(*zip(*banded), color=colour, alpha=0.15, linewidth=0)
        axes.plot(
            x, [c.paper for _, c in cells], "D--", color=colour, fillstyle="none", markersize=8, label=f"{name}, paper"
        )
    axes.set_xticks(thresholds)
    axes.set_ylim(-2, 102)
    axes.set_xlabel("a patient with more positive slices than this is positive")
    axes.set_ylabel(report.unit)
    axes.set_title(report.title, loc="left", fontsize=12)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def seconds(report, groups):
    """Horizontal bars over a logarithmic axis: groups of (label, {stage: Cell}), the paper's hollow."""
    figure, axes = plt.subplots(figsize=(9, 1.6 + 0.9 * len(groups)))
    stages = []
    for _, cells in groups:
        stages += [stage for stage in cells if stage not in stages]
    largest = 1
    for place, (_, cells) in enumerate(groups):
        for index, (stage, cell) in enumerate(cells.items()):
            y, colour = place + (index - (len(cells) - 1) / 2) * 0.36, COLOURS[stages.index(stage)]
            ours = cell.value is not None
            value = cell.value if ours else cell.paper
            end = max(value, cell.high or 0)
            largest = max(largest, end)
            axes.barh(
                y,
                value,
                0.32,
                color=colour if ours else "none",
                edgecolor=colour,
                linewidth=1.6,
                xerr=errors([cell]) if ours and cell.low != cell.high else None,
                error_kw={"capsize": 3},
            )
            axes.annotate(
                f"{stage}: {value:,.0f} s" if value >= 100 else f"{stage}: {value:.3g} s",
                (end, y),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=10,
            )
    axes.set_xscale("log")
    axes.set_xlim(right=largest * 30)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axes.set_yticks(range(len(groups)), [label for label, _ in groups])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(report.unit)
    axes.set_title(report.title, loc="left", fontsize=12)
    return figure


def band(axes, limits):
    """The paper's range, behind the bars."""
    return axes.axvspan(*limits, color=PAPER, alpha=0.12, linewidth=0, zorder=0, label="the paper's range")


def histogram(axes, bins, colour):
    """Bars of a histogram as jcs_data report writes it."""
    axes.bar(
        [b["from"] for b in bins],
        [b["count"] for b in bins],
        [b["to"] - b["from"] for b in bins],
        align="edge",
        color=colour,
        edgecolor="white",
        linewidth=0.6,
    )
