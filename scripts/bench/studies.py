"""Times whole programs: reading a study, diagnosing it, and how both grow with the number of slices.

Imports no engine: what this process holds at most would count as the programs' own peak, as they are forked from it.
"""

import json
import time
from pathlib import Path

from .isolation import in_child
from .problem import INPUT, Problem
from .programs import Programs
from .report import Row, interleave

READ_ONLY = ("--segment", "never", "--key-slices", "0", "--no-segmentation", "--no-structured-report")


def read_with_pydicom(folder: Path) -> float:
    """Seconds in which pydicom makes an array of Hounsfield units of all CT slices below the folder, in order."""
    import numpy as np
    import pydicom
    from pydicom.errors import InvalidDicomError

    start = time.perf_counter()
    slices = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        try:
            dataset = pydicom.dcmread(file)
        except InvalidDicomError:
            continue
        if dataset.get("Modality") == "CT" and "PixelData" in dataset:
            slices.append(dataset)
    if not slices:
        raise Problem(f"{folder}: holds no CT slices in DICOM", INPUT)
    slices.sort(key=lambda dataset: float(dataset.ImagePositionPatient[2]))
    volume = np.empty((len(slices), slices[0].Rows, slices[0].Columns), np.int16)
    for hu, dataset in zip(volume, slices, strict=True):
        pixels = dataset.pixel_array
        slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
        if slope == 1 and intercept.is_integer():  # whole numbers stay whole, as a reader that hurries has them
            hu[:] = pixels
            hu += int(intercept)
        else:
            hu[:] = np.rint(pixels * slope + intercept)
    return time.perf_counter() - start


def measure_reading(programs: Programs, study: Path, classifier: Path, rounds: int) -> list[Row]:
    """Reading by its own clock, without starting up: alone, and where jcs_diagnose loads its networks meanwhile."""
    words = ("--weights-cls", classifier, *READ_ONLY)
    alone = "jcs"
    beside = "jcs_diagnose"
    candidates = {
        "pydicom": lambda: in_child(read_with_pydicom, study),
        alone: lambda: json.loads(programs.run("reading_benchmark", study).output)["seconds"],
        beside: lambda: programs.diagnose(study, *words)[0]["timing"]["read"],
    }
    values = interleave(candidates, rounds, "reading")
    slices = programs.diagnose(study, *words)[0]["slices"]
    note = {"pydicom": "one process, pylibjpeg decodes", alone: "nothing else runs", beside: "networks load meanwhile"}
    return [Row("reading", f"{slices} slices to HU", name, "pydicom", values[name], note=note[name]) for name in values]


class Stages:
    """Rows of one candidate: every stage, the total, and the peak memory."""

    def __init__(self, part: str, measured: str, baseline: str) -> None:
        self.part, self.measured, self.baseline = part, measured, baseline
        self.rows: dict[tuple[str, str], Row] = {}

    def run(self, programs: Programs, candidate: str, study: Path, *words: str | Path) -> float:
        """Diagnoses once; gives the seconds of the whole program."""
        result, done = programs.diagnose(study, *words)
        for stage, seconds in result["timing"].items():
            self.add(stage, candidate, seconds)
        self.add("whole program", candidate, done.seconds)
        # Where opacities are sought in suspicious slices alone, their number decides the time.
        note = f"{result['positive_slices']} of {result['slices']} slices positive"
        self.rows["whole program", candidate].note = note
        self.add("peak memory", candidate, done.peak_mb, "MB")
        return done.seconds

    def add(self, what: str, candidate: str, value: float, unit: str = "s") -> None:
        row = Row(self.part, f"{self.measured}: {what}", candidate, self.baseline, unit=unit)
        self.rows.setdefault((what, candidate), row).values.append(value)

    def ordered(self) -> list[Row]:
        """Candidates of one stage beside one another, the whole last."""
        stages = list(dict.fromkeys(what for what, _ in self.rows))
        last = ("whole program", "peak memory")
        stages = [what for what in stages if what not in last] + [what for what in last if what in stages]
        return [row for stage in stages for (what, _), row in self.rows.items() if what == stage]


def measure_study(programs: Programs, study: Path, weights: list[str | Path], rounds: int) -> list[Row]:
    """Diagnosis of one study, for each choice of where opacities are outlined."""
    stages = Stages("study", "diagnosis", "all")
    words = (*weights, "--segment", "always", "--segment-where")
    candidates = {
        place: lambda place=place: stages.run(programs, place, study, *words, place)
        for place in ("all", "lung", "suspicious")
    }
    interleave(candidates, rounds, "study")
    return stages.ordered()


def measure_growth(
    programs: Programs, folder: Path, weights: list[str | Path], counts: list[int], rounds: int
) -> list[Row]:
    """Phantoms of one size and several numbers of slices."""
    names = {f"{count} slices": count for count in counts}
    stages = Stages("growth", "phantom", next(iter(names)))
    for name, count in names.items():
        words = ("--slices", str(count), "--diseased", "--overwrite", "--quiet")
        programs.run("jcs_phantom", "study", folder / str(count), *words)
    candidates = {
        name: lambda name=name: stages.run(
            programs, name, folder / str(names[name]), *weights, "--segment", "always"
        )
        for name in names
    }
    interleave(candidates, rounds, "growth")
    return stages.ordered()
