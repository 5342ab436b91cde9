"""Figures 7 and 8: what a data set consists of."""

import csv

from . import manifests, paper
from .problem import INPUT, Problem
from .report import Cell, Report
from .runs import read_json
from .tables import draw


def manifests_of(arguments):
    """All manifests of the command line."""
    a = arguments
    return [file for file in (a.train, a.validation, a.test, a.cls_train, a.cls_validation, a.cls_test) if file]


def dataset_report(runner):
    """Every manifest of the command line in one, and what jcs_data report says of it."""
    a = runner.arguments
    files = manifests_of(a)
    rows = manifests.joined(files)
    stem = runner.out / "data" / f"all-{manifests.digest(*files)}"
    manifest, result, opacities = (stem.with_suffix(ending) for ending in (".csv", ".report.json", ".opacities.csv"))
    if not runner.dry_run:
        manifests.write(manifest, rows)
    words = [runner.program("jcs_data"), "report", str(manifest), "--json", str(result), "--csv", str(opacities)]
    words += ["--least-area", str(a.least_area), "--quiet"]
    runner.call(words)
    if runner.dry_run:
        return None, None
    with open(opacities, newline="", encoding="utf-8") as lines:
        return read_json(result), list(csv.DictReader(lines))


def spread_row(label, spread, published=(None, None)):
    names = (
        ("least", "minimum"),
        ("lower quartile", "lower_quartile"),
        ("median", "median"),
        ("upper quartile", "upper_quartile"),
        ("most", "maximum"),
    )
    cells = {name: Cell(spread[key]) for name, key in names}
    cells["least"].paper, cells["most"].paper = published
    return label, cells


def fig7(runner):
    figures, _ = dataset_report(runner)
    if runner.dry_run:
        return
    headers = figures["headers"]
    if headers["patients"] == 0:
        raise Problem(
            "the manifests name no DICOM slices, whose headers alone tell ages, sexes and slice thickness", INPUT
        )
    ages, thickness, sexes = headers["age_years"], headers["slice_thickness_mm"], headers["sex"]
    report = Report(
        "fig7", "Fig. 7: who the patients are", "years and mm", first_column="of patients", intervals="", digits=2
    )
    report.rows = [
        spread_row(f"age, years ({ages['count']} patients)", ages),
        spread_row(f"slice thickness, mm ({thickness['count']} patients)", thickness, paper.SLICE_THICKNESS),
    ]
    report.data = [manifests.description(file) for file in manifests_of(runner.arguments)]
    report.data += [
        f"{figures['slices']} slices, {headers['slices']} of them DICOM, of {headers['patients']} patients",
        ", ".join(f"{name}: {count}" for name, count in sexes.items()),
        f"without an age: {ages['missing']}; without slice thickness: {thickness['missing']}",
    ]
    report.notes = ["The paper names the range of its slice thickness, but no figures of ages and sexes."]
    draw(runner, report, lambda charts: patients_chart(charts, report, headers))


def patients_chart(charts, report, headers):
    figure, (age, sex, thick) = charts.plt.subplots(1, 3, figsize=(13, 4.2))
    figure.suptitle(report.title, x=0.01, ha="left", fontsize=13)
    charts.histogram(age, headers["age_years"]["histogram"], charts.COLOURS[0])
    age.set_xlabel("age, years")
    age.set_ylabel("patients")
    counts = headers["sex"]
    names = {"F": "female", "M": "male", "O": "other", "missing": "not said"}
    shown = [key for key in names if counts.get(key) or key in ("F", "M")]
    sex.bar([names[key] for key in shown], [counts.get(key, 0) for key in shown], 0.6, color=charts.COLOURS[1])
    sex.grid(axis="x", visible=False)
    charts.histogram(thick, headers["slice_thickness_mm"]["histogram"], charts.COLOURS[2])
    half = 0.125  # of a bar
    shade = charts.band(thick, (paper.SLICE_THICKNESS[0] - half, paper.SLICE_THICKNESS[1] + half))
    thick.set_xlim(left=0)
    thick.set_xlabel("slice thickness, mm")
    figure.legend(handles=[shade], loc="outside lower right")
    for axes in (age, sex, thick):
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.margins(y=0.15)
    return figure


def fig8(runner):
    figures, opacities = dataset_report(runner)
    if runner.dry_run:
        return
    if not opacities:
        raise Problem("the manifests name no masks with opacities", INPUT)
    of = figures["opacities"]
    report = Report(
        "fig8", "Fig. 8: number, size and place of opacities", "pixels or as named", first_column="figure", intervals=""
    )
    lesions = {one["lesions"]: one["slices"] for one in figures["slices_by_lesions"] if one["lesions"] > 0}
    counts = Cell(min(lesions), paper=paper.LESIONS[0]), Cell(max(lesions), paper=paper.LESIONS[1])
    report.rows = [
        spread_row("width, pixels", of["width_px"], paper.WIDTH),
        spread_row("height, pixels", of["height_px"], paper.HEIGHT),
        spread_row("area, pixels", of["area_px"]),
        ("opacities in a slice", {"least": counts[0], "most": counts[1]}),
    ]
    covered = {
        key: None if value is None else 100 * value
        for key, value in figures["covered_share"].items()
        if key not in ("histogram", "count")
    }
    report.rows.append(spread_row("slice covered, %", covered))
    report.data = [manifests.description(file) for file in manifests_of(runner.arguments)]
    report.data += [
        f"{figures['annotated_slices']} annotated slices with {of['count']} opacities of {of['least_area']} pixels "
        "or more"
    ]
    report.notes = ["Sizes are pixels of the pictures as they are; the paper's have 512 x 512."]
    draw(runner, report, lambda charts: opacities_chart(charts, report, lesions, of, opacities))


def opacities_chart(charts, report, lesions, of, opacities):
    figure, panels = charts.plt.subplots(2, 2, figsize=(11.5, 9))
    figure.suptitle(report.title, x=0.01, ha="left", fontsize=13)
    number, place, width, height = panels.flat
    number.bar(list(lesions), list(lesions.values()), 0.8, color=charts.COLOURS[0])
    charts.band(number, (paper.LESIONS[0] - 0.5, paper.LESIONS[1] + 0.5))
    number.set_xlabel("opacities in a slice")
    number.set_ylabel("slices")
    for axes, key, limits, colour in ((width, "width_px", paper.WIDTH, 1), (height, "height_px", paper.HEIGHT, 2)):
        charts.histogram(axes, of[key]["histogram"], charts.COLOURS[colour])
        shade = charts.band(axes, limits)
        axes.set_xlabel(f"{key.split('_')[0]} of an opacity, pixels")
        axes.set_ylabel("opacities")
    figure.legend(handles=[shade], loc="outside lower right")
    for axes in (number, width, height):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.yaxis.get_major_locator().set_params(integer=True)
    opacities = sorted(opacities, key=lambda one: -int(one["area"]))  # small ones on top
    areas = [int(one["area"]) for one in opacities]
    x, y = ([100 * float(one[key]) for one in opacities] for key in ("centre_x", "centre_y"))
    scale = 500 / max(areas)
    dots = place.scatter(
        x,
        y,
        [5 + area * scale for area in areas],
        c=areas,
        norm="log",
        alpha=0.6,
        cmap="viridis",
        linewidths=0.3,
        edgecolors="black",
    )
    figure.colorbar(dots, ax=place, label="area, pixels")
    place.set(
        xlim=(0, 100),
        ylim=(100, 0),
        aspect="equal",
        xlabel="centre, % of the width from the left",
        ylabel="centre, % of the height from the top",
    )
    return figure
