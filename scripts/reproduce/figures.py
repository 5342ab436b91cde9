"""Figures 9 and 11: what the networks see, and how well."""

from . import manifests, paper, variants
from .problem import INPUT, Problem
from .report import Cell, Report, percent
from .tables import data_of_segmenters, draw, scale_note


def fig9(runner):
    a = runner.arguments
    for file, option in ((a.cls_train, "--cls-train"), (a.cls_test, "--cls-test")):
        if not manifests.has_masks(file):
            raise Problem(
                f"{file}: no slice has a mask, by which activation maps are supervised and judged ({option})", INPUT
            )
    report = Report("fig9", "Fig. 9: activation maps inside the opacities", "percent of the map's mass")
    pictures = {}
    for label, run in variants.classifiers_of_fig9(runner).items():
        maps = runner.results() / f"{run.folder.name}-{manifests.digest(a.cls_test)}-maps"
        result = runner.evaluate("cls", run, a.cls_test, ["--save-maps", str(maps)])
        if runner.dry_run:
            continue
        slices = result["slices"]
        cells = {"inside the opacities": percent(slices["map_inside"])}
        if slices["map_inside"].get("opacity_share") is not None:
            cells["opacities cover of the picture"] = percent({"value": slices["map_inside"]["opacity_share"]})
        for name in ("sensitivity", "specificity", "roc_area"):
            if slices.get(name) is not None:
                cells[f"slices: {name.replace('_', ' ')}"] = percent(slices[name])
        report.rows.append((label, cells))
        report.budget.append(run.budget())
        pictures[label] = {file.name: file for file in sorted(maps.glob("*.png"))}
    if runner.dry_run:
        return
    report.data = [f"learnt from {manifests.description(a.cls_train)}", f"maps of {manifests.description(a.cls_test)}"]
    report.notes = ["The paper shows its maps and gives no figure for them.", scale_note(a)]
    names = sorted(set.intersection(*(set(files) for files in pictures.values())))
    if not names:
        raise Problem(f"{runner.out / 'results'}: eval_cls left no activation maps of the same slices", INPUT)
    step = max(1, len(names) // 6)
    draw(runner, report, lambda charts: maps_chart(charts, report, pictures, names[::step][:6]))


def maps_chart(charts, report, pictures, names):
    figure, panels = charts.plt.subplots(
        len(report.rows), len(names), figsize=(2.2 * len(names) + 1.2, 2.3 * len(report.rows) + 0.8), squeeze=False
    )
    figure.suptitle(f"{report.title} (outlined in white)", x=0.01, ha="left", fontsize=13)
    for row, (label, cells) in zip(panels, report.rows):
        share = cells["inside the opacities"].value
        row[0].set_ylabel(f"{label}\n" + ("undefined" if share is None else f"{share:.1f} % inside"), fontsize=10)
        for axes, name in zip(row, names):
            axes.imshow(charts.plt.imread(pictures[label][name]), cmap="gray")
            axes.set(xticks=[], yticks=[])
            axes.grid(visible=False)
            axes.spines[:].set_visible(False)
    for axes, name in zip(panels[0], names):
        stem = name.rsplit(".", 1)[0]
        axes.set_title(stem if len(stem) <= 22 else "…" + stem[-21:], fontsize=8)
    return figure


def lesion_group(count):
    """1–2, 3–4, …; nine and more together."""
    return "9 and more" if count >= 9 else f"{(count - 1) // 2 * 2 + 1}–{(count - 1) // 2 * 2 + 2}"


def fig11(runner):
    a = runner.arguments
    run = variants.jcs(runner)
    result = runner.evaluate("seg", run, a.test)
    if runner.dry_run:
        return
    pictures = [one for one in result["pictures"] if one["dice"] is not None and one["opacity_area"] > 0]
    if not pictures:
        raise Problem(f"{a.test}: no slice with an opacity has a Dice", INPUT)
    report = Report(
        "fig11",
        "Fig. 11: Dice against size and number of opacities",
        "percent of the slices or of Dice",
        first_column="slices",
    )
    bands = []
    for label, low, high, published in paper.DICE_BANDS:
        inside = [one for one in pictures if low <= one["dice"] < high or one["dice"] == high == 1]
        share = 100 * len(inside) / len(pictures)
        bands.append((label, share, published))
        report.rows.append((f"Dice {label}", {"share": Cell(share, paper=published)}))
    groups = {}
    for one in sorted(pictures, key=lambda one: one["lesions"]):
        groups.setdefault(lesion_group(max(1, one["lesions"])), []).append(one["dice"])
    for one in result["summary"].get("by_lesions", []):
        report.rows.append((f"{one['lesions']} lesions ({one['pictures']} slices)", {"Dice": percent(one["dice"])}))
    report.data = data_of_segmenters(a) + [f"{len(pictures)} slices with opacities measured"]
    report.budget = [run.budget()]
    report.notes = [scale_note(a)]
    draw(runner, report, lambda charts: dice_chart(charts, report, pictures, bands, groups))


def dice_chart(charts, report, pictures, bands, groups):
    figure, (scatter, boxes) = charts.plt.subplots(1, 2, figsize=(13, 5.2), width_ratios=(1.25, 1))
    figure.suptitle(report.title, x=0.01, ha="left", fontsize=13)
    scatter.scatter(
        [one["opacity_area"] for one in pictures],
        [one["dice"] for one in pictures],
        22,
        alpha=0.7,
        color=charts.COLOURS[0],
        edgecolors="white",
        linewidths=0.4,
    )
    scatter.set_xscale("log")
    scatter.set(ylim=(-0.03, 1.03), xlabel="annotated area of the slice, pixels", ylabel="Dice")
    for (_, share, published), (_, low, high, _) in zip(bands, paper.DICE_BANDS):
        if low > 0:
            scatter.axhline(low, color=charts.PAPER, linewidth=1, linestyle="--")
        scatter.text(
            1.02,
            (low + high) / 2,
            f"ours {share:.1f} %\npaper {published:.1f} %",
            transform=scatter.get_yaxis_transform(),
            va="center",
            fontsize=10,
        )
    boxes.boxplot(
        list(groups.values()),
        widths=0.55,
        patch_artist=True,
        medianprops={"color": "black"},
        boxprops={"facecolor": charts.COLOURS[5], "alpha": 0.8},
        flierprops={"marker": ".", "markersize": 5},
    )
    boxes.set_xticks(range(1, len(groups) + 1), [f"{name}\n({len(values)})" for name, values in groups.items()])
    boxes.set(ylim=(-0.03, 1.03), xlabel="opacities in the slice (slices)", ylabel="Dice")
    boxes.grid(axis="x", visible=False)
    return figure
