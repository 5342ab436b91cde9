"""Tables II and IV: whole patients."""

import statistics
from pathlib import Path

from . import manifests, paper, variants
from .problem import INPUT, Problem
from .report import Cell, Report, percent
from .runs import read_json
from .tables import draw, scale_note


def studies(runner):
    """The rows of --studies: of manifests, or a folder each; a trailing =0 or =1 is the patient's label."""
    rows = []
    for text in runner.arguments.studies:
        name, equals, label = text.rpartition("=")
        folder, label = (Path(name), label) if equals and label in ("0", "1") else (Path(text), "")
        if folder.is_file():
            rows += manifests.read(folder)
        elif folder.is_dir():
            rows.append({"image": str(folder.resolve()), "label": label, "patient": folder.resolve().name})
        else:
            raise Problem(f"{folder}: neither a manifest nor a folder (--studies)", INPUT)
    return rows


def table4(runner):
    a = runner.arguments
    rows = studies(runner)
    missing = [row["image"] for row in rows if row.get("label") not in ("0", "1")]
    if missing:
        raise Problem(
            f"{missing[0]}: the patient's label is not known; name it: --studies FOLDER=1 (infected) or FOLDER=0, "
            "or a manifest with the column label",
            INPUT,
        )
    manifest = runner.out / "data" / f"studies-{manifests.digest(sorted(map(str, rows)))}.csv"
    if not runner.dry_run and not manifest.exists():  # a new date would have it measured again
        manifests.write(manifest, rows)
    run = variants.classifier(runner)
    more = ["--choose-on", str(a.choose_on)] if a.choose_on else []
    result = runner.evaluate("cls", run, manifest, more)
    if runner.dry_run:
        return
    report = Report(
        "table4", "Table IV: patients by the number of positive slices", "percent", first_column="threshold"
    )
    sweep = {int(one["threshold"]): one for one in result["sweep"] if float(one["threshold"]).is_integer()}
    for threshold, published in paper.PATIENT_SWEEP.items():
        if threshold not in sweep:
            raise Problem(f"eval_cls gave no figures for the threshold {threshold}", INPUT)
        one, cells = sweep[threshold], {}
        for name, value in zip(("sensitivity", "specificity"), published):
            cells[name] = percent({"value": one[name], "interval": one["intervals"][name]}, value)
        report.rows.append((threshold, cells))
    labels = [row["label"] for row in rows]
    report.data = [
        f"learnt from {manifests.description(a.cls_train)}",
        f"measured on {manifests.counted(labels.count('1'), 'row')} of infected and {labels.count('0')} of "
        "uninfected patients (--studies)",
    ]
    report.budget = [run.budget()]
    report.notes = [
        "A threshold counts slices. The paper's studies have 250 to 400 of them; where studies have fewer, the same "
        "threshold asks for a larger part of the lungs.",
        scale_note(a),
    ]
    if a.choose_on:
        report.notes.insert(0, f"The threshold chosen on `{a.choose_on}` is {result['chosen_threshold']}.")
    draw(runner, report, lambda charts: charts.sweep(report, list(paper.PATIENT_SWEEP)))


def table2(runner):
    a = runner.arguments
    cls, seg = variants.classifier(runner), variants.jcs(runner)
    report = Report(
        "table2",
        "Table II: seconds for a case",
        "seconds",
        first_column="case",
        intervals="the fastest and the slowest case",
    )
    scaled, devices = {"classify": [], "segment": []}, set()
    for number, row in enumerate(studies(runner), start=1):
        study = Path(row["image"])
        if not study.is_dir() and not runner.dry_run:
            raise Problem(f"{study}: a study must be a folder of DICOM files (--studies)", INPUT)
        digest = manifests.digest(str(study), cls.folder.name, seg.folder.name)
        output = runner.results() / "table2" / f"{number:03d}-{study.name}-{digest}"
        words = [
            runner.program("jcs_diagnose"),
            str(study),
            "--weights-cls",
            str(cls.weights),
            "--weights-seg",
            str(seg.weights),
            "--segment",
            "always",
            "--output",
            str(output),
            "--overwrite",
            "--quiet",
        ]
        result = runner.make(words, output / "result.json", [cls.weights, seg.weights])
        if runner.dry_run:
            continue
        case = read_json(result)
        devices.add(case.get("device") or "a device that is not known")
        share = paper.CASE_SLICES / case["slices"]
        cells = {"slices": Cell(case["slices"])}
        for stage in ("read", "classify", "segment"):
            cells[stage] = Cell(case["timing"].get(stage))
            if stage in scaled and cells[stage].value is not None:
                scaled[stage].append(cells[stage].value * share)
        report.rows.append((study.name, cells))
    if runner.dry_run:
        return
    medians = {}
    for stage, values in scaled.items():
        if values:
            medians[stage] = Cell(statistics.median(values), min(values), max(values))
    published = {stage: Cell(paper=paper.CASE_SECONDS[stage]) for stage in ("classify", "segment")}
    with_paper = {
        stage: Cell(cell.value, cell.low, cell.high, paper.CASE_SECONDS[stage]) for stage, cell in medians.items()
    }
    report.rows.append((f"median for {paper.CASE_SLICES} slices", with_paper))
    report.rows.append(("radiologist", {"by hand": Cell(paper=paper.CASE_SECONDS["radiologist"])}))
    report.data = [f"{manifests.counted(len(report.rows) - 2, 'case')}, computed on {', '.join(sorted(devices))}"]
    report.budget = [cls.budget(), seg.budget()]
    report.notes = [
        f"The last figures are scaled to {paper.CASE_SLICES} slices. The paper's were measured on one RTX 2080 Ti "
        "with the published networks; loading of weights is not counted.",
        scale_note(a),
    ]
    groups = [
        (f"ours, median of\n{manifests.counted(len(report.rows) - 2, 'case')}", medians),
        ("paper,\nRTX 2080 Ti", published),
        ("paper,\nradiologist", {"by hand": Cell(paper=paper.CASE_SECONDS["radiologist"])}),
    ]
    chart = Report(report.name, f"{report.title} of {paper.CASE_SLICES} slices", "seconds")
    draw(runner, report, lambda charts: charts.seconds(chart, groups))
