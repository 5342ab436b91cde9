"""Tables V to VII: segmenters beside one another."""

from . import manifests, paper, variants
from .report import Report, percent

SEGMENTER_FIGURES = {
    "Dice": "dice",
    "IoU": "iou",
    "E (mean)": "e_mean",
    "E (adaptive)": "e_adaptive",
    "E (max)": "e_max",
}
DRAWN = ("Dice", "IoU", "E (mean)")
E_MEASURE = (
    "The paper gives one E-measure and does not say how it reads a probability map: the mean over 256 thresholds, the "
    "adaptive threshold and the maximum are all given, the paper's number beside the first."
)


def segmenters(runner, name, title, rows):
    """A table of segmenters: rows of (label, run, the paper's Dice, IoU and E). All are compared with the first."""
    a = runner.arguments
    results = [runner.evaluate("seg", run, a.test) for _, run, _ in rows]
    compared = [(label, runner.compare(rows[0][1], run, a.test)) for label, run, _ in rows[1:]]
    if runner.dry_run:
        return
    report = Report(name, title, "percent")
    for (label, run, published), result in zip(rows, results):
        papers = dict(zip(DRAWN, published))
        cells = {
            column: percent(result["summary"][key], papers.get(column)) for column, key in SEGMENTER_FIGURES.items()
        }
        report.rows.append((label, cells))
        report.budget.append(run.budget())
    first = rows[0][0]
    report.comparisons = [
        (f"{label} minus {first}", {column: figures[SEGMENTER_FIGURES[column]] for column in DRAWN})
        for label, figures in compared
    ]
    report.data = data_of_segmenters(a) + [f"{len(results[0]['pictures'])} pictures measured"]
    report.notes = [E_MEASURE, scale_note(a)]
    draw(runner, report, lambda charts: charts.bars(report, DRAWN))


def data_of_segmenters(arguments):
    lines = [f"learnt from {manifests.description(arguments.train)}"]
    if arguments.validation:
        lines.append(f"best weights chosen on {manifests.description(arguments.validation)}")
    else:
        lines.append("best weights chosen on a fifth of its patients, kept apart")
    return lines + [f"measured on {manifests.description(arguments.test)}"]


def scale_note(arguments):
    text = f"Configurations: `configs/*_{arguments.scale}.yaml`, seed {arguments.seed}"
    text += f", {manifests.counted(arguments.epochs, 'epoch')} instead of theirs" if arguments.epochs else ""
    text += f", with {', '.join(f'`{one}`' for one in arguments.set)}" if arguments.set else ""
    if arguments.allow_overlap:
        text += ". Patients or pictures may stand on both sides (--allow-overlap): the figures may flatter"
    if arguments.scale == "compact":
        text += ". Compact networks have far fewer weights than the published ones"
    return text + "."


def draw(runner, report, figure):
    from . import charts

    report.write(runner.out, figure(charts))
    print(runner.out / f"{report.name}.md")


def table5(runner):
    segmenters(
        runner,
        "table5",
        "Table V: enhanced features (EFM) and attentive fusion (AFF)",
        [
            ("neither", variants.jcs(runner, efm=False, aff=False), paper.WITHOUT_EFM_AND_AFF),
            ("EFM", variants.jcs(runner, aff=False), paper.EFM_ALONE),
            ("AFF", variants.jcs(runner, efm=False), paper.AFF_ALONE),
            ("EFM and AFF", variants.jcs(runner), paper.SEGMENTER),
        ],
    )


def table6(runner):
    segmenters(
        runner,
        "table6",
        "Table VI: features of the classifier beside the segmenter's own",
        [
            ("without", variants.jcs(runner), paper.SEGMENTER),
            ("with classifier features", variants.fused(runner), paper.WITH_CLASSIFIER),
        ],
    )


def table7(runner):
    rows = [
        ("U-Net", variants.baseline(runner, "unet"), paper.UNET),
        ("DSS", variants.baseline(runner, "dss"), paper.DSS),
        ("EGNet", variants.baseline(runner, "egnet"), paper.EGNET),
        ("PoolNet", variants.baseline(runner, "poolnet"), paper.POOLNET),
    ]
    if runner.arguments.cls_train:
        rows.append(("JCS", variants.fused(runner), paper.WITH_CLASSIFIER))
    else:
        rows.append(("JCS without\nclassifier features", variants.jcs(runner), paper.SEGMENTER))
    segmenters(runner, "table7", "Table VII: JCS and other segmenters", rows)
